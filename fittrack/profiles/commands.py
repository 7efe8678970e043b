"""What may be asked about a player's profile. The user actor does it, in the player's own log."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from fittrack.profiles import schemas
from fittrack.profiles.rules import Profile


@dataclass(frozen=True, slots=True)
class ChangeProfile:
    """Take `profile`, checked and complete, as the player's own from now on; the first one completes it.

    `unless_changed_since`: refuse (`precondition-failed`) when it is no longer the version the caller saw.
    """

    profile: Profile
    unless_changed_since: datetime | None = None
    ANSWER: ClassVar[type[Struct]] = schemas.Profile

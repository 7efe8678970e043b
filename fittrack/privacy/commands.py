"""What may be asked about what we keep of somebody. The user actor does it, in the player's own log."""

from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct

from fittrack.privacy import schemas


@dataclass(frozen=True, slots=True)
class DeleteAccount:
    """End the account for good and erase what is personal. `reason`: an admin's, for the audit log."""

    reason: str = ""
    ANSWER: ClassVar[type[Struct]] = schemas.AccountDeleted

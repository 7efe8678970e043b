"""What a player may want done with activities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct

from fittrack.activities.processing import BatchItem
from fittrack.activities.schemas import LoggedActivities, PrimarySource


@dataclass(frozen=True, slots=True)
class Push:
    """The batch comes from a phone's store of health data, which goes on from `anchor`."""

    provider: str
    anchor: str | None


@dataclass(frozen=True, slots=True)
class LogActivities:
    """Take in a batch; its items stand alone, in one commit (SPEC 3)."""

    items: Sequence[BatchItem]
    push: Push | None = None
    from_provider: bool = False
    """A provider told us itself; else it is what a client says."""
    ANSWER: ClassVar[type[Struct]] = LoggedActivities


@dataclass(frozen=True, slots=True)
class SetPrimarySource:
    """Let the connected tracker `source` win overlaps from now on; None: no tracker is preferred (SPEC 3).

    Overlaps of the last days are decided anew, and what that changes is booked, in the same commit.
    """

    source: str | None
    ANSWER: ClassVar[type[Struct]] = PrimarySource

"""What a player may want done with activities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct

from fittrack.activities.processing import BatchItem
from fittrack.activities.schemas import LoggedActivities


@dataclass(frozen=True, slots=True)
class LogActivities:
    """Take in a batch; its items stand alone, in one commit (SPEC 3)."""

    items: Sequence[BatchItem]
    ANSWER: ClassVar[type[Struct]] = LoggedActivities

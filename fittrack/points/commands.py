"""What may be asked of a player's ledger."""

from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct

from fittrack.points import schemas


@dataclass(frozen=True, slots=True)
class AdjustPoints:
    """Book points, signed and not zero, for a reason that the player reads too."""

    amount: int
    reason: str
    ANSWER: ClassVar[type[Struct]] = schemas.Adjusted

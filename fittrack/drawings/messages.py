"""What is asked of a drawing's actor without changing anything, and what it is reminded of."""

from dataclasses import dataclass

from msgspec import Struct

from fittrack.drawings.model import Drawing
from fittrack.drawings.promised_beacon import DecidingRound
from fittrack.drawings.stored import StoredDrawing
from fittrack.fairness.beacon import Beacon
from fittrack.kit.ids import DrawingId, SponsorId, UserId


@dataclass(frozen=True, slots=True)
class ViewDrawing:
    """Asks for the drawing as it is this moment; with `user_id`, for that player's tickets too."""

    user_id: UserId | None = None


@dataclass(frozen=True, slots=True)
class TellTime:
    """The countdown may be due; and so may what the clock does to the drawing."""


@dataclass(frozen=True, slots=True)
class WantedBeacon:
    """What a drawing needs to be drawn; said to whoever fetches it."""

    drawing_id: DrawingId
    round: DecidingRound


@dataclass(frozen=True, slots=True)
class BeaconArrived:
    """The round that the drawing wanted, verified."""

    beacon: Beacon


@dataclass(frozen=True, slots=True)
class SponsorRenamed:
    """A sponsor has another name, which is stored; prizes in memory bear the former one."""

    sponsor_id: SponsorId
    name: str


class View(Struct, frozen=True):
    """A drawing, live. `my_tickets` is 0 unless a player was named."""

    stored: StoredDrawing
    total_tickets: int
    entrants: int
    my_tickets: int

    @property
    def drawing(self) -> Drawing:
        return self.stored.drawing

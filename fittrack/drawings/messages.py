"""What is asked of a drawing's actor without changing anything, and what it is reminded of."""

from dataclasses import dataclass

from msgspec import Struct

from fittrack.drawings.model import Drawing
from fittrack.drawings.stored import StoredDrawing
from fittrack.kit.ids import UserId


@dataclass(frozen=True, slots=True)
class ViewDrawing:
    """Asks for the drawing as it is this moment; with `user_id`, for that player's tickets too."""

    user_id: UserId | None = None


@dataclass(frozen=True, slots=True)
class TellTime:
    """The countdown may be due; and so may what the clock does to the drawing."""


class View(Struct, frozen=True):
    """A drawing, live. `my_tickets` is 0 unless a player was named."""

    stored: StoredDrawing
    total_tickets: int
    entrants: int
    my_tickets: int

    @property
    def drawing(self) -> Drawing:
        return self.stored.drawing

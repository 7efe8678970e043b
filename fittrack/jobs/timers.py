"""Timers of drawings are rows with a `next_due_at`: nothing depends on an actor being awake (DESIGN 3)."""

from typing import Final

from actors.runtime import Registry
from fittrack.db.reads import Reads
from fittrack.drawings import queries
from fittrack.drawings.commands import TendDrawing
from fittrack.drawings.messages import ViewDrawing
from fittrack.kit.clock import Clock
from fittrack.server.asking import DRAWING

SWEEP_EVERY_S: Final = 1.0
"""Sales close by the purchase's own instant; a second late is soon enough for the rest."""

DRAWINGS_PER_SWEEP: Final = 100
"""More than ever fall due in a second; what is left comes a second later."""


async def tend_due_drawings(reads: Reads, registry: Registry, clock: Clock) -> None:
    """Remind each drawing upon which the clock must act. Reminding twice is harmless."""
    for drawing_id in await reads.run(queries.due, clock.now(), DRAWINGS_PER_SWEEP):
        registry.ref(DRAWING, drawing_id).tell(TendDrawing())


async def wake_open_drawings(reads: Reads, registry: Registry) -> None:
    """Bring drawings that count down to life after a start, so that their channels tick."""
    for drawing_id in await reads.run(queries.counting_down):
        await registry.ref(DRAWING, drawing_id).ask(ViewDrawing())

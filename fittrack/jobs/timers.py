"""Timers are rows with a `next_due_at`: nothing depends on an actor being awake (DESIGN 3)."""

from typing import Final

import structlog

from actors.runtime import Placement, Registry
from fittrack.db.reads import Reads
from fittrack.drawings import queries
from fittrack.drawings.commands import TendDrawing
from fittrack.drawings.messages import ViewDrawing
from fittrack.fulfilments import queries as fulfilment_queries
from fittrack.fulfilments.commands import TendPrize
from fittrack.kit.clock import Clock
from fittrack.kit.problems import Problem
from fittrack.server.asking import DRAWING, USER

SWEEP_EVERY_S: Final = 1.0
"""Sales close by the purchase's own instant; a second late is soon enough for the rest."""

DRAWINGS_PER_SWEEP: Final = 100
"""More than ever fall due in a second; what is left comes a second later."""

PRIZES_EVERY_S: Final = 10.0
"""Deadlines of days are soon enough kept within seconds."""

PRIZES_PER_SWEEP: Final = 200
"""Prizes of one draw fall due together; a sweep's worth is decided upon before the next one."""

log: Final = structlog.stdlib.get_logger(__name__)


async def tend_due_drawings(reads: Reads, registry: Registry, clock: Clock) -> None:
    """Remind each drawing upon which the clock must act. Reminding twice is harmless."""
    for drawing_id in await reads.run(queries.due, clock.now(), DRAWINGS_PER_SWEEP):
        registry.ref(DRAWING, drawing_id).tell(TendDrawing())


async def tend_due_prizes(reads: Reads, registry: Registry, clock: Clock) -> None:
    """Remind winners' actors of prizes that wait for an address too long. Reminding twice is harmless."""
    for fulfilment_id, user_id in await reads.run(fulfilment_queries.due, clock.now(), PRIZES_PER_SWEEP):
        registry.ref(USER, user_id).tell(TendPrize(fulfilment_id))


async def wake_open_drawings(reads: Reads, registry: Registry, placement: Placement) -> None:
    """Bring the drawings of this node that count down to life, so that their channels tick."""
    for drawing_id in await reads.run(queries.counting_down):
        if placement.locate(DRAWING, drawing_id) is None:
            try:
                await registry.ref(DRAWING, drawing_id).ask(ViewDrawing())
            except (
                Problem
            ) as problem:  # whoever needs it wakes it, and so does the next change of who is there
                log.warning("drawing.not_woken", drawing_id=str(drawing_id), code=problem.code)

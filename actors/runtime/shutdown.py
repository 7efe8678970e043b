"""A graceful stop: what was accepted is finished and answered, then everybody leaves memory."""

import asyncio
from collections.abc import Iterable, Mapping

import structlog

from actors.runtime.idleness import Sweeper
from actors.runtime.lifecycle import Lifecycle
from actors.runtime.population import IDLE, Cell, Population
from actors.runtime.replies import Replies
from fittrack.kit.clock import Clock

# Farewells at the same time; each may go to the database.
PASSIVATIONS_AT_ONCE = 256

log = structlog.get_logger(__name__)


class Shutdown:
    """Brings all populations to an end."""

    __slots__ = ("_clock", "_lifecycle", "_populations", "_replies", "_sweeper")

    def __init__(
        self,
        clock: Clock,
        populations: Mapping[str, Population],
        lifecycle: Lifecycle,
        replies: Replies,
        sweeper: Sweeper,
    ) -> None:
        self._clock = clock
        self._populations = populations
        self._lifecycle = lifecycle
        self._replies = replies
        self._sweeper = sweeper

    async def stop(self, timeout_s: float) -> int:
        """See `Registry.stop`."""
        self._lifecycle.is_stopping = True
        self._sweeper.disarm()
        time_is_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        timer = self._clock.call_later(timeout_s, time_is_up.set_result, None)
        finishing = asyncio.ensure_future(self._finish())
        try:
            await asyncio.wait({finishing, time_is_up}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
            is_finished = finishing.done()
            finishing.cancel()
        if is_finished:
            finishing.result()
            return 0
        return self._give_up()

    async def _finish(self) -> None:
        # Turns that finish may tell actors that were quiet already, hence the repetition.
        while unfinished := [cell for cell in self._cells() if not cell.is_quiet]:
            await self._wait_for(unfinished)
        while rest := [cell for cell in self._cells() if cell.phase is IDLE and cell.actor is not None]:
            batch = rest[:PASSIVATIONS_AT_ONCE]
            for cell in batch:
                self._lifecycle.passivate(cell)
            await self._wait_for(batch)

    async def _wait_for(self, cells: Iterable[Cell]) -> None:
        for cell in cells:
            self._lifecycle.call_off_pause(cell)
            if not cell.is_quiet:
                waiter = asyncio.get_running_loop().create_future()
                self._lifecycle.quiet_waiters[cell] = waiter
                await waiter

    def _give_up(self) -> int:
        self._lifecycle.quiet_waiters.clear()
        abandoned = self._lifecycle.watchdog.abandon_all()
        unanswered = self._replies.expire_all()
        log.error("stopped before everything was done", abandoned=abandoned, unanswered=unanswered)
        return max(abandoned + unanswered, 1)

    def _cells(self) -> list[Cell]:
        return [cell for population in self._populations.values() for cell in population.cells.values()]

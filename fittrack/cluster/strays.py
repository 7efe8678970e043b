"""What did not find its actor waits a moment until it is looked who is there, and goes on."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from fittrack.kit.clock import Clock

TRY_AGAIN_AFTER_S: Final = 0.05
"""Until a view that differs is looked at again: about what the news of a change takes."""

STRAYS_MAX: Final = 20_000
"""What waits at a time: some megabytes. More of it goes astray only where views differ for long."""

STRAYS_IN_A_ROW: Final = 100
"""What goes on while the event loop waits: some milliseconds."""

_log = structlog.get_logger(__name__)


class Strays:
    """`refreshed` returns when the view is as new as can be had."""

    def __init__(self, clock: Clock, refreshed: Callable[[], Awaitable[None]]) -> None:
        self._clock = clock
        self._refreshed = refreshed
        self._waiting: deque[Callable[[], None]] = deque()
        self._task: asyncio.Task[None] | None = None

    def add(self, go_on: Callable[[], None]) -> bool:
        """Call `go_on` when the view was looked at. False: too many wait, and it is not taken."""
        if len(self._waiting) >= STRAYS_MAX:
            return False
        self._waiting.append(go_on)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._look())
        return True

    async def stop(self) -> None:
        """Forget what waits."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._waiting:
            _log.warning("cluster.strays_given_up", messages=len(self._waiting))

    async def _look(self) -> None:
        try:
            while self._waiting:
                await self._clock.sleep(TRY_AGAIN_AFTER_S)
                await self._refresh()
                await self._go_on()
        finally:
            self._task = None

    async def _refresh(self) -> None:
        try:
            await self._refreshed()
        except Exception:  # the view that there is must do
            _log.exception("cluster.view_not_refreshed")

    async def _go_on(self) -> None:
        """All that waits now; what goes astray again waits for the next look."""
        for number in range(1, len(self._waiting) + 1):
            go_on = self._waiting.popleft()
            try:
                go_on()
            except Exception:  # others go on all the same
                _log.exception("cluster.stray_failed")
            if number % STRAYS_IN_A_ROW == 0:
                await asyncio.sleep(0)

"""What did not find its actor waits a moment until it is looked who is there, and goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from fittrack.kit.clock import Clock

TRY_AGAIN_AFTER_S: Final = 0.05
"""Until a view that differs is looked at again: about what the news of a change takes."""

STRAYS_MAX: Final = 20_000
"""What waits at a time: some megabytes. More of it goes astray only where views differ for long."""

_log = structlog.get_logger(__name__)


class Strays:
    """`refreshed` returns when the view is as new as can be had."""

    def __init__(self, clock: Clock, refreshed: Callable[[], Awaitable[None]]) -> None:
        self._clock = clock
        self._refreshed = refreshed
        self._waiting: list[Callable[[], None]] = []
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
                await self._refreshed()
                strays, self._waiting = self._waiting, []
                for go_on in strays:
                    go_on()
        finally:
            self._task = None

"""The one injected clock. Nothing in the product asks the operating system for the time but through it."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Timer(Protocol):
    """A scheduled call that can be called off."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Wall time, monotonic time and waiting."""

    def now(self) -> datetime:
        """The present instant: UTC, whole milliseconds (what is stored is what is said)."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back, for durations and deadlines."""

    async def sleep(self, seconds: float) -> None: ...

    def call_later(self, seconds: float, callback: Callable[..., Any], *args: Any) -> Timer:
        """Call `callback(*args)` on the event loop after `seconds`."""


def whole_milliseconds(instant: datetime) -> datetime:
    """`instant` without what is finer than a millisecond."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


class SystemClock:
    """The operating system's clock and the running event loop's timers."""

    def __init__(self) -> None:
        # The last answer and its millisecond, in one attribute: several threads may ask. Thousands of
        # decisions a second share their milliseconds, and a look at it costs a quarter of a new datetime.
        self._last = (0, _EPOCH)

    def now(self) -> datetime:
        ms = time.time_ns() // 1_000_000
        last_ms, now = self._last
        if ms != last_ms:
            now = _EPOCH + timedelta(milliseconds=ms)
            self._last = (ms, now)
        return now

    # The function itself: actors read it several times a message, and a method around it doubles its cost.
    monotonic = staticmethod(time.monotonic)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def call_later(self, seconds: float, callback: Callable[..., Any], *args: Any) -> Timer:
        return asyncio.get_running_loop().call_later(seconds, callback, *args)


boottime: Final[Callable[[], float]] = partial(
    time.clock_gettime, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
)
"""Seconds on a clock that also goes on while the machine sleeps, where the system has one: for leases. All
processes of a machine read the same."""


class _VirtualTimer:
    __slots__ = ("args", "callback", "cancelled")

    def __init__(self, callback: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.callback, self.args, self.cancelled = callback, args, False

    def cancel(self) -> None:
        self.cancelled = True


class VirtualClock:
    """A clock that stands still until it is moved, for tests, simulations and the demo world."""

    def __init__(self, start: datetime) -> None:
        self.settle: Callable[[], Awaitable[None]] = _turn_loop
        """What is waited for after each timer, before time goes on: by default some turns of the loop."""
        self._now = whole_milliseconds(start.astimezone(UTC))
        self._monotonic = 0.0
        self._timers: list[tuple[float, int, _VirtualTimer]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        timer = self.call_later(seconds, _wake, woken)
        try:
            await woken
        finally:
            timer.cancel()

    def call_later(self, seconds: float, callback: Callable[..., Any], *args: Any) -> Timer:
        timer = _VirtualTimer(callback, args)
        heapq.heappush(self._timers, (self._monotonic + max(seconds, 0.0), next(self._order), timer))
        return timer

    async def advance(self, seconds: float) -> None:
        """Move time on by `seconds`, firing each timer at its instant, in order.

        After each timer `settle` is awaited, so that what it woke can run and set timers of its own
        before time goes on.
        """
        target = self._monotonic + seconds
        await self.settle()
        while self._timers and self._timers[0][0] <= target:
            due, _, timer = heapq.heappop(self._timers)
            self._move_to(due)
            if not timer.cancelled:
                timer.callback(*timer.args)
                await self.settle()
        self._move_to(target)
        await self.settle()

    async def advance_to(self, instant: datetime) -> None:
        """Move time on to `instant`; a past one is a mistake of the caller."""
        seconds = (instant - self._now).total_seconds()
        assert seconds >= 0, "virtual time does not go back"
        await self.advance(seconds)

    def _move_to(self, monotonic: float) -> None:
        step = monotonic - self._monotonic
        if step > 0:
            self._monotonic = monotonic
            self._now = whole_milliseconds(self._now + timedelta(seconds=step))


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)


SETTLING_TURNS = 20
"""Turns of the event loop in which what a timer woke usually comes to rest."""


async def _turn_loop() -> None:
    for _ in range(SETTLING_TURNS):
        await asyncio.sleep(0)

"""Looks after whatever takes long: says so after a while, gives it up in the end."""

import asyncio
import io
from collections.abc import Callable
from typing import Any

import structlog
from msgspec import Struct

from actors.runtime.population import Cell, Envelope
from fittrack.kit.clock import Clock

# A turn takes milliseconds. At this age somebody should look at its stack.
SLOW_S = 5.0
# At this age it is given up. Whatever it still does is fenced by the log it writes to.
ABANDONED_S = 30.0
LOOK_EVERY_S = 1.0

log = structlog.get_logger(__name__)


class Watch(Struct, eq=False):
    """Something under way: a turn, an activation, a farewell."""

    what: str
    since: float
    task: "asyncio.Task[Any] | None"
    """None when a turn waits for a promise or a future."""
    is_reported: bool = False


class Watchdog:
    """One timer, and only while something is under way."""

    __slots__ = ("_abandon", "_clock", "_is_looking", "_watches")

    def __init__(self, clock: Clock, abandon: Callable[[Cell, Watch], None]) -> None:
        self._clock = clock
        self._abandon = abandon
        self._watches: dict[Cell, Watch] = {}
        self._is_looking = False

    def watch(self, cell: Cell, what: str, since: float, task: "asyncio.Task[Any] | None" = None) -> None:
        """Look after what `cell` is doing. It does one thing at a time. Keeps the task alive, too."""
        self._watches[cell] = Watch(what, since, task)
        if not self._is_looking:
            self._is_looking = True
            self._clock.call_later(LOOK_EVERY_S, self._look)

    def unwatch(self, cell: Cell) -> float:
        """It is over. Returns since when it was under way."""
        return self._watches.pop(cell).since

    def abandon_all(self) -> int:
        """Give up whatever is under way. Returns how much that was."""
        watches = list(self._watches.items())
        for cell, watch in watches:
            self._give_up(cell, watch)
        return len(watches)

    def _look(self) -> None:
        now = self._clock.monotonic()
        for cell, watch in list(self._watches.items()):
            age = now - watch.since
            if age >= ABANDONED_S:
                log.error("abandoned", seconds=age, **_describe(cell, watch))
                self._give_up(cell, watch)
            elif age >= SLOW_S and not watch.is_reported:
                watch.is_reported = True
                log.warning("takes long", seconds=age, **_describe(cell, watch))
        self._is_looking = bool(self._watches)
        if self._is_looking:
            self._clock.call_later(LOOK_EVERY_S, self._look)

    def _give_up(self, cell: Cell, watch: Watch) -> None:
        if self._watches.get(cell) is not watch:
            return
        del self._watches[cell]
        cell.population.metrics.abandoned += 1
        self._abandon(cell, watch)
        if watch.task is not None:
            watch.task.cancel()


def _describe(cell: Cell, watch: Watch) -> dict[str, str | None]:
    what: dict[str, str | None] = {"what": watch.what, "kind": cell.population.kind.name, "id": str(cell.id)}
    if isinstance(cell.opening, Envelope):
        what["message"] = type(cell.opening.message).__name__
        what["cause"] = cell.opening.cause
    if watch.task is not None:
        stack = io.StringIO()
        watch.task.print_stack(file=stack)
        what["stack"] = stack.getvalue()
    return what

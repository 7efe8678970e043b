"""Who takes turns next. One callback of the event loop serves all actors that have messages."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context

from actors.runtime.population import READY, Cell, running_turn

# Sockets and timers wait no longer than this (and one turn) for a burst of messages.
SLICE_S = 0.002
# The same bound where the clock does not move within a slice, and for actors that do nothing but load.
SLICE_CELLS = 512


class RunQueue:
    """Actors with messages, first come first served, in slices between which the event loop breathes."""

    __slots__ = ("_cells", "_context", "_is_scheduled", "_monotonic", "serve")

    serve: Callable[[Cell, float], float]
    """`serve(cell, now)` lets an actor take some turns and returns the time afterwards. Set once, since
    who takes turns also fills this queue."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._cells: deque[Cell] = deque()
        self._is_scheduled = False
        # Turns must not inherit the context variables of whoever happened to wake the queue.
        self._context = Context()

    def push(self, cell: Cell) -> None:
        """Let `cell` be served."""
        cell.phase = READY
        self._cells.append(cell)
        if not self._is_scheduled:
            self._schedule()

    def _schedule(self) -> None:
        self._is_scheduled = True
        asyncio.get_running_loop().call_soon(self._run_slice, context=self._context)

    def _run_slice(self) -> None:
        cells, serve = self._cells, self.serve
        now = self._monotonic()
        slice_ends = now + SLICE_S
        cells_left = SLICE_CELLS
        try:
            while cells and now < slice_ends and cells_left:
                cells_left -= 1
                now = serve(cells.popleft(), now)
        finally:
            running_turn.set(None)
            self._is_scheduled = False
            if cells:
                self._schedule()

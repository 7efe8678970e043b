"""Handing actors over: when the placement changes, those that belong elsewhere leave in good order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from math import inf
from typing import Final

from actors.runtime.actor import EntityId
from actors.runtime.kind import ASK_TIMEOUT_S
from actors.runtime.lifecycle import Lifecycle
from actors.runtime.placement import Peer
from actors.runtime.population import Cell, Population
from actors.runtime.watchdog import ABANDONED_S, LOOK_EVERY_S

# Actors looked at between two turns of the event loop: half a millisecond.
CELLS_IN_A_ROW = 500

FINISHES_WITHIN_S: Final = ASK_TIMEOUT_S
"""Within which an actor that belongs elsewhere begins its last turn: by then whoever asked has given up."""

GOES_ON_FOR_S: Final = FINISHES_WITHIN_S + ABANDONED_S + LOOK_EVERY_S
"""How long an activation may go on after it was told to leave: its last turn begins, and is given up."""


class Handoff:
    """Goes through all actors in memory after a change that concerns many of them."""

    __slots__ = ("_lifecycle", "_locate", "_monotonic", "_populations")

    def __init__(
        self,
        monotonic: Callable[[], float],
        populations: Mapping[str, Population],
        lifecycle: Lifecycle,
        locate: Callable[[str, EntityId], Peer | None],
    ) -> None:
        self._monotonic = monotonic
        self._populations = populations
        self._lifecycle = lifecycle
        self._locate = locate

    async def move_away(self) -> int:
        """Let go of whoever belongs elsewhere. Returns how many there are.

        Who is idle leaves now; who has messages answers them, takes no more, and leaves then, at the latest
        after `FINISHES_WITHIN_S`. An idle actor with something under way (`busy_with`) leaves as well: its
        successor learns from the log what became of it.
        """
        moving = 0
        async for cell in self._cells():
            belongs_elsewhere = self._locate(cell.population.kind.name, cell.id) is not None
            if belongs_elsewhere != (cell.leaves_by < inf):
                cell.leaving = belongs_elsewhere
                cell.leaves_by = self._monotonic() + FINISHES_WITHIN_S if belongs_elsewhere else inf
            if belongs_elsewhere:
                moving += 1
                self._let_go(cell)
        return moving

    async def renounce(self) -> int:
        """Hold nothing to be current: every actor is loaded anew when it is asked. Returns how many left."""
        self._lifecycle.renounced += 1
        left = 0
        async for cell in self._cells():
            if cell.actor is None:
                continue
            left += 1
            if cell.is_quiet:
                self._lifecycle.passivate(cell)
            else:
                cell.discard(cell.actor)
        return left

    def _let_go(self, cell: Cell) -> None:
        if cell.is_quiet and cell.actor is not None:
            self._lifecycle.passivate(cell)

    async def _cells(self) -> AsyncIterator[Cell]:
        for population in self._populations.values():
            for number, cell in enumerate(list(population.cells.values()), 1):
                if population.cells.get(cell.id) is cell:
                    yield cell
                if number % CELLS_IN_A_ROW == 0:
                    await asyncio.sleep(0)

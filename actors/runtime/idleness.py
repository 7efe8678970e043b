"""Who leaves memory: those idle for long, and the least recently used when there are too many."""

from collections.abc import Mapping
from itertools import islice

import structlog

from actors.runtime.lifecycle import Lifecycle
from actors.runtime.population import Cell, Population
from fittrack.kit.clock import Clock, Timer

# Idleness is counted in minutes.
SWEEP_EVERY_S = 5.0
# Passivations in one go, at some microseconds each; what remains follows after the event loop had a turn.
PASSIVATIONS_IN_A_ROW = 500
# How many of the oldest are looked at to make room for one; all of them at work means that none can go.
CANDIDATES_MAX = 16

log = structlog.get_logger(__name__)


class Sweeper:
    """One timer for all actors, running while there are any."""

    __slots__ = ("_clock", "_lifecycle", "_populations", "_timer")

    def __init__(self, clock: Clock, populations: Mapping[str, Population], lifecycle: Lifecycle) -> None:
        self._clock = clock
        self._populations = populations
        self._lifecycle = lifecycle
        self._timer: Timer | None = None

    def arm(self) -> None:
        """There is an actor to look after."""
        if self._timer is None:
            self._lifecycle.swept_at = self._clock.monotonic()
            self._timer = self._clock.call_later(SWEEP_EVERY_S, self._sweep)

    def disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def make_room(self, population: Population) -> None:
        """Let the least recently used actor go if a further one would be too many."""
        if population.metrics.active >= population.kind.active_max:
            for cell in islice(population.oldest_first(), CANDIDATES_MAX):
                if _can_leave(cell):
                    self._lifecycle.passivate(cell)
                    return

    def _sweep(self) -> None:
        now = self._clock.monotonic()
        is_done = True
        for population in self._populations.values():
            population.supervisor.forget_the_past(now)
            is_done = self._passivate_idle(population, now) and is_done
        self._timer = None
        if not is_done:
            self._timer = self._clock.call_later(0.0, self._sweep)
        elif any(population.cells or population.supervisor for population in self._populations.values()):
            self.arm()

    def _passivate_idle(self, population: Population, now: float) -> bool:
        """Returns whether all that could leave have left."""
        # A cell's `touched` may be older than its last turn by a sweep; nobody leaves too early.
        touched_last = now - population.kind.idle_after_s - SWEEP_EVERY_S
        left = 0
        for cell in population.oldest_first():
            if cell.touched > touched_last:
                break
            if left == PASSIVATIONS_IN_A_ROW:
                return False
            if _can_leave(cell):
                self._lifecycle.passivate(cell)
                left += 1
        return True


def _can_leave(cell: Cell) -> bool:
    if not cell.is_quiet or cell.actor is None:
        return False
    try:
        return not cell.actor.busy_with()
    except Exception:  # an actor that cannot tell stays
        log.exception("busy_with failed", kind=cell.population.kind.name, id=str(cell.id))
        return False

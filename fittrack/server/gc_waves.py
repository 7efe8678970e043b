"""Keeps the cyclic garbage collector away from what lives as long as the process or its connections.

A full collection walks every object: 0.5 s at 20,000 ordinary connections, 0.13 s at as many lean ones,
nothing for those that are frozen. Frozen objects are still freed by their reference counts.
"""

import gc
from collections.abc import Sized

from fittrack.kit.clock import Clock, Timer

LOOK_EVERY_S = 1.0
"""Seconds between two looks."""

WAVE_CONNECTIONS = 1_000
"""Connections more or fewer than at the last freeze that make a wave."""

YOUNG_OBJECTS_MAX = 30_000
"""Objects made beyond those freed at which the collector looks at them; by default 700. A commit's worth of
purchases in flight, some 25 objects each, is less than that, and none of it is garbage; looking at so many
takes 3 ms."""

CALM_CONNECTIONS = 50
"""Arrivals or departures within a second below which a wave is over."""


class WaveFreezer:
    """Looks at the number of connections once a second, and freezes when a wave of them is over."""

    def __init__(self, connections: Sized, clock: Clock) -> None:
        self._connections = connections
        self._clock = clock
        self._timer: Timer | None = None
        self._thresholds = gc.get_threshold()
        self._frozen_at = 0
        self._last = 0
        self.freezes = 0

    def start(self) -> None:
        """Freeze what the start of the process left, and begin to look."""
        self._thresholds = gc.get_threshold()
        gc.set_threshold(YOUNG_OBJECTS_MAX, *self._thresholds[1:])
        self._freeze()
        self._timer = self._clock.call_later(LOOK_EVERY_S, self._look)

    def stop(self) -> None:
        """Look no more, and let the collector see everything again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            gc.unfreeze()
            gc.set_threshold(*self._thresholds)

    def _look(self) -> None:
        self._timer = self._clock.call_later(LOOK_EVERY_S, self._look)
        now = len(self._connections)
        change, self._last = abs(now - self._last), now
        if change < CALM_CONNECTIONS and abs(now - self._frozen_at) >= WAVE_CONNECTIONS:
            self._frozen_at = now
            self._freeze()

    def _freeze(self) -> None:
        gc.collect(1)  # what is frozen as garbage would stay for ever
        gc.freeze()
        self.freezes += 1

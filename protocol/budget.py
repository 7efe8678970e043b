"""A connection's budget of frames: so many a second for long, and a burst on top.

The generic cell rate algorithm: one number per connection, the instant until which its budget is spent.
"""

_ROUNDING_S = 1e-6
"""Seconds of slack: adding up 1/20 a hundred times is not quite 5."""


class Budget:
    """`per_second` frames for long, `burst` at once. Shared: each connection keeps its own `spent_until`."""

    __slots__ = ("_ahead_max", "_interval")

    def __init__(self, per_second: float, burst: int) -> None:
        assert per_second > 0 < burst, "a budget of nothing is a closed door"
        self._interval = 1.0 / per_second
        self._ahead_max = burst / per_second + _ROUNDING_S

    def spend(self, spent_until: float, now: float) -> float | None:
        """Pay for one frame at `now` (monotonic seconds). The new `spent_until`, or none: over budget."""
        until = (spent_until if spent_until > now else now) + self._interval
        return None if until - now > self._ahead_max else until

    def after_ms(self, spent_until: float, now: float) -> int:
        """Milliseconds from `now` until the next frame can be paid; at least 1."""
        wait = spent_until + self._interval - now - self._ahead_max
        return max(1, int(wait * 1000) + 1)

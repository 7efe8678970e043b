"""A connection's budget of frames: so many a second for long, and a burst on top.

The generic cell rate algorithm: one number per connection, the instant until which its budget is spent.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """`per_second` frames for long, `burst` at once. Shared: each connection keeps its own `spent_until`."""

    per_second: float
    burst: int

    def spend(self, spent_until: float, now: float) -> float | None:
        """Pay for one frame at `now` (monotonic seconds). The new `spent_until`, or none: over budget."""
        until = max(spent_until, now) + 1.0 / self.per_second
        return None if until - now > self.burst / self.per_second + _ROUNDING_S else until

    def after_ms(self, spent_until: float, now: float) -> int:
        """Milliseconds from `now` until the next frame can be paid; at least 1."""
        wait = spent_until - now - (self.burst - 1) / self.per_second
        return max(1, int(wait * 1000) + 1)


_ROUNDING_S = 1e-6
"""Seconds of slack: adding up 1/20 a hundred times is not quite 5."""

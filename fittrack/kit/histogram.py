"""Durations and sizes counted in buckets: cheap to add to, in the form that Prometheus reads."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate


class Histogram:
    """How often which value was seen: a count for each of `bounds` (upper, included) and one above."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0
        """The sum of all values."""

    def observe(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.counts)

    def cumulative(self) -> Iterator[tuple[str, int]]:
        """Upper bound, and how many were at most that; the last bound is infinite."""
        return zip(
            (*(str(float(bound)) for bound in self.bounds), "+Inf"), accumulate(self.counts), strict=True
        )

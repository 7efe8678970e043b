"""Durations counted in buckets: cheap to add to, in the form that Prometheus reads."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate


class Histogram:
    """Durations in seconds: a count for each of `bounds` (upper, included) and one above, sum and maximum."""

    __slots__ = ("bounds", "counts", "max_s", "sum_s")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum_s = 0.0
        self.max_s = 0.0

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.sum_s += seconds
        self.max_s = max(self.max_s, seconds)

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.counts)

    def cumulative(self) -> Iterator[tuple[str, int]]:
        """Upper bound, and how many lasted at most that long; the last bound is infinite."""
        return zip((*map(str, self.bounds), "+Inf"), accumulate(self.counts), strict=True)

"""Counts and durations of requests, per route. Plain integers: a scrape reads them, a request pays 0.5 µs."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client import Metric
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds, in seconds; 0.2 is what the service promises for the 95th percentile (SPEC 12)."""


class RouteStats:
    """What happened on one route."""

    __slots__ = ("buckets", "method", "path", "seconds", "statuses")

    def __init__(self, method: str, path: str) -> None:
        self.method, self.path = method, path
        self.statuses: Counter[int] = Counter()
        self.buckets = [0] * (len(BUCKETS_S) + 1)
        self.seconds = 0.0

    def count(self, status: int, seconds: float) -> None:
        """One answered request."""
        self.statuses[status] += 1
        self.buckets[bisect_left(BUCKETS_S, seconds)] += 1
        self.seconds += seconds

    def cumulative(self) -> Iterator[tuple[str, int]]:
        """The buckets as Prometheus wants them: upper bound, and requests at most that long."""
        total = 0
        for bound, count in zip((*map(str, BUCKETS_S), "+Inf"), self.buckets, strict=True):
            total += count
            yield bound, total


class RequestCollector(Collector):
    """Shows the stats of all routes to Prometheus. Routes nobody used are left out."""

    def __init__(self, stats: Iterable[RouteStats]) -> None:
        self._stats = tuple(stats)

    def collect(self) -> Iterator[Metric]:
        labels = ["method", "route"]
        requests = CounterMetricFamily(
            "fittrack_http_requests", "Answered HTTP requests", labels=[*labels, "status"]
        )
        durations = HistogramMetricFamily(
            "fittrack_http_request_duration_seconds", "From headers to answer", labels=labels
        )
        for stats in self._stats:
            if stats.statuses:
                names = [stats.method, stats.path]
                durations.add_metric(names, list(stats.cumulative()), sum_value=stats.seconds)
                for status, count in stats.statuses.items():
                    requests.add_metric([*names, str(status)], count)
        yield requests
        yield durations

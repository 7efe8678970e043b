"""Counts and durations of requests, per route. Plain integers: a scrape reads them, a request pays 0.5 µs."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from prometheus_client import Metric
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from fittrack.kit.histogram import Histogram

BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds, in seconds; 0.2 is what the service promises for the 95th percentile (SPEC 12)."""


class RouteStats:
    """What happened on one route."""

    __slots__ = ("durations", "method", "path", "statuses")

    def __init__(self, method: str, path: str) -> None:
        self.method, self.path = method, path
        self.statuses: Counter[int] = Counter()
        self.durations = Histogram(BUCKETS_S)

    def count(self, status: int, seconds: float) -> None:
        """One answered request."""
        self.statuses[status] += 1
        self.durations.observe(seconds)


@dataclass(frozen=True, slots=True)
class AllRoutes:
    """The stats of every route, and of requests that were for none."""

    stats: tuple[RouteStats, ...]


class RequestCollector(Collector):
    """Shows the stats of all routes to Prometheus. Routes nobody used are left out."""

    def __init__(self, stats: Iterable[RouteStats]) -> None:
        self._stats = tuple(stats)

    def collect(self) -> Iterator[Metric]:
        labels = ["method", "route"]
        requests = CounterMetricFamily(
            "fittrack_http_requests", "Answered HTTP requests.", labels=[*labels, "status"]
        )
        durations = HistogramMetricFamily(
            "fittrack_http_request_duration_seconds", "From headers to answer.", labels=labels
        )
        for stats in self._stats:
            if stats.statuses:
                names = [stats.method, stats.path]
                durations.add_metric(
                    names, list(stats.durations.cumulative()), sum_value=stats.durations.total
                )
                for status, count in stats.statuses.items():
                    requests.add_metric([*names, str(status)], count)
        yield requests
        yield durations

"""Rate limits of REST."""

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.registry import Collector

from fittrack.ops.metrics.families import counter, counters, gauge
from fittrack.server.rate_limits import RateLimiter
from fittrack.server.shared_windows import SharedWindows


class LimitCollector(Collector):
    """Exports what the rate limits of REST refused, and whether nodes `shared` them at the moment."""

    def __init__(self, limiter: RateLimiter, shared: SharedWindows | None = None) -> None:
        self._limiter = limiter
        self._shared = shared

    def collect(self) -> Iterator[Metric]:
        """The figures as of now."""
        yield counters("fittrack_rate_limited", "Requests answered 429.", "by", self._limiter.refused)
        if self._shared is None:
            return
        yield gauge(
            "fittrack_rate_limits_shared",
            "1 when Redis counts, 0 when this process counts alone.",
            self._shared.shared,
        )
        yield counter("fittrack_rate_limits_redis_lost", "How often Redis was lost.", self._shared.failures)

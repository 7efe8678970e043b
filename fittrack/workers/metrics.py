"""What a worker exports on its supervisor's behalf."""

from collections.abc import Callable, Iterator

from prometheus_client import Metric
from prometheus_client.registry import Collector

from fittrack.ops.metrics.families import counter, counters, gauge
from fittrack.workers.figures import Figures


class WorkersCollector(Collector):
    """Exports what the supervisor told last. Nothing where it told nothing: an earlier version does not."""

    def __init__(self, told: Callable[[], Figures | None]) -> None:
        self._told = told

    def collect(self) -> Iterator[Metric]:
        """The figures as of some seconds ago."""
        figures = self._told()
        if figures is None:
            return
        yield gauge("fittrack_workers_places", "Workers that there are to be.", figures.places)
        yield gauge("fittrack_workers_empty", "Of these, that do not serve.", figures.empty)
        yield gauge(
            "fittrack_workers_empty_seconds",
            "For how long one of them has not served, the longest.",
            figures.empty_s,
        )
        yield counters(
            "fittrack_workers_replaced",
            "Workers that died, stood still, or were renewed.",
            "cause",
            {"died": figures.died, "stuck": figures.stuck, "renewed": figures.renewed},
        )
        yield counter(
            "fittrack_workers_not_renewed", "Successors that did not come to serve.", figures.not_renewed
        )

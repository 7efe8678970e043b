"""The game: purchases, draws, prizes on their way."""

from collections.abc import Iterator, Mapping

from prometheus_client import Metric
from prometheus_client.registry import Collector

from fittrack.drawings.metrics import OUTCOMES, DrawMetrics, SaleMetrics
from fittrack.ops.metrics.families import counter, counters, histogram


class PlayCollector(Collector):
    """Exports what became of purchases, draws and prizes on a node.

    Of prizes' `steps`, `forfeit` and `redraw` are worth an alarm.
    """

    def __init__(self, sales: SaleMetrics, draws: DrawMetrics, steps: Mapping[str, int]) -> None:
        self._sales, self._draws, self._steps = sales, draws, steps

    def collect(self) -> Iterator[Metric]:
        """The figures as of now."""
        sales = self._sales
        yield counter("fittrack_purchases", "Purchases that became durable.", sales.purchases)
        yield counter("fittrack_tickets_sold", "Tickets bought by them.", sales.tickets)
        yield counters("fittrack_purchases_refused", "Purchases not made.", "problem", sales.refusals)
        yield counters("fittrack_draws", "Attempts to draw.", "outcome", self._draws.outcomes, OUTCOMES)
        yield histogram("fittrack_draw_seconds", "Duration of draws that completed.", self._draws.seconds)
        yield counters("fittrack_prize_steps", "Steps of prizes on their way.", "deed", self._steps)

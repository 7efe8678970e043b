"""What a node counts, as Prometheus reads it: actors, journal, connections, limits. Read when asked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from actors.runtime import KindMetrics
from fittrack.cluster.cluster import Cluster
from fittrack.db.journal import JournalMetrics
from fittrack.kit.clock import Clock
from fittrack.kit.histogram import Histogram
from fittrack.mail.worker import MailMetrics
from fittrack.server.rate_limits import RateLimiter
from fittrack.server.shared_windows import SharedWindows
from fittrack.webhooks.delivering import OUTCOMES, Deliveries

_ACTOR_COUNTERS = {
    "activations": "Actors that came into memory.",
    "passivations": "Actors that left memory in good order.",
    "turns": "Messages that got their turn.",
    "crashes": "Activations discarded because of an unexpected error.",
    "stale": "Activations discarded because another one wrote.",
    "quarantines": "Actors that crashed too often and rest.",
    "abandoned": "Turns given up by the watchdog.",
    "busy": "Messages refused, nothing having happened.",
    "expired": "Messages whose deadline passed before their turn.",
}
_JOURNAL_COUNTERS = {
    "batches": "Transactions written.",
    "units": "Units written.",
    "jobs": "Jobs that belong to no actor's log.",
    "replays": "Batches that could not be written as one.",
    "stale": "Units that lost to another author.",
    "refused": "Units that a constraint refused.",
    "not_stored": "Units that the database could not take.",
    "unknown": "Units whose outcome is not known.",
}

_CLUSTER_COUNTERS = {
    "asked": "Messages for actors on other nodes.",
    "served": "Messages of other nodes for actors here.",
    "astray": "Messages that did not find their actor at first.",
    "unknown": "Messages whose way or answer was lost with Redis.",
}


class MailCollector(Collector):
    """Exports what became of letters."""

    def __init__(self, letters: MailMetrics) -> None:
        self._letters = letters

    def collect(self) -> Iterable[Metric]:
        """The figures as of now."""
        yield _counter("fittrack_mail_delivered", "Letters handed over.", self._letters.delivered)
        yield _counter("fittrack_mail_delayed", "Attempts that failed for now.", self._letters.delayed)
        yield _counter("fittrack_mail_failed", "Letters given up: dead letters.", self._letters.failed)


class WebhookCollector(Collector):
    """Exports what became of webhooks, and how long the oldest has been due."""

    def __init__(self, deliveries: Deliveries, clock: Clock) -> None:
        self._deliveries, self._clock = deliveries, clock

    def collect(self) -> Iterable[Metric]:
        """The figures as of now; the backlog as of the last look, on the node that sends."""
        family = CounterMetricFamily(
            "fittrack_webhook_outcomes", "Attempts, messages and endpoints by outcome.", labels=["outcome"]
        )
        for outcome in OUTCOMES:
            family.add_metric([outcome], self._deliveries.outcomes[outcome])
        yield family
        oldest = self._deliveries.backlog.oldest_due
        age = 0.0 if oldest is None else (self._clock.now() - oldest).total_seconds()
        yield GaugeMetricFamily(
            "fittrack_webhook_oldest_due_seconds", "How long the oldest message has been due.", value=age
        )


def _counter(name: str, text: str, value: float) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text)
    family.add_metric([], value)
    return family


class NodeCollector(Collector):
    """Exports the figures of one node; `connections` are its WebSockets."""

    def __init__(
        self, actors: Mapping[str, KindMetrics], journal: JournalMetrics, connections: Sized
    ) -> None:
        self._actors = actors
        self._journal = journal
        self._connections = connections

    def collect(self) -> Iterable[Metric]:
        """The figures as of now."""
        yield from self._of_actors()
        yield from self._of_journal()
        connections = GaugeMetricFamily("fittrack_websocket_connections", "Open WebSockets.")
        connections.add_metric([], len(self._connections))
        yield connections

    def _of_actors(self) -> Iterator[Metric]:
        active = GaugeMetricFamily("fittrack_actors", "Actors in memory.", labels=["kind"])
        counters = {
            name: CounterMetricFamily(f"fittrack_actor_{name}", text, labels=["kind"])
            for name, text in _ACTOR_COUNTERS.items()
        }
        turns = HistogramMetricFamily(
            "fittrack_actor_turn_seconds", "Duration of turns (sampled).", labels=["kind"]
        )
        ages = HistogramMetricFamily(
            "fittrack_actor_mailbox_age_seconds", "Age of the oldest message (sampled).", labels=["kind"]
        )
        for kind, figures in self._actors.items():
            active.add_metric([kind], figures.active)
            for name, counter in counters.items():
                counter.add_metric([kind], getattr(figures, name))
            _add(turns, [kind], figures.turn_time)
            _add(ages, [kind], figures.mailbox_age)
        yield from (active, *counters.values(), turns, ages)

    def _of_journal(self) -> Iterator[Metric]:
        figures = self._journal
        for name, text in _JOURNAL_COUNTERS.items():
            yield CounterMetricFamily(f"fittrack_journal_{name}", text, value=getattr(figures, name))
        yield GaugeMetricFamily(
            "fittrack_journal_queue_depth", "Units and jobs that wait.", value=figures.queue_depth
        )
        durations = HistogramMetricFamily(
            "fittrack_journal_batch_seconds", "From BEGIN to the end of COMMIT."
        )
        _add(durations, [], figures.batch_seconds)
        commits = HistogramMetricFamily("fittrack_journal_commit_seconds", "Of COMMIT alone.")
        _add(commits, [], figures.commit_seconds)
        yield from (durations, commits)


class ClusterCollector(Collector):
    """Exports what goes on between this node and the others."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def collect(self) -> Iterable[Metric]:
        """The figures as of now."""
        cluster, figures = self._cluster, self._cluster.exchange.metrics
        yield GaugeMetricFamily(
            "fittrack_cluster_nodes",
            "Nodes that this one knows of.",
            value=len(cluster.membership.view.nodes),
        )
        yield GaugeMetricFamily(
            "fittrack_cluster_lease",
            "1 while memory is certain to be current.",
            value=int(cluster.holds_lease),
        )
        for name, text in _CLUSTER_COUNTERS.items():
            yield CounterMetricFamily(f"fittrack_cluster_{name}", text, value=getattr(figures, name))
        yield CounterMetricFamily(
            "fittrack_cluster_dropped",
            "Publications that Redis did not take; they are found by position.",
            value=cluster.dropped,
        )
        yield CounterMetricFamily(
            "fittrack_cluster_link_lost", "Connections to Redis that were lost.", value=cluster.link_losses
        )


class LimitCollector(Collector):
    """Exports what the rate limits of REST refused, and whether nodes `shared` them at the moment."""

    def __init__(self, limiter: RateLimiter, shared: SharedWindows | None = None) -> None:
        self._limiter = limiter
        self._shared = shared

    def collect(self) -> Iterable[Metric]:
        """The figures as of now."""
        refused = CounterMetricFamily("fittrack_rate_limited", "Requests answered 429.", labels=["by"])
        for kind, count in self._limiter.refused.items():
            refused.add_metric([kind], count)
        yield refused
        if self._shared is not None:
            yield GaugeMetricFamily(
                "fittrack_rate_limits_shared",
                "1 when Redis counts, 0 when this process counts alone.",
                value=int(self._shared.shared),
            )
            yield CounterMetricFamily(
                "fittrack_rate_limits_redis_lost",
                "How often Redis was lost.",
                value=self._shared.failures,
            )


class PrizeCollector(Collector):
    """Exports what was done with prizes on their way, by deed: `forfeit` and `redraw` are worth an alarm."""

    def __init__(self, steps: Mapping[str, int]) -> None:
        self._steps = steps

    def collect(self) -> Iterable[Metric]:
        """The figures as of now."""
        family = CounterMetricFamily("fittrack_prize_steps", "Steps of prizes on their way.", labels=["deed"])
        for deed, count in sorted(self._steps.items()):
            family.add_metric([deed], count)
        yield family


def _add(family: HistogramMetricFamily, labels: Sequence[str], histogram: Histogram) -> None:
    family.add_metric(labels, list(histogram.cumulative()), histogram.sum_s)

"""What goes to others: letters, webhooks, requests to trackers."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from fittrack.connections.sync_metrics import OUTCOMES as SYNC_OUTCOMES
from fittrack.connections.sync_metrics import SyncMetrics
from fittrack.mail.worker import MailMetrics
from fittrack.ops.backlogs import Backlogs
from fittrack.ops.metrics.families import counter, counters, gauge, histograms
from fittrack.webhooks.delivering import OUTCOMES as WEBHOOK_OUTCOMES
from fittrack.webhooks.delivering import Deliveries


class MailCollector(Collector):
    """Exports what became of letters."""

    def __init__(self, letters: MailMetrics) -> None:
        self._letters = letters

    def collect(self) -> Iterator[Metric]:
        """The figures as of now."""
        yield counter("fittrack_mail_delivered", "Letters handed over.", self._letters.delivered)
        yield counter("fittrack_mail_delayed", "Attempts that failed for now.", self._letters.delayed)
        yield counter("fittrack_mail_failed", "Letters given up: dead letters.", self._letters.failed)


class WebhookCollector(Collector):
    """Exports what became of webhooks."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries

    def collect(self) -> Iterator[Metric]:
        """The figures as of now."""
        yield counters(
            "fittrack_webhook_outcomes",
            "Attempts, messages and endpoints by outcome.",
            "outcome",
            self._deliveries.outcomes,
            WEBHOOK_OUTCOMES,
        )


class TrackerCollector(Collector):
    """Exports what syncs with `providers` came to."""

    def __init__(self, syncs: SyncMetrics, providers: Iterable[str]) -> None:
        self._syncs = syncs
        self._providers = sorted(providers)

    def collect(self) -> Iterator[Metric]:
        """The figures as of now."""
        family = CounterMetricFamily(
            "fittrack_tracker_syncs", "Syncs that ended.", labels=["provider", "outcome"]
        )
        for provider in self._providers:
            for outcome in SYNC_OUTCOMES.values():
                family.add_metric([provider, outcome], self._syncs.outcomes[provider, outcome])
        yield family
        yield histograms(
            "fittrack_tracker_sync_seconds",
            "Duration of syncs.",
            ["provider"],
            {(provider,): self._syncs.seconds[provider] for provider in self._providers},
        )


class CheckCollector(Collector):
    """Exports what the last check of a night came to."""

    def __init__(self, backlogs: Backlogs) -> None:
        self._backlogs = backlogs

    def collect(self) -> Iterator[Metric]:
        """As of the last look. Before the first check the node's start stands for its end: from then on one
        is waited for."""
        last, began_at = self._backlogs.check, self._backlogs.began_at
        took = timedelta() if last is None else last.ended_at - last.started_at
        yield gauge(
            "fittrack_check_violations",
            "Violations of invariants that the last check found.",
            0 if last is None else last.violations,
        )
        yield gauge(
            "fittrack_check_done_timestamp_seconds",
            "When the last check was done.",
            (began_at if last is None else last.ended_at).timestamp(),
        )
        yield gauge("fittrack_check_duration_seconds", "How long it took.", took.total_seconds())


class BacklogCollector(Collector):
    """Exports what waits in the database, as the node saw it last."""

    def __init__(self, backlogs: Backlogs) -> None:
        self._backlogs = backlogs

    def collect(self) -> Iterator[Metric]:
        """The figures as of the last look."""
        backlogs = self._backlogs
        yield gauge(
            "fittrack_webhook_oldest_due_seconds",
            "How long the oldest message for an endpoint has been due.",
            backlogs.waits_s(backlogs.webhooks.oldest_due),
        )
        yield gauge(
            "fittrack_webhook_dead_letters",
            "Messages for endpoints given up within a day.",
            backlogs.webhooks.given_up,
        )
        yield gauge(
            "fittrack_mail_oldest_due_seconds",
            "How long the oldest letter has been due.",
            backlogs.waits_s(backlogs.overdue.oldest_letter),
        )
        yield gauge("fittrack_mail_dead_letters", "Letters given up within a day.", backlogs.overdue.letters)
        yield gauge(
            "fittrack_draws_overdue",
            "Draws that should have been made more than two minutes ago.",
            backlogs.overdue.draws,
        )

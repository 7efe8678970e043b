"""What nodes' counters say, and what came between two looks at them. Nothing is counted for this alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple

from actors.runtime import KindMetrics
from fittrack.db.journal import JournalMetrics
from fittrack.ops.alarms import LOOP_LAG_S
from fittrack.pubsub.messages import Reading
from fittrack.server.request_metrics import RouteStats
from protocol.channel_events import OpsLive, OpsNode
from protocol.shapes import instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Meters:
    """The counters of a node."""

    actors: Mapping[str, KindMetrics]
    journal: JournalMetrics
    connections: Sized
    routes: Sequence[RouteStats]
    commands: Callable[[], int]
    """Commands over WebSockets so far."""
    purchases: Callable[[], int]
    """Purchases that became durable here so far."""


def read(meters: Meters, *, node: str, since: float, at: float, lag_s: float) -> Reading:
    """The counters of `node` at a moment of its clock; they were zero at `since`."""
    actors, journal = meters.actors, meters.journal
    crashes = sum(kind.crashes for kind in actors.values())
    failed = sum(
        count
        for route in meters.routes
        for status, count in route.statuses.items()
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )
    return Reading(
        node=node,
        since=since,
        at=at,
        lag_s=lag_s,
        connections=len(meters.connections),
        actors=sum(kind.active for kind in actors.values()),
        turns=sum(kind.turns for kind in actors.values()),
        commands=meters.commands(),
        purchases=meters.purchases(),
        errors=failed + crashes + journal.unknown,
        batches=journal.batches,
        batch_s=journal.batch_seconds.total,
        mailboxes=sum(kind.mailbox_age.count for kind in actors.values()),
        mailbox_s=sum(kind.mailbox_age.total for kind in actors.values()),
        not_stored=journal.not_stored + journal.unknown,
        troubles={name: kind.crashes + kind.quarantines + kind.abandoned for name, kind in actors.items()},
    )


class Span(NamedTuple):
    """Two readings of one node; without a former one, what it counted since its start."""

    former: Reading | None
    latter: Reading

    @property
    def seconds(self) -> float:
        began = self.latter.since if self.former is None else self.former.at
        return max(self.latter.at - began, 0.001)

    def grown(self, name: str) -> float:
        """By how much a counter has grown."""
        grown: float = getattr(self.latter, name) - (getattr(self.former, name) if self.former else 0)
        return grown

    def rate(self, name: str) -> float:
        """How fast, per second."""
        return self.grown(name) / self.seconds

    @property
    def is_late(self) -> bool:
        """Whether somebody should look at its event loop."""
        return self.latter.lag_s > LOOP_LAG_S

    def troubles(self) -> Iterable[tuple[str, int]]:
        """By how much trouble has grown, by kind of actor."""
        former = self.former.troubles if self.former else {}
        for kind, count in self.latter.troubles.items():
            yield kind, count - former.get(kind, 0)


def live(spans: Sequence[Span], now: datetime) -> OpsLive:
    """All nodes together: what they did is summed, what took time averaged, of the lags the worst given."""

    def rate(name: str) -> float:
        return round(sum(span.rate(name) for span in spans), 2)

    return OpsLive(
        now=instant(now),
        nodes=len(spans),
        connections=sum(span.latter.connections for span in spans),
        actors=sum(span.latter.actors for span in spans),
        messages_per_s=rate("turns"),
        commands_per_s=rate("commands"),
        purchases_per_s=rate("purchases"),
        errors_per_s=rate("errors"),
        journal_batches_per_s=rate("batches"),
        journal_batch_ms=_mean_ms(spans, "batch_s", "batches"),
        mailbox_age_ms=_mean_ms(spans, "mailbox_s", "mailboxes"),
        loop_lag_ms=max((_ms(span.latter.lag_s) for span in spans), default=0.0),
        by_node=[_of_node(span) for span in sorted(spans, key=lambda span: span.latter.node)],
    )


def _of_node(span: Span) -> OpsNode:
    return OpsNode(
        node=span.latter.node,
        connections=span.latter.connections,
        actors=span.latter.actors,
        messages_per_s=round(span.rate("turns"), 2),
        commands_per_s=round(span.rate("commands"), 2),
        purchases_per_s=round(span.rate("purchases"), 2),
        errors_per_s=round(span.rate("errors"), 2),
        journal_batch_ms=_mean_ms([span], "batch_s", "batches"),
        loop_lag_ms=_ms(span.latter.lag_s),
    )


def _mean_ms(spans: Iterable[Span], seconds: str, count: str) -> float:
    grown = [(span.grown(seconds), span.grown(count)) for span in spans]
    counted = sum(each for _, each in grown)
    return round(sum(each for each, _ in grown) / counted * 1000, 3) if counted else 0.0


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)

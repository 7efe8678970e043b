"""What a node's counters say, and what came between two looks at them. Nothing is counted for this alone."""

from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple

from actors.runtime import KindMetrics
from fittrack.db.journal import JournalMetrics
from fittrack.server.request_metrics import RouteStats
from protocol.channel_events import OpsLive
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


class Reading(NamedTuple):
    """All counters at one moment; they only grow."""

    at: float
    """On the monotonic clock."""
    turns: int
    commands: int
    purchases: int
    errors: int
    """Answers of 5xx, crashed turns, and units whose outcome is not known."""
    batches: int
    batch_s: float
    mailboxes: int
    mailbox_s: float
    not_stored: int
    troubles: Mapping[str, int]
    """Crashes, quarantines and abandoned turns, by kind of actor."""


def read(meters: Meters, at: float) -> Reading:
    """The counters now."""
    actors, journal = meters.actors, meters.journal
    crashes = sum(kind.crashes for kind in actors.values())
    failed = sum(
        count
        for route in meters.routes
        for status, count in route.statuses.items()
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )
    return Reading(
        at=at,
        turns=sum(kind.turns for kind in actors.values()),
        commands=meters.commands(),
        purchases=meters.purchases(),
        errors=failed + crashes + journal.unknown,
        batches=journal.batches,
        batch_s=journal.batch_seconds.sum_s,
        mailboxes=sum(kind.mailbox_age.count for kind in actors.values()),
        mailbox_s=sum(kind.mailbox_age.sum_s for kind in actors.values()),
        not_stored=journal.not_stored + journal.unknown,
        troubles={name: kind.crashes + kind.quarantines + kind.abandoned for name, kind in actors.items()},
    )


def live(meters: Meters, former: Reading, latter: Reading, *, lag_s: float, now: datetime) -> OpsLive:
    """What happened between two readings, per second, and how things are."""
    seconds = max(latter.at - former.at, 0.001)

    def rate(name: str) -> float:
        grown: int = getattr(latter, name) - getattr(former, name)
        return round(grown / seconds, 2)

    return OpsLive(
        now=instant(now),
        nodes=1,
        connections=len(meters.connections),
        actors=sum(kind.active for kind in meters.actors.values()),
        messages_per_s=rate("turns"),
        commands_per_s=rate("commands"),
        purchases_per_s=rate("purchases"),
        errors_per_s=rate("errors"),
        journal_batches_per_s=rate("batches"),
        journal_batch_ms=_mean_ms(latter.batch_s - former.batch_s, latter.batches - former.batches),
        mailbox_age_ms=_mean_ms(latter.mailbox_s - former.mailbox_s, latter.mailboxes - former.mailboxes),
        loop_lag_ms=round(lag_s * 1000, 2),
    )


def _mean_ms(seconds: float, count: int) -> float:
    return round(seconds / count * 1000, 3) if count else 0.0

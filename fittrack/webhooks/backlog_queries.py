"""How webhooks stand, for those who watch over them: what waits, what was given up, who is switched off."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, func, select

from fittrack.db.tables.messages import webhook_deliveries, webhook_endpoints, webhook_events
from fittrack.webhooks.news import host_of
from fittrack.webhooks.queries import ready
from fittrack.webhooks.rules import RETRIES, DisabledReason

SWITCHED_OFF_MAX: Final = 20
"""Endpoints that are told of by name."""


class SwitchedOff(NamedTuple):
    """An endpoint that was switched off because it took nothing."""

    endpoint_id: UUID
    host: str


class Backlog(NamedTuple):
    """What waits, and how things stand."""

    oldest_due: datetime | None
    """Of what is due to endpoints that are switched on and did not ask for a pause."""
    given_up: int
    """Messages given up lately."""
    switched_off: tuple[SwitchedOff, ...] = ()
    """Endpoints that switched themselves off lately, and still are."""


def backlog(conn: Connection, now: datetime, since: datetime) -> Backlog:
    """How things are: what should have been sent by `now`, and what was given up since an instant."""
    e, d = webhook_endpoints.c, webhook_deliveries.c
    oldest = (
        select(func.min(d.next_due_at))
        .join(webhook_endpoints, e.endpoint_id == d.endpoint_id)
        .where(ready(now), d.next_due_at <= now)
    )
    waiting = select(func.min(webhook_events.c.waits_since)).where(webhook_events.c.waits_since <= now)
    failed = (
        select(func.count())
        .select_from(webhook_deliveries)
        .where(d.failed_at >= since, d.failures > len(RETRIES))
    )
    off = (
        select(e.endpoint_id, e.url)
        .where(
            e.disabled_at >= since, e.disabled_reason != DisabledReason.BY_ADMIN.value, e.deleted_at.is_(None)
        )
        .order_by(e.disabled_at)
        .limit(SWITCHED_OFF_MAX)
    )
    instants = [conn.execute(oldest).scalar_one(), conn.execute(waiting).scalar_one()]
    return Backlog(
        min((each for each in instants if each is not None), default=None),
        int(conn.execute(failed).scalar_one()),
        tuple(SwitchedOff(row.endpoint_id, host_of(row.url)) for row in conn.execute(off)),
    )

"""Messages that are due, claimed by the node that sends them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, func, select

from fittrack.db.row_queries import take_due
from fittrack.db.tables.messages import webhook_deliveries, webhook_endpoints, webhook_events
from fittrack.webhooks import queries


class Claim(NamedTuple):
    """A message that is ours to send, until its lease ends: then it is due again."""

    endpoint_id: UUID
    message_id: UUID
    event_type: str
    attempt: int
    failures: int
    url: str
    sealed_secrets: tuple[bytes, ...]
    """Of all secrets that hold, the newest first."""
    payload: bytes


def waiting_endpoints(conn: Connection, now: datetime) -> list[tuple[UUID, int]]:
    """Endpoints that have something due, those first whose oldest is oldest, and how often each failed."""
    oldest = (
        select(func.min(webhook_deliveries.c.next_due_at))
        .where(
            webhook_deliveries.c.endpoint_id == webhook_endpoints.c.endpoint_id,
            webhook_deliveries.c.next_due_at <= now,
        )
        .correlate(webhook_endpoints)
        .scalar_subquery()
    )
    rows = conn.execute(
        select(webhook_endpoints.c.endpoint_id, webhook_endpoints.c.failures, oldest.label("oldest")).where(
            queries.ready(now)
        )
    )
    due = sorted((row.oldest, row.endpoint_id, row.failures) for row in rows if row.oldest is not None)
    return [(endpoint_id, failures) for _, endpoint_id, failures in due]


def claim(conn: Connection, rooms: dict[UUID, int], now: datetime, lease: timedelta) -> list[Claim]:
    """Take up to so many messages of each endpoint. What another node takes at the same time, it does not."""
    claims = []
    for endpoint_id, room in rooms.items():
        due = _due_of(conn, endpoint_id, now, room)
        taken = take_due(conn, webhook_deliveries, due, now=now, until=now + lease)
        claims += [_claim(row, now) for row in taken]
    return claims


def _due_of(conn: Connection, endpoint_id: UUID, now: datetime, limit: int) -> Sequence[Any]:
    d, e, m = webhook_deliveries.c, webhook_endpoints.c, webhook_events.c
    return conn.execute(
        select(
            d.endpoint_id,
            d.message_id,
            d.event_type,
            d.attempts,
            d.failures,
            e.url,
            e.sealed_secret,
            e.former_sealed_secret,
            e.former_until,
            m.payload,
        )
        .join(webhook_endpoints, e.endpoint_id == d.endpoint_id)
        .join(webhook_events, m.message_id == d.message_id)
        .where(d.endpoint_id == endpoint_id, d.next_due_at <= now, queries.ready(now))
        .order_by(d.next_due_at, d.message_id)
        .offset(0)  # the room varies: with an offset it is bound
        .limit(limit)
    ).all()


def _claim(row: Any, now: datetime) -> Claim:
    secrets = [row.sealed_secret]
    if row.former_sealed_secret is not None and row.former_until > now:
        secrets.append(row.former_sealed_secret)
    return Claim(
        row.endpoint_id,
        row.message_id,
        row.event_type,
        row.attempts + 1,
        row.failures,
        row.url,
        tuple(secrets),
        row.payload,
    )

"""Events that wait, and the endpoints that they are for."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, and_, exists, insert, select, update

from fittrack.db.tables.messages import webhook_deliveries, webhook_endpoints, webhook_events
from fittrack.db.tables.partners import api_clients
from fittrack.webhooks import queries
from fittrack.webhooks.scopes import allowed


class TakenElsewhere(Exception):  # noqa: N818 - says what happened
    """Another node was quicker: nothing was stored, and nothing is left to do of it."""


class Work(NamedTuple):
    """Whether an event waits for its endpoints, and whether a message is due."""

    events: bool
    messages: bool


def work(conn: Connection, now: datetime) -> Work:
    """What there is to do."""
    waits = select(webhook_events.c.message_id).where(webhook_events.c.waits_since <= now).limit(1)
    due = exists().where(
        webhook_deliveries.c.endpoint_id == webhook_endpoints.c.endpoint_id,
        webhook_deliveries.c.next_due_at <= now,
    )
    ready = select(webhook_endpoints.c.endpoint_id).where(queries.ready(now), due).limit(1)
    return Work(conn.execute(waits).first() is not None, conn.execute(ready).first() is not None)


def hand_out(conn: Connection, now: datetime, limit: int) -> int:
    """Give events that wait to the endpoints that want them; returns how many events.

    Raises `TakenElsewhere` when another node gave some of them at the same time.
    """
    events = conn.execute(
        select(
            webhook_events.c.message_id,
            webhook_events.c.event_type,
            webhook_events.c.created_at,
        )
        .where(webhook_events.c.waits_since <= now)
        .order_by(webhook_events.c.waits_since, webhook_events.c.message_id)
        .limit(limit)
    ).all()
    if not events:
        return 0
    taken = conn.execute(
        update(webhook_events)
        .where(
            webhook_events.c.message_id.in_([event.message_id for event in events]),
            webhook_events.c.waits_since.is_not(None),
        )
        .values(waits_since=None)
    )
    if taken.rowcount != len(events):
        raise TakenElsewhere
    rows = _deliveries(events, _subscriptions(conn), now)
    if rows:
        conn.execute(insert(webhook_deliveries), rows)
    return len(events)


class _Subscription(NamedTuple):
    endpoint_id: UUID
    event_types: frozenset[str]
    since: datetime


def _subscriptions(conn: Connection) -> list[_Subscription]:
    """Of endpoints that are switched on. What happens while one is off, it may ask for later.

    A client is told of what its scopes let it read now, and of nothing while it is switched off.
    """
    e, c = webhook_endpoints.c, api_clients.c
    rows = conn.execute(
        select(e.endpoint_id, e.event_types, e.created_at, e.client_id, c.scopes)
        .outerjoin(api_clients, and_(c.client_id == e.client_id, c.active == 1, c.deleted_at.is_(None)))
        .where(e.active == 1, e.deleted_at.is_(None))
    )
    return [
        _Subscription(row.endpoint_id, _types(row), row.created_at)
        for row in rows
        if row.client_id is None or row.scopes is not None
    ]


def _types(row: Any) -> frozenset[str]:
    types = frozenset(row.event_types.split())
    return types if row.client_id is None else allowed(types, row.scopes.split())


def _deliveries(
    events: Iterable[Any], subscriptions: Sequence[_Subscription], now: datetime
) -> list[dict[str, Any]]:
    return [
        {
            "endpoint_id": subscription.endpoint_id,
            "message_id": event.message_id,
            "event_type": event.event_type,
            "attempts": 0,
            "failures": 0,
            "next_due_at": now,
            "created_at": now,
        }
        for event in events
        for subscription in subscriptions
        if event.event_type in subscription.event_types and event.created_at >= subscription.since
    ]

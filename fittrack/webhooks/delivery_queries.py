"""What endpoints were sent, and sending it again."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, literal, or_, select, update

from fittrack.db.tables.messages import webhook_attempts, webhook_deliveries, webhook_events
from fittrack.kit.ids import least_uuid7
from fittrack.webhooks.model import StoredAttempt, StoredDelivery
from fittrack.webhooks.rules import KEPT, DeliveryStatus
from fittrack.webhooks.schemas import DeliveriesQuery

_STATUS: Final[Mapping[DeliveryStatus, ColumnElement[bool]]] = {
    DeliveryStatus.PENDING: and_(
        webhook_deliveries.c.delivered_at.is_(None), webhook_deliveries.c.failed_at.is_(None)
    ),
    DeliveryStatus.DELIVERED: webhook_deliveries.c.delivered_at.is_not(None),
    DeliveryStatus.FAILED: webhook_deliveries.c.failed_at.is_not(None),
}


def find(
    conn: Connection, endpoint_id: UUID, query: DeliveriesQuery, after: UUID | None
) -> tuple[list[StoredDelivery], int]:
    """The page of deliveries that `query` asks for, the newest message first, and how many there are."""
    matching: list[ColumnElement[bool]] = [webhook_deliveries.c.endpoint_id == endpoint_id]
    if query.status is not None:
        matching.append(_STATUS[query.status])
    if query.event_type is not None:
        matching.append(webhook_deliveries.c.event_type == query.event_type)
    counted = select(func.count()).select_from(webhook_deliveries).where(*matching)
    total = conn.execute(counted).scalar_one()
    if after is not None:
        matching.append(webhook_deliveries.c.message_id < after)
    page = (
        select(webhook_deliveries)
        .where(*matching)
        .order_by(webhook_deliveries.c.message_id.desc())
        .offset(0 if after is not None else query.offset)
        .limit(query.limit)
    )
    return [StoredDelivery(**row._asdict()) for row in conn.execute(page)], total


def load(conn: Connection, endpoint_id: UUID, message_id: UUID) -> StoredDelivery | None:
    """One delivery."""
    row = conn.execute(
        select(webhook_deliveries).where(_is(webhook_deliveries, endpoint_id, message_id))
    ).one_or_none()
    return None if row is None else StoredDelivery(**row._asdict())


class Detail(NamedTuple):
    """A delivery with what was sent, and how each attempt went."""

    delivery: StoredDelivery
    payload: bytes
    attempts: list[StoredAttempt]


def detail(conn: Connection, endpoint_id: UUID, message_id: UUID) -> Detail | None:
    """All there is to know of a delivery."""
    delivery = load(conn, endpoint_id, message_id)
    if delivery is None:
        return None
    payload = conn.execute(
        select(webhook_events.c.payload).where(webhook_events.c.message_id == message_id)
    ).scalar_one()
    c = webhook_attempts.c
    rows = conn.execute(
        select(c.attempt, c.attempted_at, c.duration_ms, c.status_code, c.error, c.answer)
        .where(_is(webhook_attempts, endpoint_id, message_id))
        .order_by(c.attempt)
    )
    return Detail(delivery, payload, [StoredAttempt(**row._asdict()) for row in rows])


def add_message(
    conn: Connection, endpoint_id: UUID, message_id: UUID, *, event_type: str, payload: bytes, now: datetime
) -> None:
    """A message for one endpoint alone, due now."""
    conn.execute(
        insert(webhook_events).values(
            message_id=message_id, event_type=event_type, payload=payload, created_at=now
        )
    )
    conn.execute(
        insert(webhook_deliveries).values(
            endpoint_id=endpoint_id,
            message_id=message_id,
            event_type=event_type,
            attempts=0,
            failures=0,
            next_due_at=now,
            created_at=now,
        )
    )


def send_again(conn: Connection, endpoint_id: UUID, message_id: UUID, now: datetime) -> None:
    """A message is due anew, under the same id, with the whole schedule before it."""
    conn.execute(
        update(webhook_deliveries).where(_is(webhook_deliveries, endpoint_id, message_id)).values(_anew(now))
    )


def forget_waiting(conn: Connection, endpoint_id: UUID, now: datetime) -> None:
    """Nothing more is sent to an endpoint."""
    conn.execute(
        update(webhook_deliveries)
        .where(webhook_deliveries.c.endpoint_id == endpoint_id, webhook_deliveries.c.next_due_at.is_not(None))
        .values(next_due_at=None, failed_at=now, last_error="The endpoint was deleted.")
    )


class Span(NamedTuple):
    """Messages of an endpoint from one instant up to another."""

    endpoint_id: UUID
    since: datetime
    until: datetime

    def covers(self, message_id: Any) -> ColumnElement[bool]:
        """The condition that an event lies in it."""
        return and_(message_id >= least_uuid7(self.since), message_id < least_uuid7(self.until))


def count_span(conn: Connection, span: Span, types: Collection[str], *, delivered: bool) -> int:
    """How many messages `send_span_again` would send."""
    again = select(func.count()).select_from(webhook_deliveries).where(_of_span(span, delivered=delivered))
    missed = select(func.count()).select_from(webhook_events).where(_missed(span, types))
    return int(conn.execute(again).scalar_one()) + int(conn.execute(missed).scalar_one())


def send_span_again(
    conn: Connection, span: Span, types: Collection[str], now: datetime, *, delivered: bool
) -> int:
    """Send again what was given up, or also what was `delivered`, and for the first time what was missed.

    Returns how many messages are due now.
    """
    again = conn.execute(
        update(webhook_deliveries).where(_of_span(span, delivered=delivered)).values(_anew(now))
    )
    row = select(
        literal(span.endpoint_id, webhook_deliveries.c.endpoint_id.type),
        webhook_events.c.message_id,
        webhook_events.c.event_type,
        literal(0),
        literal(0),
        literal(now, webhook_deliveries.c.next_due_at.type),
        literal(now, webhook_deliveries.c.created_at.type),
    ).where(_missed(span, types))
    names = [
        "endpoint_id",
        "message_id",
        "event_type",
        "attempts",
        "failures",
        "next_due_at",
        "created_at",
    ]
    missed = conn.execute(insert(webhook_deliveries).from_select(names, row))
    return again.rowcount + missed.rowcount


def kept_from(now: datetime) -> datetime:
    """Since when events are kept."""
    return now - KEPT


def _of_span(span: Span, *, delivered: bool) -> ColumnElement[bool]:
    ended = _STATUS[DeliveryStatus.FAILED]
    if delivered:
        ended = or_(ended, _STATUS[DeliveryStatus.DELIVERED])
    return and_(
        webhook_deliveries.c.endpoint_id == span.endpoint_id,
        span.covers(webhook_deliveries.c.message_id),
        ended,
    )


def _missed(span: Span, types: Collection[str]) -> ColumnElement[bool]:
    """Events of these types that the endpoint was never sent; those that wait it will be given anyway."""
    given = exists().where(
        webhook_deliveries.c.endpoint_id == span.endpoint_id,
        webhook_deliveries.c.message_id == webhook_events.c.message_id,
    )
    return and_(
        span.covers(webhook_events.c.message_id),
        webhook_events.c.event_type.in_(sorted(types)),
        webhook_events.c.waits_since.is_(None),
        ~given,
    )


def _anew(now: datetime) -> dict[str, Any]:
    return {"next_due_at": now, "failures": 0, "delivered_at": None, "failed_at": None}


def _is(table: Any, endpoint_id: UUID, message_id: UUID) -> ColumnElement[bool]:
    return and_(table.c.endpoint_id == endpoint_id, table.c.message_id == message_id)

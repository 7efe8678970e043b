"""Reading and writing endpoints, and what they were sent, for those who look after them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from fittrack.db.row_queries import hold
from fittrack.db.tables.messages import (
    webhook_attempts,
    webhook_deliveries,
    webhook_endpoints,
    webhook_events,
)
from fittrack.db.tables.partners import api_clients
from fittrack.kit.ids import least_uuid7
from fittrack.webhooks.model import StoredAttempt, StoredDelivery, StoredEndpoint
from fittrack.webhooks.news import host_of
from fittrack.webhooks.rules import KEPT, RETRIES, DeliveryStatus, DisabledReason
from fittrack.webhooks.schemas import DeliveriesQuery, EndpointsQuery

_ENDPOINT: Final = [
    column for column in webhook_endpoints.columns if column is not webhook_endpoints.c.deleted_at
]

_STATUS: Final[Mapping[DeliveryStatus, ColumnElement[bool]]] = {
    DeliveryStatus.PENDING: and_(
        webhook_deliveries.c.delivered_at.is_(None), webhook_deliveries.c.failed_at.is_(None)
    ),
    DeliveryStatus.DELIVERED: webhook_deliveries.c.delivered_at.is_not(None),
    DeliveryStatus.FAILED: webhook_deliveries.c.failed_at.is_not(None),
}


# --- Endpoints --------------------------------------------------------------------------------------------


def find(conn: Connection, query: EndpointsQuery) -> tuple[list[StoredEndpoint], int]:
    """The page of endpoints that `query` asks for, the newest first, and how many there are."""
    matching: list[ColumnElement[bool]] = [webhook_endpoints.c.deleted_at.is_(None)]
    if query.active is not None:
        matching.append(webhook_endpoints.c.active == query.active)
    if query.client_id is not None:
        matching.append(webhook_endpoints.c.client_id == query.client_id)
    counted = select(func.count()).select_from(webhook_endpoints).where(*matching)
    page = (
        select(*_ENDPOINT)
        .where(*matching)
        .order_by(webhook_endpoints.c.created_at.desc(), webhook_endpoints.c.endpoint_id)
        .offset(query.offset)
        .limit(query.limit)
    )
    return [_endpoint(row) for row in conn.execute(page)], conn.execute(counted).scalar_one()


def load(conn: Connection, endpoint_id: UUID, owner: UUID | None = None) -> StoredEndpoint | None:
    """One endpoint that was not deleted; with an `owner`, only if it is that client's."""
    c = webhook_endpoints.c
    wanted = select(*_ENDPOINT).where(c.endpoint_id == endpoint_id, c.deleted_at.is_(None))
    if owner is not None:
        wanted = wanted.where(c.client_id == owner)
    row = conn.execute(wanted).one_or_none()
    return None if row is None else _endpoint(row)


def held(conn: Connection, endpoint_id: UUID, owner: UUID | None = None) -> StoredEndpoint | None:
    """The same, and nobody else changes it until the transaction ends."""
    hold(conn, webhook_endpoints.c.endpoint_id, endpoint_id)
    return load(conn, endpoint_id, owner)


def living(conn: Connection) -> int:
    """How many endpoints there are."""
    there = webhook_endpoints.c.deleted_at.is_(None)
    return int(conn.execute(select(func.count()).select_from(webhook_endpoints).where(there)).scalar_one())


def wanted_types(conn: Connection) -> frozenset[str]:
    """Types of events to which an endpoint subscribed, whether it is switched on or not: it may ask later."""
    there = webhook_endpoints.c.deleted_at.is_(None)
    rows = conn.execute(select(webhook_endpoints.c.event_types).where(there)).scalars()
    return frozenset(word for words in rows for word in words.split())


def scopes_of(conn: Connection, client_id: UUID) -> frozenset[str] | None:
    """The scopes of an API client; None: there is no such client."""
    c = api_clients.c
    found = select(c.scopes).where(c.client_id == client_id, c.deleted_at.is_(None))
    scopes = conn.execute(found).scalar_one_or_none()
    return None if scopes is None else frozenset(scopes.split())


def ready(now: datetime) -> ColumnElement[bool]:
    """The condition that an endpoint is sent what is due: it and its client are there and switched on."""
    e, c = webhook_endpoints.c, api_clients.c
    clients = select(c.client_id).where(c.active == 1, c.deleted_at.is_(None))
    return and_(
        e.active == 1,
        e.deleted_at.is_(None),
        or_(e.client_id.is_(None), e.client_id.in_(clients)),
        or_(e.paused_until.is_(None), e.paused_until <= now),
    )


def add(conn: Connection, endpoint: StoredEndpoint) -> None:
    """A new endpoint."""
    values = {column.name: getattr(endpoint, column.name) for column in _ENDPOINT}
    conn.execute(insert(webhook_endpoints).values(_as_stored(values)))


def change(conn: Connection, endpoint_id: UUID, **changed: Any) -> None:
    """Change some fields."""
    conn.execute(
        update(webhook_endpoints)
        .where(webhook_endpoints.c.endpoint_id == endpoint_id)
        .values(_as_stored(changed))
    )


def forget_waiting(conn: Connection, endpoint_id: UUID, now: datetime) -> None:
    """Nothing more is sent to an endpoint."""
    conn.execute(
        update(webhook_deliveries)
        .where(webhook_deliveries.c.endpoint_id == endpoint_id, webhook_deliveries.c.next_due_at.is_not(None))
        .values(next_due_at=None, failed_at=now, last_error="The endpoint was deleted.")
    )


# --- Deliveries -------------------------------------------------------------------------------------------


def find_deliveries(
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


def load_delivery(conn: Connection, endpoint_id: UUID, message_id: UUID) -> StoredDelivery | None:
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
    delivery = load_delivery(conn, endpoint_id, message_id)
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


def _as_stored(values: Mapping[str, Any]) -> dict[str, Any]:
    stored = dict(values)
    if "event_types" in stored:
        stored["event_types"] = " ".join(sorted(stored["event_types"]))
    if stored.get("disabled_reason") is not None:
        stored["disabled_reason"] = stored["disabled_reason"].value
    return stored


def _endpoint(row: Row[Any]) -> StoredEndpoint:
    fields = row._asdict()
    reason = fields["disabled_reason"]
    fields["event_types"] = frozenset(fields["event_types"].split())
    fields["disabled_reason"] = None if reason is None else DisabledReason(reason)
    return StoredEndpoint(**fields)


# --- How things are ---------------------------------------------------------------------------------------


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


def kept_from(now: datetime) -> datetime:
    """Since when events are kept."""
    return now - KEPT

"""What the delivery worker reads and writes: events to their endpoints, claims, how attempts went."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, and_, exists, func, insert, select, update

from fittrack.audit.action import Action
from fittrack.audit.statements import record
from fittrack.db.row_queries import hold, take_due
from fittrack.db.tables.accounts import users
from fittrack.db.tables.logs import effects
from fittrack.db.tables.messages import (
    webhook_attempts,
    webhook_deliveries,
    webhook_endpoints,
    webhook_events,
)
from fittrack.db.tables.partners import api_clients
from fittrack.inbox.notices import Notice
from fittrack.inbox.owed import owed_notice
from fittrack.kit.ids import UserId
from fittrack.kit.origin import SYSTEM
from fittrack.kit.standing import AccountStatus, Role
from fittrack.webhooks import news, queries
from fittrack.webhooks.rules import Attempt, DisabledReason, disabled_by, next_wait, warns
from fittrack.webhooks.scopes import allowed

SUBJECT: Final = "webhook"
"""What the audit log calls an endpoint."""

ERROR_LENGTH_MAX: Final = 200


class TakenElsewhere(Exception):  # noqa: N818 - says what happened
    """Another node was quicker: nothing was stored, and nothing is left to do of it."""


# --- Events to endpoints ----------------------------------------------------------------------------------


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


# --- Claims -----------------------------------------------------------------------------------------------


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


# --- How an attempt went ----------------------------------------------------------------------------------


class Made(NamedTuple):
    """An attempt that was made: of which message, when, and what came of it."""

    endpoint_id: UUID
    message_id: UUID
    number: int
    failures: int
    """Failures before it."""
    began: datetime
    duration_ms: int
    attempt: Attempt
    answer: bytes
    jitter: float


class Noted(NamedTuple):
    """What follows from an attempt beside its record."""

    given_up: bool = False
    disabled: DisabledReason | None = None
    warned: bool = False


def note(conn: Connection, made: Made, now: datetime) -> Noted:
    """Write how an attempt went, and what follows from it for the message and the endpoint.

    The endpoint's row comes before its messages', for whoever changes both. It is held by a failure, so that
    of two at once one warns, or switches it off.
    """
    if made.attempt.delivered:
        _note_success(conn, made.endpoint_id)
    else:
        hold(conn, webhook_endpoints.c.endpoint_id, made.endpoint_id)
    conn.execute(
        insert(webhook_attempts).values(
            endpoint_id=made.endpoint_id,
            message_id=made.message_id,
            attempt=made.number,
            attempted_at=made.began,
            duration_ms=made.duration_ms,
            status_code=made.attempt.status,
            error=_error(made),
            answer=made.answer or None,
        )
    )
    given_up = _note_delivery(conn, made, now)
    if made.attempt.delivered:
        return Noted()
    return _note_failure(conn, made, now, given_up=given_up)


def _note_delivery(conn: Connection, made: Made, now: datetime) -> bool:
    """Returns whether the message is given up."""
    values: dict[str, Any] = {"last_status_code": made.attempt.status, "last_error": _error(made)}
    wait = None
    if made.attempt.delivered:
        values |= {"delivered_at": now, "next_due_at": None}
    else:
        wait = next_wait(made.failures + 1, made.jitter, made.attempt.retry_after)
        values["failures"] = made.failures + 1
        values |= {"next_due_at": None, "failed_at": now} if wait is None else {"next_due_at": now + wait}
    d = webhook_deliveries.c
    mine = and_(
        d.endpoint_id == made.endpoint_id,
        d.message_id == made.message_id,
        d.attempts == made.number,  # nobody has taken it since
        d.next_due_at.is_not(None),
    )
    written = conn.execute(update(webhook_deliveries).where(mine).values(values)).rowcount == 1
    return written and wait is None and not made.attempt.delivered


def _note_success(conn: Connection, endpoint_id: UUID) -> None:
    c = webhook_endpoints.c
    conn.execute(
        update(webhook_endpoints)
        .where(c.endpoint_id == endpoint_id, c.failures > 0)
        .values(failures=0, failing_since=None, warned_at=None, paused_until=None)
    )


def _note_failure(conn: Connection, made: Made, now: datetime, *, given_up: bool) -> Noted:
    c = webhook_endpoints.c
    endpoint = conn.execute(
        select(c.url, c.failing_since, c.warned_at).where(
            c.endpoint_id == made.endpoint_id, c.active == 1, c.deleted_at.is_(None)
        )
    ).one_or_none()
    if endpoint is None:
        return Noted(given_up)
    since = endpoint.failing_since or now
    disabled = disabled_by(made.attempt, since, now)
    warned = disabled is None and warns(since, endpoint.warned_at, now)
    values: dict[str, Any] = {"failures": c.failures + 1, "failing_since": since}
    if made.attempt.retry_after is not None:
        values["paused_until"] = now + made.attempt.retry_after
    if warned:
        values["warned_at"] = now
        _announce(
            conn,
            news.failing(made.endpoint_id, endpoint.url, since),
            made.endpoint_id,
            f"failing {since}",
            now,
        )
    if disabled is not None:
        values |= {"active": 0, "disabled_reason": disabled.value, "disabled_at": now, "updated_at": now}
        _announce(
            conn,
            news.disabled(made.endpoint_id, endpoint.url, disabled),
            made.endpoint_id,
            f"disabled {now}",
            now,
        )
        action = Action(
            name="webhook.disable",
            subject_type=SUBJECT,
            subject_id=made.endpoint_id,
            before={"active": True},
            after={"active": False, "disabled_reason": disabled.value},
            reason=_error(made),
        )
        record(conn, action, SYSTEM, now)
    conn.execute(update(webhook_endpoints).where(c.endpoint_id == made.endpoint_id).values(values))
    return Noted(given_up, disabled, warned)


def _announce(conn: Connection, notice: Notice, endpoint_id: UUID, step: str, now: datetime) -> None:
    """Tell every admin, in their inbox and by mail."""
    admins = select(users.c.user_id).where(
        users.c.role == Role.ADMIN.value, users.c.status == AccountStatus.ACTIVE.value
    )
    for user_id in conn.execute(admins).scalars().all():
        step_of = f"{step} {user_id}"
        table, values = owed_notice(UserId(user_id), endpoint_id, step_of, notice, now)
        conn.execute(insert(table).values(dict(zip(effects.columns.keys(), values, strict=True))))


def _error(made: Made) -> str | None:
    return (made.attempt.error or "")[:ERROR_LENGTH_MAX] or None

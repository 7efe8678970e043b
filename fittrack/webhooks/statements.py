"""How an attempt went, and what follows from it for its message and its endpoint."""

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, and_, insert, select, update

from fittrack.audit.action import Action
from fittrack.audit.statements import record
from fittrack.db.row_queries import hold
from fittrack.db.tables.accounts import users
from fittrack.db.tables.logs import effects
from fittrack.db.tables.messages import webhook_attempts, webhook_deliveries, webhook_endpoints
from fittrack.inbox.notices import Notice
from fittrack.inbox.owed import owed_notice
from fittrack.kit.ids import UserId
from fittrack.kit.origin import SYSTEM
from fittrack.kit.standing import AccountStatus, Role
from fittrack.webhooks import news
from fittrack.webhooks.model import SUBJECT
from fittrack.webhooks.rules import Attempt, DisabledReason, disabled_by, next_wait, warns

ERROR_LENGTH_MAX: Final = 200


class AttemptMade(NamedTuple):
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


class Consequences(NamedTuple):
    """What follows from an attempt beside its record."""

    given_up: bool = False
    disabled: DisabledReason | None = None
    warned: bool = False


def note(conn: Connection, made: AttemptMade, now: datetime) -> Consequences:
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
        return Consequences()
    return _note_failure(conn, made, now, given_up=given_up)


def _note_delivery(conn: Connection, made: AttemptMade, now: datetime) -> bool:
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


def _note_failure(conn: Connection, made: AttemptMade, now: datetime, *, given_up: bool) -> Consequences:
    c = webhook_endpoints.c
    endpoint = conn.execute(
        select(c.url, c.failing_since, c.warned_at).where(
            c.endpoint_id == made.endpoint_id, c.active == 1, c.deleted_at.is_(None)
        )
    ).one_or_none()
    if endpoint is None:
        return Consequences(given_up)
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
    return Consequences(given_up, disabled, warned)


def _announce(conn: Connection, notice: Notice, endpoint_id: UUID, step: str, now: datetime) -> None:
    """Tell every admin, in their inbox and by mail."""
    admins = select(users.c.user_id).where(
        users.c.role == Role.ADMIN.value, users.c.status == AccountStatus.ACTIVE.value
    )
    for user_id in conn.execute(admins).scalars().all():
        step_of = f"{step} {user_id}"
        table, values = owed_notice(UserId(user_id), endpoint_id, step_of, notice, now)
        conn.execute(insert(table).values(dict(zip(effects.columns.keys(), values, strict=True))))


def _error(made: AttemptMade) -> str | None:
    return (made.attempt.error or "")[:ERROR_LENGTH_MAX] or None

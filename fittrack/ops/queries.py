"""What the ops channel reads: draws that are overdue, letters that were given up, what admins did."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select

from fittrack.db.tables.accounts import users
from fittrack.db.tables.drawings import drawings
from fittrack.db.tables.messages import mail_outbox
from fittrack.db.tables.operations import audit_log
from fittrack.kit.ids import UserId


class Overdue(NamedTuple):
    """A drawing that should have been drawn."""

    drawing_id: UUID
    name: str
    rules: bytes | None


class Overdues(NamedTuple):
    """How much is late, or was given up."""

    draws: int
    letters: int
    """Given up lately."""
    oldest_letter: datetime | None
    """When the letter was due that waits the longest."""


class Done(NamedTuple):
    """What the audit log says of an action."""

    audit_id: UUID
    created_at: datetime
    actor: str | None
    """The email of the admin; None: the system itself, or somebody at the command line."""
    action: str
    subject_type: str
    subject_id: str | None
    reason: str | None
    after: bytes | None
    """What it became, as far as it changed; None once it is erased."""


_DONE = select(
    audit_log.c.audit_id,
    audit_log.c.created_at,
    users.c.email,
    audit_log.c.action,
    audit_log.c.subject_type,
    audit_log.c.subject_id,
    audit_log.c.reason,
    audit_log.c.after_state,
).outerjoin(users, users.c.user_id == audit_log.c.actor_id)


def overdue(conn: Connection, before: datetime, limit: int) -> list[Overdue]:
    """Drawings that draw by themselves, whose time was before an instant, and that were not drawn."""
    rows = conn.execute(
        select(drawings.c.drawing_id, drawings.c.name, drawings.c.rules)
        .where(*_not_drawn(before))
        .order_by(drawings.c.drawing_time)
        .limit(limit)
    )
    return [Overdue(*row) for row in rows]


def letters_given_up(conn: Connection, since: datetime) -> int:
    """Letters that could not be delivered, of those given up since an instant."""
    given_up = mail_outbox.c.failed_at >= since, mail_outbox.c.last_error.is_not(None)
    return int(conn.execute(select(func.count()).select_from(mail_outbox).where(*given_up)).scalar_one())


def overdues(conn: Connection, now: datetime, drawn_before: datetime, given_up_since: datetime) -> Overdues:
    """How many draws should have been made before an instant, and how things stand with letters."""
    late = select(func.count()).select_from(drawings).where(*_not_drawn(drawn_before))
    oldest = select(func.min(mail_outbox.c.next_due_at)).where(mail_outbox.c.next_due_at <= now)
    return Overdues(
        int(conn.execute(late).scalar_one()),
        letters_given_up(conn, given_up_since),
        conn.execute(oldest).scalar_one(),
    )


def _not_drawn(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Draws by itself, at a time before an instant, and was not drawn."""
    columns = drawings.c
    return columns.status == "closed", columns.auto_execute == 1, columns.drawing_time < before


def latest_actions(conn: Connection, limit: int) -> list[Done]:
    """What was done last, the latest first."""
    return _done(conn, _DONE.order_by(*_LATEST_FIRST).limit(limit))


def actions_since(conn: Connection, since: datetime, limit: int) -> list[Done]:
    """What was done at or after an instant, in order; the latest of it when it is more than `limit`."""
    latest = _DONE.where(audit_log.c.created_at >= since).order_by(*_LATEST_FIRST).limit(limit)
    return list(reversed(_done(conn, latest)))


def email_of(conn: Connection, user_id: UserId) -> str | None:
    """The address of an account, if it still has one."""
    return conn.execute(select(users.c.email).where(users.c.user_id == user_id)).scalar_one_or_none()


_LATEST_FIRST = (audit_log.c.created_at.desc(), audit_log.c.audit_id.desc())


def _done(conn: Connection, statement: Any) -> list[Done]:
    return [Done(*row) for row in conn.execute(statement)]

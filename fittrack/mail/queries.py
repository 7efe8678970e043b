"""Reading and writing the outbox."""

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, insert, select, update

from fittrack.db.row_queries import take_due
from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.messages import mail_outbox


class DueLetter(NamedTuple):
    """A letter to deliver now. Without a recipient the account is gone, and the letter is nobody's.

    `attempts` are those before this one.
    """

    mail_id: UUID
    recipient: str | None
    display_name: str | None
    sealed: bytes | None
    attempts: int
    created_at: datetime


def put(conn: Connection, row: tuple[Table, tuple[Any, ...]]) -> None:
    """Insert a postbox's row in a transaction that is no unit."""
    table, values = row
    conn.execute(insert(table).values(dict(zip(table.columns.keys(), values, strict=True))))


def put_if_addressed(conn: Connection, row: tuple[Table, tuple[Any, ...]]) -> None:
    """The same for who may not exist: as much work, and no row if they do not.

    It is taken out again rather than selected: Oracle binds so long a letter by VALUES alone (ORA-01461).
    """
    put(conn, row)
    table, values = row
    given = dict(zip(table.columns.keys(), values, strict=True))
    addressee = exists().where(users.c.user_id == given["user_id"])
    conn.execute(delete(table).where(table.c.mail_id == given["mail_id"], ~addressee))


def claim_due(conn: Connection, now: datetime, until: datetime, limit: int) -> list[DueLetter]:
    """Take the letters that are due, oldest first; until `until` no other worker takes them.

    What another node takes at the same time, this one does not.
    """
    rows = conn.execute(
        select(
            mail_outbox.c.mail_id,
            users.c.email,
            profiles.c.display_name,
            mail_outbox.c.sealed_letter,
            mail_outbox.c.attempts,
            mail_outbox.c.created_at,
        )
        .outerjoin(users, users.c.user_id == mail_outbox.c.user_id)
        .outerjoin(profiles, profiles.c.user_id == mail_outbox.c.user_id)
        .where(mail_outbox.c.next_due_at <= now)
        .order_by(mail_outbox.c.next_due_at, mail_outbox.c.mail_id)
        .limit(limit)
    ).all()
    return [DueLetter(*row) for row in take_due(conn, mail_outbox, rows, now=now, until=until)]


def mark_delivered(conn: Connection, mail_id: UUID, now: datetime) -> None:
    """It was handed over; what it said is erased."""
    delivered = {**_OVER, "delivered_at": now, "last_error": None}
    conn.execute(update(mail_outbox).where(mail_outbox.c.mail_id == mail_id).values(delivered))


def give_up(conn: Connection, letter: DueLetter, now: datetime, error: str) -> None:
    """It cannot be delivered; what it said is erased. Nothing happens if another worker has it by now."""
    failed = {**_OVER, "failed_at": now, "last_error": error}
    conn.execute(update(mail_outbox).where(_ours(letter)).values(failed))


def try_again(conn: Connection, letter: DueLetter, at: datetime, error: str) -> None:
    """The next attempt is at `at`. Nothing happens if another worker has it by now."""
    conn.execute(update(mail_outbox).where(_ours(letter)).values(next_due_at=at, last_error=error))


_OVER: Final = {"next_due_at": None, "sealed_letter": None}


def _ours(letter: DueLetter) -> ColumnElement[bool]:
    c = mail_outbox.c
    return and_(c.mail_id == letter.mail_id, c.attempts == letter.attempts + 1, c.next_due_at.is_not(None))

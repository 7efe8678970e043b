"""What the doctor asks the database."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

from fittrack.db.tables.drawings import drawings
from fittrack.db.tables.messages import mail_outbox
from fittrack.db.tables.operations import nightly_checks
from fittrack.drawings import queries as drawing_queries
from fittrack.drawings.stored import StoredDrawing


def write_a_row(conn: Connection, now: datetime) -> None:
    """One that nobody else writes: for a caller who rolls it back."""
    conn.execute(insert(nightly_checks).values(night=date.max, started_at=now, seen_at=now))


class Letters(NamedTuple):
    """Letters that were given up lately, why the last one was, and since when the oldest one is due."""

    failed: int
    last_error: str | None
    due_since: datetime | None


def letters(conn: Connection, since: datetime) -> Letters:
    """What stands in the outbox and did not get out of it."""
    dead = mail_outbox.c.failed_at >= since
    failed = conn.execute(select(func.count()).select_from(mail_outbox).where(dead)).scalar_one()
    last = conn.execute(
        select(mail_outbox.c.last_error).where(dead).order_by(mail_outbox.c.failed_at.desc()).limit(1)
    ).scalar_one_or_none()
    due: datetime | None = conn.execute(select(func.min(mail_outbox.c.next_due_at))).scalar_one()
    return Letters(failed, last, due)


def latest_committed(conn: Connection) -> StoredDrawing | None:
    """The drawing whose secrets were sealed last."""
    drawing_id = conn.execute(
        select(drawings.c.drawing_id)
        .where(drawings.c.sealed_seed.is_not(None))
        .order_by(drawings.c.scheduled_at.desc(), drawings.c.drawing_id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return None if drawing_id is None else drawing_queries.load(conn, drawing_id)

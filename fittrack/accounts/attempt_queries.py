"""Failed attempts, counted by what they were for and at whom they were directed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from fittrack.accounts.rules import Attempts
from fittrack.db.row_queries import insert_unless_there
from fittrack.db.tables.sessions import attempts as counted
from fittrack.kit.problems import Busy


def find(conn: Connection, purpose: str, subject_hash: bytes) -> Attempts:
    """How often this was tried, whether or not it is anybody's.

    Once it was tried, nobody else counts until the transaction ends.
    """
    return _attempts(conn, purpose, subject_hash) or Attempts()


def begin(conn: Connection, purpose: str, subject_hash: bytes, now: datetime) -> Attempts:
    """The same for who is about to count: nobody else does, be it the first time. Raises `Busy`."""
    found = _attempts(conn, purpose, subject_hash)
    if found is None:
        first = {"purpose": purpose, "subject_hash": subject_hash, **_counted(Attempts(), now)}
        if insert_unless_there(conn, counted, first):
            return Attempts()
        found = _attempts(conn, purpose, subject_hash)
    if found is None:
        raise Busy("Others try the same at this moment")
    return found


def record(conn: Connection, purpose: str, subject_hash: bytes, after: Attempts, now: datetime) -> None:
    """Keep what has been tried by now, after `begin`."""
    these = (counted.c.purpose == purpose, counted.c.subject_hash == subject_hash)
    conn.execute(update(counted).where(*these).values(_counted(after, now)))


def clear(conn: Connection, purpose: str, subject_hash: bytes) -> None:
    """It succeeded: begin to count anew."""
    conn.execute(delete(counted).where(counted.c.purpose == purpose, counted.c.subject_hash == subject_hash))


def _attempts(conn: Connection, purpose: str, subject_hash: bytes) -> Attempts | None:
    row = conn.execute(
        select(counted.c.failures, counted.c.locks, counted.c.locked_until)
        .where(counted.c.purpose == purpose, counted.c.subject_hash == subject_hash)
        .with_for_update()
    ).one_or_none()
    return None if row is None else Attempts(row.failures, row.locks, row.locked_until)


def _counted(tried: Attempts, now: datetime) -> dict[str, Any]:
    return {
        "failures": tried.failures,
        "locks": tried.locks,
        "locked_until": tried.locked_until,
        "updated_at": now,
    }

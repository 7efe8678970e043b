"""The check of each night: who runs it, and what came of it."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from fittrack.db.row_queries import insert_unless_there
from fittrack.db.tables.operations import nightly_checks


class Ended(NamedTuple):
    """A check that came to its end."""

    night: date
    started_at: datetime
    ended_at: datetime
    examined: int
    violations: int


def claim(conn: Connection, night: date, now: datetime, silent_since: datetime) -> bool:
    """Take the check of `night`, unless it is done, or somebody who was seen since runs it.

    Of two who take it for the first time at the same moment, the key lets one.
    """
    columns = nightly_checks.c
    found = conn.execute(
        select(columns.ended_at, columns.seen_at).where(columns.night == night)
    ).one_or_none()
    if found is None:
        return insert_unless_there(conn, nightly_checks, {"night": night, "started_at": now, "seen_at": now})
    if found.ended_at is not None:
        return False
    taken = conn.execute(
        update(nightly_checks)
        .where(columns.night == night, columns.ended_at.is_(None), columns.seen_at < silent_since)
        .values(started_at=now, seen_at=now)
    )
    return taken.rowcount == 1


def goes_on(conn: Connection, night: date, now: datetime) -> None:
    """It is still being run."""
    conn.execute(update(nightly_checks).where(nightly_checks.c.night == night).values(seen_at=now))


def end(conn: Connection, night: date, now: datetime, examined: int, violations: int) -> None:
    """Keep what came of it."""
    outcome = {"seen_at": now, "ended_at": now, "examined": examined, "violations": violations}
    conn.execute(update(nightly_checks).where(nightly_checks.c.night == night).values(**outcome))


def latest(conn: Connection) -> Ended | None:
    """The last check that came to its end."""
    columns = nightly_checks.c
    row = conn.execute(
        select(columns.night, columns.started_at, columns.ended_at, columns.examined, columns.violations)
        .where(columns.ended_at.is_not(None))
        .order_by(columns.night.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Ended(*row)

"""Rows that several nodes may want at once.

SQLite has one writer at a time. On Oracle each statement sees what others had committed when it began, so
that between a read and the write that rests on it anything may have happened. What must not is said by a row
that is held, by a condition of the write itself, or by a unique key.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from sqlite3 import SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import Column, Connection, Row, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from fittrack.db import oracle_faults
from fittrack.db.savepoints import savepoint
from fittrack.kit.problems import Busy

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
R = TypeVar("R", bound=AnyRow)

_SQLITE_DUPLICATES: Final = (SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE)
_ORACLE_DUPLICATE: Final = "ORA-00001"

LOOKS_MAX: Final = 2
"""At a row's key: who lost the making of it to another finds it the second time, unless it went again."""


def hold(conn: Connection, key: Column[Any], value: Any) -> None:
    """Of those who hold this row the second waits until the first is done, and reads what came of it.

    SQLite is not asked: who writes there is alone.
    """
    if conn.dialect.name != "sqlite":
        conn.execute(select(key).where(key == value).with_for_update())


def insert_unless_there(
    conn: Connection, table: Table, rows: Mapping[str, Any] | Sequence[Mapping[str, Any]]
) -> bool:
    """Insert all of `rows`, or none. False: one is there, perhaps since this moment and by another node."""
    try:
        with savepoint(conn):
            conn.execute(insert(table), rows)
    except IntegrityError as error:
        if not _is_duplicate(error):
            raise
        return False
    return True


def put(
    conn: Connection,
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    anew: Mapping[str, Any] | None = None,
) -> None:
    """Have the row of `key` hold `values`; if there is none yet, also those in `anew`, which go first.

    Raises `Busy` when it comes and goes at this moment.
    """
    these = [table.c[name] == value for name, value in key.items()]
    for _ in range(LOOKS_MAX):
        if conn.execute(update(table).where(*these).values(values)).rowcount:
            return
        if insert_unless_there(conn, table, {**values, **(anew or {}), **key}):
            return
    raise Busy("Others change the same at this moment")


def take_due(conn: Connection, table: Table, rows: Sequence[R], *, now: datetime, until: datetime) -> list[R]:
    """Of rows that were read as due, those that nobody took since: ours until `until`, one attempt further.

    `rows` have the table's key and its `attempts` as they were; `next_due_at` says when each is due again.
    """
    return [row for row in rows if _take(conn, table, row, now, until)]


def _take(conn: Connection, table: Table, row: AnyRow, now: datetime, until: datetime) -> bool:
    key = [column == getattr(row, column.name) for column in table.primary_key.columns]
    free = (table.c.attempts == row.attempts, table.c.next_due_at <= now)
    ours = {"next_due_at": until, "attempts": row.attempts + 1}
    return conn.execute(update(table).where(*key, *free).values(ours)).rowcount == 1


def _is_duplicate(error: IntegrityError) -> bool:
    if getattr(error.orig, "sqlite_errorcode", None) in _SQLITE_DUPLICATES:
        return True
    return oracle_faults.number_of(error) == _ORACLE_DUPLICATE

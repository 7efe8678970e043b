"""Emptying the database, and filling it from another: each in one transaction of the writer."""

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, delete, insert, select

from fittrack.db.engine import Access, DatabaseSettings, make_engine
from fittrack.db.tables import metadata
from fittrack.db.tables.accounts import users
from fittrack.db.tables.analytics import daily_figures, rollup_marks
from fittrack.db.tables.audit_guards import rows_may_go
from fittrack.db.tables.operations import audit_log
from fittrack.dev import queries
from fittrack.kit.ids import UserId
from fittrack.kit.problems import Conflict

LIVED_IN: Final = "There are players, drawings or sponsors; the demo world needs a database with none."

_COUNTED_ANEW: Final = (daily_figures, rollup_marks)
"""What was counted of the days before the world moved in."""
_UNSEALED: Final = {audit_log.c[name].name: None for name in ("chain_seq", "prev_hash", "row_hash")}


class Cleared(NamedTuple):
    """How many rows were erased, and whose accounts were among them."""

    rows: int
    user_ids: list[UserId]


def clear(conn: Connection) -> Cleared:
    """Erase every row of every table, on SQLite."""
    user_ids = list(conn.execute(select(users.c.user_id)).scalars())
    with rows_may_go(conn):
        erased = sum(conn.execute(delete(table)).rowcount for table in reversed(metadata.sorted_tables))
    return Cleared(erased, user_ids)


def move_in(conn: Connection, source: DatabaseSettings) -> int:
    """Copy all rows of `source`, another database of the same schema. Returns how many there are.

    What was recorded there waits for this database's own audit chain. Raises Conflict where somebody
    lives, or has an address of somebody who moves in.
    """
    if queries.is_lived_in(conn):
        raise Conflict(LIVED_IN)
    engine = make_engine(source, Access.READ)
    try:
        with engine.connect() as there:
            _check_addresses(conn, there)
            for table in _COUNTED_ANEW:
                conn.execute(delete(table))
            return sum(_copy(there, conn, name) for name in (each.name for each in metadata.sorted_tables))
    finally:
        engine.dispose()


def _check_addresses(conn: Connection, there: Connection) -> None:
    taken = set(conn.execute(select(users.c.email_key)).scalars())
    if not taken.isdisjoint(there.execute(select(users.c.email_key)).scalars()):
        raise Conflict("An account here has the email of somebody in the demo world.")


def _copy(there: Connection, here: Connection, name: str) -> int:
    table = metadata.tables[name]
    change = _UNSEALED if table is audit_log else {}
    in_order = select(table).order_by(*table.primary_key)  # of a log, each unit after its predecessor
    rows: list[dict[str, Any]] = [{**row, **change} for row in there.execute(in_order).mappings()]
    if rows:
        here.execute(insert(table), rows)
    return len(rows)

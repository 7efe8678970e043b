"""Reading and replacing sealed values, column by column."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select, update

from fittrack.db.sealed_columns import SealedColumn

VALUES_AT_ONCE: Final = 200
"""Values of one read, and at most of one transaction: sealing them takes some milliseconds."""


class Value(NamedTuple):
    """A sealed value, by its row's primary key."""

    key: Any
    sealed: bytes


def following(conn: Connection, place: SealedColumn, after: Any) -> list[Value]:
    """The next values of a column behind the row `after` (None: from the first), in the order of rows."""
    values = select(place.key, place.column).where(place.column.is_not(None))
    if after is not None:
        values = values.where(place.key > after)
    return [Value(*row) for row in conn.execute(values.order_by(place.key).limit(VALUES_AT_ONCE))]


def held(conn: Connection, place: SealedColumn, keys: Sequence[Any]) -> list[Value]:
    """The values as they are now; nobody else changes their rows until the transaction ends.

    Rows are held in the order of their keys, in which the journal writes its own (`db.journal.oracle_store`).
    """
    values = select(place.key, place.column).where(place.key.in_(keys), place.column.is_not(None))
    return [Value(*row) for row in conn.execute(values.order_by(place.key).with_for_update())]


def replace(conn: Connection, place: SealedColumn, value: Value) -> None:
    """The value takes the place of the former one."""
    conn.execute(update(place.table).where(place.key == value.key).values({place.column: value.sealed}))

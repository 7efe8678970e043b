"""Rows gathered per table, so that a batch writes each table in few steps."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from sqlalchemy import MetaData, Table

from fittrack.db.journal.store import Store
from fittrack.db.journal.unit import Row


class PendingRows:
    """Rows of several units that wait to be written together.

    Writing them together must mean the same as writing unit after unit: a table that is inserted
    into and replaced in at once is written in between.
    """

    __slots__ = ("_inserts", "_store", "_upserts")

    def __init__(self, store: Store) -> None:
        self._store = store
        self._inserts: dict[Table, list[Row]] = {}
        self._upserts: dict[Table, list[Row]] = {}

    def insert(self, table: Table, row: Row) -> None:
        if self._upserts and table in self._upserts:
            self.write()
        rows = self._inserts.get(table)
        if rows is None:
            self._inserts[table] = [row]
        else:
            rows.append(row)

    def upsert(self, table: Table, row: Row) -> None:
        if table in self._inserts:
            self.write()
        self._upserts.setdefault(table, []).append(row)

    def write(self) -> None:
        """Write what waits: parents before children, inserts before replacements."""
        _write(self._inserts, self._store.insert)
        _write(self._upserts, self._store.upsert)


def _write(pending: dict[Table, list[Row]], store: Callable[[Table, Sequence[Row]], None]) -> None:
    for table in sorted(pending, key=_position):
        store(table, pending[table])
    pending.clear()


def _position(table: Table) -> int:
    return _positions(table.metadata, len(table.metadata.tables))[table]


@lru_cache(maxsize=4)
def _positions(metadata: MetaData, _tables: int) -> dict[Table, int]:
    """The order that foreign keys allow, the same for every writer, so that none waits in a circle."""
    return {table: position for position, table in enumerate(metadata.sorted_tables)}

"""The shape of a log's table, as `tables.logs` defines it, and a unit's row in it."""

from functools import cache
from uuid import UUID

from sqlalchemy import Column, Table

from fittrack.db.journal.unit import PeerRow, Row, Unit

_SHARED = ["rev", "unit_id", "prev_unit", "kind", "idem_key", "request_hash", "answer", "created_at"]
_ENTRY = ["user_id", "ticket_count"]
_NO_ENTRY = (None, None)


class LogTable:
    """A log: its key column, and whether its rows can be entries of a drawing."""

    __slots__ = ("has_entry", "key", "table")

    def __init__(self, table: Table) -> None:
        names = [column.name for column in table.columns][1:]
        assert names in (_SHARED, _SHARED + _ENTRY), f"{table.name} has not the columns of a log"
        self.table = table
        self.key: Column[UUID] = next(iter(table.columns))
        self.has_entry = names != _SHARED

    def row(self, source: Unit | PeerRow, key: UUID, rev: int, prev_unit: UUID | None) -> Row:
        """The row of `source` at `rev`, in the order of the table's columns."""
        row = (
            key, rev, source.unit_id, prev_unit, source.kind,
            source.idem_key, source.request_hash, source.answer, source.created_at,
        )  # fmt: skip
        if self.has_entry:
            return row + (source.entry or _NO_ENTRY)
        assert source.entry is None, f"{self.table.name} has no entries"
        return row


@cache
def log_table(table: Table) -> LogTable:
    """The `LogTable` of `table`: a handful for the life of the process."""
    return LogTable(table)

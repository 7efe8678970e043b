"""SQL text and value conversion of one table for SQLite, made once and used for every batch."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.engine import Dialect

from fittrack.db.journal.unit import Row

# SQLITE_MAX_VARIABLE_NUMBER of the library in use; a statement cannot bind more values.
SQLITE_VARIABLES_MAX = 32_766
# The largest bulk statement, in rows; a batch has at most about so many of one table.
ROWS_PER_STATEMENT_MAX = 1_024


class BulkInsert:
    """Multi-row inserts of one table. Rows go in chunks of powers of two, so that few texts stay prepared."""

    def __init__(self, table: Table, dialect: Dialect, *, replace: bool = False) -> None:
        quote = dialect.identifier_preparer
        names = [quote.quote(column.name) for column in table.columns]
        self._name = table.name
        self._head = f"INSERT INTO {quote.format_table(table)} ({', '.join(names)}) VALUES "  # noqa: S608 - our own schema's names
        self._row = f"({', '.join('?' * len(names))})"
        self._tail = _replacing(table, dialect) if replace else ""
        self._converters = _converters(table, dialect)
        largest = min(ROWS_PER_STATEMENT_MAX, SQLITE_VARIABLES_MAX // len(names))
        self._largest = 1 << (largest.bit_length() - 1)
        self.text = lru_cache(maxsize=None)(self._text)

    def chunks(self, rows: Sequence[Row]) -> Iterable[tuple[str, list[Any]]]:
        """Statements and their flat parameters that together insert `rows`, in order."""
        at, left = 0, len(rows)
        while left:
            size = min(self._largest, 1 << (left.bit_length() - 1))
            yield self.text(size), self._flat(rows[at : at + size])
            at, left = at + size, left - size

    def _text(self, rows: int) -> str:
        return self._head + ", ".join([self._row] * rows) + self._tail

    def _flat(self, rows: Sequence[Row]) -> list[Any]:
        """The values of `rows`, converted, one after the other; by column, so that the loop runs in C."""
        width = len(self._converters)
        if any(len(row) != width for row in rows):  # it would shift every value behind it
            raise ValueError(f"{self._name}: a row has not the {width} values of its columns")
        flat: list[Any] = [None] * (width * len(rows))
        for at, (convert, values) in enumerate(zip(self._converters, zip(*rows, strict=True), strict=True)):
            flat[at::width] = values if convert is None else map(convert, values)
        return flat


def _converters(table: Table, dialect: Dialect) -> list[Callable[[Any], Any] | None]:
    """What turns each column's values into the driver's; None where it takes them as they are."""
    return [column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns]


def _replacing(table: Table, dialect: Dialect) -> str:
    quote = dialect.identifier_preparer
    keys = [quote.quote(column.name) for column in table.primary_key.columns]
    others = [quote.quote(column.name) for column in table.columns if not column.primary_key]
    if not others:
        return f" ON CONFLICT ({', '.join(keys)}) DO NOTHING"
    assignments = ", ".join(f"{name} = excluded.{name}" for name in others)
    return f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {assignments}"

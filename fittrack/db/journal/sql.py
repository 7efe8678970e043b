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
        self._name, self._columns = table.name, len(names)
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
        flat: list[Any] = []
        converters = self._converters
        for row in rows:
            values = list(row)
            if len(values) != self._columns:  # flat, it would shift every row behind it
                raise ValueError(f"{self._name}: a row of {len(values)} values for {self._columns} columns")
            for index, convert in converters:
                value = values[index]
                if value is not None:
                    values[index] = convert(value)
            flat += values
        return flat


def _converters(table: Table, dialect: Dialect) -> list[tuple[int, Callable[[Any], Any]]]:
    """The columns whose values the driver does not take as they are, with what turns them."""
    found: list[tuple[int, Callable[[Any], Any]]] = []
    for index, column in enumerate(table.columns):
        convert = column.type.dialect_impl(dialect).bind_processor(dialect)
        if convert is not None:
            found.append((index, convert))
    return found


def _replacing(table: Table, dialect: Dialect) -> str:
    quote = dialect.identifier_preparer
    keys = [quote.quote(column.name) for column in table.primary_key.columns]
    others = [quote.quote(column.name) for column in table.columns if not column.primary_key]
    if not others:
        return f" ON CONFLICT ({', '.join(keys)}) DO NOTHING"
    assignments = ", ".join(f"{name} = excluded.{name}" for name in others)
    return f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {assignments}"

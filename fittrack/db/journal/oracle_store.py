"""The journal on Oracle: array DML through SQLAlchemy Core, rows sorted by table and key.

Sorted, so that two nodes which write the same rows of a table meet on them in one order. Statements of units
follow in the order of the units, so a circle stays possible: Oracle breaks it (ORA-00060), and the batch is
written again. No `batcherrors`: any error undoes the batch. A statement's own failure leaves the transaction
standing (statement-level rollback); a lost connection ends it, on the server too.
"""

import re
from collections.abc import Sequence

from sqlalchemy import Engine, Table, TextClause, bindparam, insert, text, update
from sqlalchemy.dialects import oracle
from sqlalchemy.exc import DBAPIError

from fittrack.db import oracle_faults
from fittrack.db.journal.connection import OneConnection, driver_error
from fittrack.db.journal.store import Fault
from fittrack.db.journal.unit import Row
from fittrack.db.types import RAW_BYTES_MAX, VARCHAR2_CHARACTERS_MAX

_CONSTRAINT_NAME = re.compile(r"constraint \((?:[^.)]+\.)?([^.)]+)\)")

_SAVEPOINT_IS_GONE = "ORA-01086"
"""Whoever ended the transaction within a job took the savepoint with it."""

_DIALECT = oracle.dialect()  # type: ignore[no-untyped-call]


class OracleStore(OneConnection):
    """The port `Store` over one connection of Oracle's pool."""

    commit_failure_is_fatal = False  # a void row finds out what became of a lost COMMIT

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._merges: dict[Table, TextClause] = {}

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        names = [column.key for column in table.columns]
        values = [dict(zip(names, row, strict=True)) for row in _by_key(table, rows)]
        self.connection().execute(insert(table), values)

    def upsert(self, table: Table, rows: Sequence[Row]) -> None:
        if any(_is_long(value) for row in rows for value in row):
            self._replace_in_turn(table, rows)
            return
        merge = self._merges.get(table)
        if merge is None:
            merge = self._merges[table] = merge_statement(table)
        names = [f"c{at}" for at in range(len(table.columns))]
        values = [dict(zip(names, row, strict=True)) for row in _by_key(table, rows)]
        self.connection().execute(merge, values)

    def _replace_in_turn(self, table: Table, rows: Sequence[Row]) -> None:
        """What MERGE cannot bind: row by row, for such rows are rare."""
        for row in _by_key(table, rows):
            values = dict(zip(table.columns, row, strict=True))
            key = [column == values.pop(column) for column in table.primary_key.columns]
            if self.connection().execute(update(table).where(*key).values(values)).rowcount == 0:
                self.insert(table, [row])

    def savepoint(self) -> None:
        self.connection().exec_driver_sql("SAVEPOINT one")

    def undo(self) -> None:
        self.connection().exec_driver_sql("ROLLBACK TO SAVEPOINT one")

    def keep(self) -> None:
        """Oracle has no release: the next savepoint of this name takes its place."""

    def may_write_again(self, error: BaseException) -> bool:
        deadlock = isinstance(error, DBAPIError) and oracle_faults.is_deadlock(error)
        return deadlock or super().may_write_again(error)

    def fault_of(self, error: BaseException) -> Fault:
        if self._connection is None or self._connection.invalidated:
            return Fault.DATABASE
        if not isinstance(error, DBAPIError):
            return Fault.STATEMENT  # a value that could not be converted, or a job's own exception
        if oracle_faults.is_refusal(error):
            return Fault.CONSTRAINT
        over = oracle_faults.number_of(error) == _SAVEPOINT_IS_GONE
        return Fault.DATABASE if over or oracle_faults.is_unavailable(error) else Fault.STATEMENT

    def constraint_of(self, error: BaseException) -> str:
        named = _CONSTRAINT_NAME.search(str(driver_error(error)))
        return named.group(1).lower() if named else str(driver_error(error))


def merge_statement(table: Table) -> TextClause:
    """MERGE: insert or replace by primary key. Binds are `c0`, `c1` … by column (never a reserved word)."""
    quote = _DIALECT.identifier_preparer.quote
    names = [quote(column.name) for column in table.columns]
    keys = [quote(column.name) for column in table.primary_key.columns]
    others = [name for name in names if name not in keys]
    source = ", ".join(f":c{at} {name}" for at, name in enumerate(names))
    match = " AND ".join(f"old.{name} = new.{name}" for name in keys)
    replace = (
        f" WHEN MATCHED THEN UPDATE SET {', '.join(f'old.{n} = new.{n}' for n in others)}" if others else ""
    )
    return text(
        f"MERGE INTO {_DIALECT.identifier_preparer.format_table(table)} old"  # noqa: S608 - names of our own schema
        f" USING (SELECT {source} FROM dual) new ON ({match}){replace}"
        f" WHEN NOT MATCHED THEN INSERT ({', '.join(names)}) VALUES ({', '.join(f'new.{n}' for n in names)})"
    ).bindparams(*[bindparam(f"c{at}", type_=column.type) for at, column in enumerate(table.columns)])


def _is_long(value: object) -> bool:
    """Whether Oracle takes the value for a LONG, which only VALUES and SET may bind (ORA-01461)."""
    if isinstance(value, bytes):
        return len(value) > RAW_BYTES_MAX
    return isinstance(value, str) and len(value) > VARCHAR2_CHARACTERS_MAX


def _by_key(table: Table, rows: Sequence[Row]) -> list[Row]:
    """`rows` by primary key; rows of one key stay in their order, so that the later replaces the former."""
    columns = list(table.columns)
    at = [columns.index(column) for column in table.primary_key.columns]
    return sorted(rows, key=lambda row: tuple(row[i] for i in at))

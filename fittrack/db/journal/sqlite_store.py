"""The journal on SQLite: bulk rows through the driver's cursor, everything else through SQLAlchemy."""

import sqlite3
from collections.abc import Sequence

from sqlalchemy import Engine, Table

from fittrack.db.journal.connection import OneConnection, driver_error
from fittrack.db.journal.sql import BulkInsert
from fittrack.db.journal.store import Fault
from fittrack.db.journal.unit import Row

# Primary result codes that blame the statement and leave the transaction as it was.
_STATEMENT_CODES = frozenset(
    {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE}
)


class SqliteStore(OneConnection):
    """The port `Store` over one connection of a SQLite file."""

    commit_failure_is_fatal = True  # after a failed fsync nobody can say what the file holds

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._inserts: dict[Table, BulkInsert] = {}
        self._upserts: dict[Table, BulkInsert] = {}
        self._cursor: sqlite3.Cursor | None = None

    def begin(self) -> None:
        super().begin()
        connection = self.connection().connection.driver_connection
        assert isinstance(connection, sqlite3.Connection), "the engine is SQLite's"
        self._cursor = connection.cursor()

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        bulk = self._inserts.get(table)
        if bulk is None:
            bulk = self._inserts[table] = BulkInsert(table, self._engine.dialect)
        self._write(bulk, rows)

    def upsert(self, table: Table, rows: Sequence[Row]) -> None:
        bulk = self._upserts.get(table)
        if bulk is None:
            bulk = self._upserts[table] = BulkInsert(table, self._engine.dialect, replace=True)
        self._write(bulk, rows)

    def _write(self, bulk: BulkInsert, rows: Sequence[Row]) -> None:
        assert self._cursor is not None, "begin() comes first"
        # One statement step for many rows: the driver gives the GIL away at each step (DESIGN 3, pitfall 1).
        for text, parameters in bulk.chunks(rows):
            self._cursor.execute(text, parameters)

    def savepoint(self) -> None:
        self._say("SAVEPOINT one")

    def undo(self) -> None:
        self._say("ROLLBACK TO one")
        self._say("RELEASE one")

    def keep(self) -> None:
        self._say("RELEASE one")

    def _say(self, text: str) -> None:
        assert self._cursor is not None, "begin() comes first"
        self._cursor.execute(text)

    def fault_of(self, error: BaseException) -> Fault:
        # Full disks and failed reads end the transaction by themselves; a savepoint would then open another.
        if not self._in_transaction():
            return Fault.DATABASE
        error = driver_error(error)
        if isinstance(error, sqlite3.IntegrityError):
            return Fault.CONSTRAINT
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and code & 0xFF not in _STATEMENT_CODES:
            return Fault.DATABASE
        return Fault.STATEMENT

    def _in_transaction(self) -> bool:
        if self._connection is None or self._connection.invalidated:
            return False
        connection = self._connection.connection.driver_connection
        assert isinstance(connection, sqlite3.Connection), "the engine is SQLite's"
        try:
            return connection.in_transaction
        except sqlite3.ProgrammingError:  # it is closed
            return False

    def constraint_of(self, error: BaseException) -> str:
        return str(driver_error(error)).partition("constraint failed: ")[2] or str(driver_error(error))

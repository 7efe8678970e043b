"""Stores of a real database that fail where a test says so, with the errors of that database."""

import sqlite3
from collections.abc import Callable, Sequence
from enum import Enum

import oracledb
from sqlalchemy import Connection, Engine, Executable, Table
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, OperationalError

from fittrack.db.journal.connection import OneConnection
from fittrack.db.journal.oracle_store import OracleStore
from fittrack.db.journal.sqlite_store import SqliteStore
from fittrack.db.journal.store import Store
from fittrack.db.journal.unit import Row
from tests import databases

Step = Callable[[str], None]
"""Told each step's name before it is done; raises to make it fail."""


def sqlite_error(name: str, code: int) -> sqlite3.OperationalError:
    """The driver's error as SQLite would have caused it."""
    error = sqlite3.OperationalError(name)
    error.sqlite_errorcode = code
    return error


class OracleDetail:
    """What the driver says of an error of Oracle."""

    def __init__(self, code: int, text: str = "") -> None:
        self.code = code
        self.full_code = f"ORA-{code:05}"
        self._text = text

    def __str__(self) -> str:
        return f"{self.full_code}: {self._text}"


def oracle_error(code: int, text: str = "") -> DBAPIError:
    """The error as it comes from Oracle by way of SQLAlchemy, of the class that its number belongs to."""
    detail = OracleDetail(code, text)
    if code in _OPERATIONAL:
        return OperationalError("INSERT", {}, oracledb.OperationalError(detail))
    if code in _INTEGRITY:
        return IntegrityError("INSERT", {}, oracledb.IntegrityError(detail))
    return DatabaseError("INSERT", {}, oracledb.DatabaseError(detail))


_INTEGRITY = frozenset({1, 1400, 2290, 2291, 2292})
_OPERATIONAL = frozenset({3113, 3114})


class Failure(Enum):
    """What a database may say of itself: SQLite's words and number, Oracle's number."""

    FULL = ("database or disk is full", sqlite3.SQLITE_FULL, 1653)
    LOCKED = ("database is locked", sqlite3.SQLITE_BUSY, 54)
    UNREADABLE = ("disk I/O error", sqlite3.SQLITE_IOERR, 3113)
    VIOLATED = ("UNIQUE constraint failed: somewhere", sqlite3.SQLITE_CONSTRAINT, 1)

    def error(self) -> Exception:
        """The error as the database of these tests would cause it."""
        words, code, number = self.value
        if databases.ORACLE:
            return oracle_error(number, words)
        return sqlite3.IntegrityError(words) if self is Failure.VIOLATED else sqlite_error(words, code)


def fail_once(step: str, error: Exception, *, after: int = 0) -> Step:
    """Fails at one occurrence of `step`, the first or the one `after` that many."""
    left = [after]

    def check(name: str) -> None:
        if name == step:
            left[0] -= 1
            if left[0] == -1:
                raise error

    return check


class Watched(OneConnection, Store):
    """A store that announces each step before it takes it: in front of the one of a database."""

    def __init__(self, engine: Engine, step: Step) -> None:
        super().__init__(engine)
        self._step = step

    def begin(self) -> None:
        self._step("begin")
        super().begin()

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        self._step("insert")
        super().insert(table, rows)

    def upsert(self, table: Table, rows: Sequence[Row]) -> None:
        self._step("upsert")
        super().upsert(table, rows)

    def execute(self, statement: Executable) -> None:
        self._step("execute")
        super().execute(statement)

    def commit(self) -> None:
        self._step("commit")
        super().commit()
        self._step("committed")

    def rollback(self) -> None:
        self._step("rollback")
        super().rollback()


class WatchedStore(Watched, SqliteStore):
    """The one of SQLite."""


class WatchedOracleStore(Watched, OracleStore):
    """The one of Oracle."""


def watched_store(engine: Engine, step: Step) -> Watched:
    """The one that belongs to the engine's database."""
    kind = WatchedOracleStore if engine.dialect.name == "oracle" else WatchedStore
    return kind(engine, step)


class UnansweredStore(WatchedStore):
    """A SQLite that were across a network, where a lost COMMIT is no reason to end the process."""

    commit_failure_is_fatal = False


def unanswered_store(engine: Engine, step: Step) -> Watched:
    """One that may lose a COMMIT and go on."""
    kind = WatchedOracleStore if engine.dialect.name == "oracle" else UnansweredStore
    return kind(engine, step)


class SlowlyCommitting(Watched):
    """Its first COMMIT, or the next one, gets no answer and goes on at the server, until the test lets it
    finish."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, lambda _step: None)
        self.loses_next = True
        self.parked: Connection | None = None

    def commit(self) -> None:
        if not self.loses_next:
            super().commit()
            return
        self.loses_next = False
        self.parked, self._connection = self._connection, None
        raise Failure.UNREADABLE.error()

    def finish(self, *, commit: bool) -> None:
        """What the server does at last with the transaction of the lost connection."""
        assert self.parked is not None, "no COMMIT was lost"
        if commit:
            self.parked.commit()
        else:
            self.parked.rollback()
        self.parked.close()


class SlowSqliteStore(SlowlyCommitting, UnansweredStore):
    """On SQLite."""


class SlowOracleStore(SlowlyCommitting, WatchedOracleStore):
    """On Oracle."""


def slowly_committing_store(engine: Engine) -> SlowlyCommitting:
    """The one that belongs to the engine's database."""
    return SlowOracleStore(engine) if engine.dialect.name == "oracle" else SlowSqliteStore(engine)

"""Stores of a real database that fail where a test says so."""

import sqlite3
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine, Executable, Table

from fittrack.db.journal.connection import OneConnection
from fittrack.db.journal.oracle_store import OracleStore
from fittrack.db.journal.sqlite_store import SqliteStore
from fittrack.db.journal.store import Store
from fittrack.db.journal.unit import Row

Step = Callable[[str], None]
"""Told each step's name before it is done; raises to make it fail."""


def sqlite_error(name: str, code: int) -> sqlite3.OperationalError:
    """The driver's error as SQLite would have caused it."""
    error = sqlite3.OperationalError(name)
    error.sqlite_errorcode = code
    return error


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
    """A database across a network, where a lost COMMIT is no reason to end the process."""

    commit_failure_is_fatal = False


class SlowlyCommittingStore(UnansweredStore):
    """Its first COMMIT gets no answer and goes on at the server, until the test lets it finish."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, lambda _step: None)
        self.parked: Connection | None = None

    def commit(self) -> None:
        if self.parked is not None:
            super().commit()
            return
        self.parked, self._connection = self._connection, None
        raise sqlite_error("connection lost", sqlite3.SQLITE_IOERR)

    def finish(self, *, commit: bool) -> None:
        """What the server does at last with the transaction of the lost connection."""
        assert self.parked is not None, "no COMMIT was lost"
        if commit:
            self.parked.commit()
        else:
            self.parked.rollback()
        self.parked.close()

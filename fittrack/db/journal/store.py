"""The port between the writer and a database: what a batch needs, and how its faults are told apart."""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from sqlalchemy import Connection, Executable, Table

from fittrack.db.journal.unit import Row


class Fault(Enum):
    """What an exception says about the open transaction."""

    CONSTRAINT = "constraint"
    """A constraint refused the statement; the transaction stands."""
    STATEMENT = "statement"
    """The statement itself was wrong; the transaction stands."""
    DATABASE = "database"
    """The database cannot go on: the transaction is over, or must be."""


class Store(Protocol):
    """One connection, for the writer's thread. Errors are the driver's or SQLAlchemy's."""

    commit_failure_is_fatal: bool
    """Whether a failed COMMIT leaves a database that only a new process may trust."""

    def begin(self) -> None:
        """Open the transaction, locked for writing; connect first if need be."""

    def insert(self, table: Table, rows: Sequence[Row]) -> None: ...

    def upsert(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert, or replace by primary key; of two rows with one key the later stays."""

    def execute(self, statement: Executable) -> None: ...

    def connection(self) -> Connection:
        """The connection, inside the open transaction."""

    def savepoint(self) -> None:
        """Begin what `undo` takes back and `keep` accepts. They do not nest."""

    def undo(self) -> None: ...

    def keep(self) -> None: ...

    def commit(self) -> None: ...

    def rollback(self) -> None:
        """End the transaction without a trace; failing that, drop the connection, which ends it too."""

    def abandon(self) -> None:
        """Forget the connection after a COMMIT without an answer; the next `begin` opens another."""

    def close(self) -> None: ...

    def may_write_again(self, error: BaseException) -> bool:
        """Whether `error` only undid the transaction, so that the same may be written again: the connection
        is gone, or the database chose this transaction to break a circle of those that wait.
        """

    def fault_of(self, error: BaseException) -> Fault: ...

    def constraint_of(self, error: BaseException) -> str:
        """What the database calls the constraint that `error` reports."""

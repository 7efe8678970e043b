"""Schemas on a server of Oracle for tests: who makes them, and how few serve many tests where they stay.

On a server that stays, a schema takes 200 statements to make, and as long to drop. So each process makes
some, by the number of its worker, lends each to one folder at a time, and empties it when it is lent again;
nothing is dropped, and the next run finds them. Who changes a revision that ran there drops those users.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import oracledb

from fittrack.db import migrate
from fittrack.db.engine import DatabaseSettings, make_engine
from fittrack.db.tables import metadata
from fittrack.db.tables.audit_guards import ORACLE as GUARDS
from fittrack.db.tables.operations import audit_log

SCHEMA_PASSWORD = "Schema-Of-A-Test-7"
GRANTS = "CREATE SESSION, CREATE TABLE, CREATE TRIGGER, CREATE VIEW, UNLIMITED TABLESPACE"
LOAN = "oracle-user"
"""The file by which a folder, and every process that is given it, knows its schema."""
USER_EXISTS = 1920  # ORA-01920: user name conflicts with another user or role name
NO_SUCH_TRIGGER = 4080
EMPTYING_MS = 60_000
"""How long is waited for rows that a server of a former test still holds: its sockets are closed by then."""


@dataclass(frozen=True, slots=True)
class Oracle:
    """A server, and who may make schemas there."""

    dsn: str
    user: str
    password: str

    @contextmanager
    def administered(self) -> Iterator[oracledb.Cursor]:
        """A cursor of the administrator's."""
        with (
            oracledb.connect(user=self.user, password=self.password, dsn=self.dsn) as connection,
            connection.cursor() as cursor,
        ):
            yield cursor

    def make_schema(self, user: str) -> bool:
        """Make a user whose schema is empty. False: there is one of this name."""
        with self.administered() as cursor:
            try:
                cursor.execute(f'CREATE USER {user} IDENTIFIED BY "{SCHEMA_PASSWORD}"')
            except oracledb.DatabaseError as error:
                if error.args[0].code != USER_EXISTS:
                    raise
                return False
            cursor.execute(f"GRANT {GRANTS} TO {user}")
            return True

    def settings_of(self, user: str) -> DatabaseSettings:
        """How a schema's owner connects."""
        return DatabaseSettings(oracle_dsn=self.dsn, oracle_user=user, oracle_password=SCHEMA_PASSWORD)


class KeptSchemas:
    """The schemas of this process on a server that stays."""

    def __init__(self, server: Oracle, prefix: str | None = None) -> None:
        self._server = server
        self._prefix = prefix or f"FT_{os.environ.get('PYTEST_XDIST_WORKER', 'alone').upper()}"
        self._loans: dict[str, Path] = {}
        """Each schema and to which folder it was lent last."""

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._loans)

    def of(self, folder: Path) -> str:
        """The user of a folder's schema: it is the newest, and empty when this folder is new."""
        loan = folder / LOAN
        if loan.exists():
            return loan.read_text()
        user = next((user for user, lent in self._loans.items() if not _is_lent(user, lent)), None)
        if user is None:
            user = f"{self._prefix}_{self.count + 1}"
            self._server.make_schema(user)
        bring_back(self._server.settings_of(user))
        folder.mkdir(parents=True, exist_ok=True)
        loan.write_text(user)
        self._loans[user] = folder
        return user

    def give_back(self, folder: Path) -> None:
        """What is in `folder` is needed no longer. A folder that is gone needs no word."""
        for lent in self._loans.values():
            if lent.is_relative_to(folder):
                (lent / LOAN).unlink(missing_ok=True)


def _is_lent(user: str, folder: Path) -> bool:
    loan = folder / LOAN
    return loan.exists() and loan.read_text() == user


def bring_back(settings: DatabaseSettings) -> None:
    """Have the schema be the newest, and every table of it empty; the audit log is guarded again."""
    engine = make_engine(replace(settings, oracle_pool_min=1, oracle_call_timeout_ms=EMPTYING_MS))
    migrate.upgrade(engine)
    tables = [table.name for table in reversed(metadata.sorted_tables)]  # who refers to others goes first
    asked = " UNION ALL ".join(
        f"SELECT '{name}' AS name FROM dual WHERE EXISTS (SELECT 1 FROM {name})"  # noqa: S608
        for name in tables
    )
    with engine.begin() as connection:
        filled = set(connection.exec_driver_sql(asked).scalars())
        if audit_log.name in filled:
            for guard in GUARDS:
                _drop_trigger(connection.connection.driver_connection, guard.split()[2])
        for name in tables:
            if name in filled:
                connection.exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608
        if audit_log.name in filled:
            for guard in GUARDS:
                connection.exec_driver_sql(guard)
    engine.dispose()


def _drop_trigger(connection: oracledb.Connection, name: str) -> None:
    """A test may have done so before."""
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"DROP TRIGGER {name}")
        except oracledb.DatabaseError as error:
            if error.args[0].code != NO_SUCH_TRIGGER:
                raise

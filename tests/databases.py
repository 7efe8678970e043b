"""The database that tests run on: files of SQLite, or schemas of Oracle with FITTRACK_TEST_DATABASE=oracle.

A test names a folder; what is in it, or the schema of its name, is the test's own. With ORACLE_DSN the
schemas are made on that server by FITTRACK_TEST_ADMIN, else on a test server that this process starts.
"""

import atexit
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import oracledb
from sqlalchemy import insert, select

from fittrack.db import migrate
from fittrack.db.engine import Access, DatabaseSettings, make_engine, sqlite_file
from fittrack.db.tables import metadata
from tests.oracle_net.process import ADMINISTRATOR, ADMINISTRATOR_PASSWORD, start_server

ORACLE = os.environ.get("FITTRACK_TEST_DATABASE", "sqlite") == "oracle"
"""Whether these tests run on Oracle."""

FILE = "fittrack.db"
USER_EXISTS = 1920  # ORA-01920: user name conflicts with another user or role name
ROWS_A_COPY = 1_000
_empty: set[str] = set()
"""Users of the test server whose schemas are empty: what is to be there can be copied, as a file can."""
SCHEMA_PASSWORD = "Schema-Of-A-Test-7"
GRANTS = "CREATE SESSION, CREATE TABLE, CREATE TRIGGER, CREATE VIEW, UNLIMITED TABLESPACE"


def environ_of(folder: Path) -> dict[str, str]:
    """The settings of the folder's database, in the names of the environment."""
    if not ORACLE:
        return {"DATABASE_URL": f"sqlite:///{folder}/{FILE}", "ORACLE_DSN": ""}
    return {
        "ORACLE_DSN": oracle().dsn,
        "ORACLE_USER": _schema(folder),
        "ORACLE_PASSWORD": SCHEMA_PASSWORD,
    }


def server_environ() -> dict[str, str]:
    """By what a process that a test starts finds the server that this one uses."""
    if not ORACLE:
        return {}
    server = oracle()
    return {
        "ORACLE_DSN": server.dsn,
        "FITTRACK_TEST_ADMIN": server.user,
        "FITTRACK_TEST_ADMIN_PASSWORD": server.password,
    }


def settings_of(folder: Path) -> DatabaseSettings:
    """The same as the settings of an engine."""
    return (
        _settings_of(_schema(folder)) if ORACLE else DatabaseSettings(url=environ_of(folder)["DATABASE_URL"])
    )


def _settings_of(user: str) -> DatabaseSettings:
    return DatabaseSettings(oracle_dsn=oracle().dsn, oracle_user=user, oracle_password=SCHEMA_PASSWORD)


def bring_up(settings: DatabaseSettings) -> None:
    """Bring a database to the newest schema; a new one is a copy of the one that was made first."""
    file = sqlite_file(settings)
    if settings.oracle_user in _empty:
        _copy_schema(_new_schema(), settings.oracle_user)
    elif file is None or file.exists():
        _upgrade(settings)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_new_file(), file)


@cache
def _new_file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="fittrack-new-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _upgrade(DatabaseSettings(url=f"sqlite:///{folder}/{FILE}"))
    return folder / FILE


@cache
def _new_schema() -> str:
    """The user of a schema that is the newest, and empty."""
    user = f"FT_NEW_{os.getpid()}"
    oracle().make_schema(user)
    _upgrade(_settings_of(user))
    return user


def _copy_schema(source: str, target: str) -> None:
    """Make the user's empty schema one like the source's, on the test server."""
    _empty.discard(target)
    with oracle().administered() as cursor:
        cursor.execute(f"BEGIN test_server.copy('{source}', '{target}'); END;")


def _upgrade(settings: DatabaseSettings) -> None:
    engine = make_engine(settings)
    migrate.upgrade(engine)
    engine.dispose()


def copy(source: Path, target: Path) -> None:
    """Make the target's database, which is not there yet, one like the source's."""
    if not ORACLE:
        shutil.copy(source / FILE, target / FILE)
        return
    if _schema(target) in _empty:
        _copy_schema(_schema(source), _schema(target))
        return
    old, new = make_engine(settings_of(source), Access.READ), make_engine(settings_of(target))
    migrate.upgrade(new)
    with old.connect() as reader, new.begin() as writer:
        for table in metadata.sorted_tables:
            order = list(table.primary_key.columns)
            rows = [dict(row) for row in reader.execute(select(table).order_by(*order)).mappings()]
            for at in range(0, len(rows), ROWS_A_COPY):
                writer.execute(insert(table), rows[at : at + ROWS_A_COPY])
    old.dispose()
    new.dispose()


@dataclass(frozen=True, slots=True)
class Oracle:
    """A server, and who may make schemas there."""

    dsn: str
    user: str
    password: str
    outlives_tests: bool

    @contextmanager
    def administered(self) -> Iterator[oracledb.Cursor]:
        """A cursor of the administrator's."""
        with (
            oracledb.connect(user=self.user, password=self.password, dsn=self.dsn) as connection,
            connection.cursor() as cursor,
        ):
            yield cursor

    def make_schema(self, user: str) -> None:
        """Make a user whose schema is empty, unless another process of the test did."""
        with self.administered() as cursor:
            try:
                cursor.execute(f'CREATE USER {user} IDENTIFIED BY "{SCHEMA_PASSWORD}"')
            except oracledb.DatabaseError as error:
                if error.args[0].code != USER_EXISTS:
                    raise
            else:
                cursor.execute(f"GRANT {GRANTS} TO {user}")
                if self.outlives_tests:
                    atexit.register(self._drop_schema, user)
                else:
                    _empty.add(user)

    def _drop_schema(self, user: str) -> None:
        with self.administered() as cursor:
            cursor.execute(f"DROP USER {user} CASCADE")


@cache
def oracle() -> Oracle:
    """The server of these tests: the one of ORACLE_DSN, else a test server that ends with this process."""
    if dsn := os.environ.get("ORACLE_DSN"):
        user = os.environ.get("FITTRACK_TEST_ADMIN", ADMINISTRATOR)
        return Oracle(dsn, user, os.environ["FITTRACK_TEST_ADMIN_PASSWORD"], outlives_tests=True)
    server = start_server()
    atexit.register(server.stop)
    return Oracle(server.dsn, ADMINISTRATOR, ADMINISTRATOR_PASSWORD, outlives_tests=False)


@cache
def _schema(folder: Path) -> str:
    """The user of a folder."""
    user = f"FT_{hashlib.sha256(str(folder).encode()).hexdigest()[:16].upper()}"
    oracle().make_schema(user)
    return user

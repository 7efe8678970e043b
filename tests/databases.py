"""The database that tests run on: files of SQLite, or schemas of Oracle with FITTRACK_TEST_DATABASE=oracle.

A test names a folder; what is in it, or a schema that is lent to it, is the test's own. With ORACLE_DSN the
schemas are made on that server by FITTRACK_TEST_ADMIN (`tests.oracle_schemas`), else on a test server that
this process starts, one for each folder. FITTRACK_TEST_SCHEMAS=kept has that one be used like one that stays.
"""

import atexit
import hashlib
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import insert, select

from fittrack.db import migrate
from fittrack.db.engine import Access, DatabaseSettings, make_engine, sqlite_file
from fittrack.db.tables import metadata
from tests.oracle_net.process import ADMINISTRATOR, ADMINISTRATOR_PASSWORD, start_server
from tests.oracle_schemas import SCHEMA_PASSWORD, KeptSchemas, Oracle

ORACLE = os.environ.get("FITTRACK_TEST_DATABASE", "sqlite") == "oracle"
"""Whether these tests run on Oracle."""

STAYS = os.environ.get("FITTRACK_TEST_SCHEMAS", "kept" if os.environ.get("ORACLE_DSN") else "own") == "kept"
"""Whether the server of Oracle outlives the tests, and schemas are to be used again and again."""

FILE = "fittrack.db"
ROWS_A_COPY = 1_000
_empty: set[str] = set()
"""Users of the test server whose schemas are empty: what is to be there can be copied, as a file can."""


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
        "FITTRACK_TEST_SCHEMAS": "kept" if STAYS else "own",
    }


def settings_of(folder: Path) -> DatabaseSettings:
    """The same as the settings of an engine."""
    if ORACLE:
        return oracle().settings_of(_schema(folder))
    return DatabaseSettings(url=environ_of(folder)["DATABASE_URL"])


def bring_up(settings: DatabaseSettings) -> None:
    """Bring a database to the newest schema; a new one is a copy of the one that was made first."""
    file = sqlite_file(settings)
    if ORACLE and STAYS:
        return  # it was, before it was lent
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
    _upgrade(oracle().settings_of(user))
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
    bring_up(settings_of(target))
    with old.connect() as reader, new.begin() as writer:
        for table in metadata.sorted_tables:
            order = list(table.primary_key.columns)
            rows = [dict(row) for row in reader.execute(select(table).order_by(*order)).mappings()]
            for at in range(0, len(rows), ROWS_A_COPY):
                writer.execute(insert(table), rows[at : at + ROWS_A_COPY])
    old.dispose()
    new.dispose()


@cache
def oracle() -> Oracle:
    """The server of these tests: the one of ORACLE_DSN, else a test server that ends with this process."""
    if dsn := os.environ.get("ORACLE_DSN"):
        user = os.environ.get("FITTRACK_TEST_ADMIN", ADMINISTRATOR)
        return Oracle(dsn, user, os.environ["FITTRACK_TEST_ADMIN_PASSWORD"])
    server = start_server()
    atexit.register(server.stop)
    return Oracle(server.dsn, ADMINISTRATOR, ADMINISTRATOR_PASSWORD)


@cache
def _kept() -> KeptSchemas:
    return KeptSchemas(oracle())


def _schema(folder: Path) -> str:
    """The user of a folder."""
    return _kept().of(folder) if STAYS else _schema_of_its_own(folder)


@cache
def _schema_of_its_own(folder: Path) -> str:
    user = f"FT_{hashlib.sha256(str(folder).encode()).hexdigest()[:16].upper()}"
    if oracle().make_schema(user):
        _empty.add(user)
    return user


def give_back(folder: Path) -> None:
    """Nobody needs the databases in `folder` any longer."""
    if ORACLE and STAYS:
        _kept().give_back(folder)

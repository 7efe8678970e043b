"""A server for the tests of a module's worker, and a schema of its own for each test."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import oracledb
import pytest
from sqlalchemy import Engine

from fittrack.db.engine import Access, DatabaseSettings, make_engine
from fittrack.db.journal import Journal
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.writer_thread import WriterThread
from fittrack.db.reads import Reads
from fittrack.db.tables import metadata
from fittrack.kit.clock import VirtualClock
from tests.fittrack.db.journal_world import NOON, WHOLE_TURNS
from tests.oracle_net.certificates import HOST
from tests.oracle_net.process import (
    ADMINISTRATOR,
    ADMINISTRATOR_PASSWORD,
    SERVICE,
    ServerProcess,
    running_server,
)

PASSWORD = "Schema-Of-A-Test-7"
BRIEF_MS = 300
"""A call's time where a test waits until it is over, and shorter than what the server delays."""
_numbers = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[ServerProcess]:
    with running_server() as server:
        yield server


@dataclass(frozen=True, slots=True)
class Place:
    """An empty schema on the test server, and what a test does beside the product."""

    settings: DatabaseSettings

    def connect(self) -> oracledb.Connection:
        """The driver's own connection."""
        settings = self.settings
        return oracledb.connect(
            user=settings.oracle_user, password=settings.oracle_password, dsn=settings.oracle_dsn
        )

    def arrange(self, step: str, fault: str, *, after: int = 0, times: int = 1) -> None:
        """Have the server fail so many times from the next `step` of the schema's sessions but `after` on."""
        with self.connect() as connection, connection.cursor() as cursor:
            for _ in range(times):
                cursor.execute(f"BEGIN test_server.arrange('{step}', '{fault}', {after}); END;")

    def await_waiting(self) -> None:
        """Return when one of the schema's sessions waits for a lock."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute("BEGIN test_server.await_waiting; END;")

    def with_(self, **changes: Any) -> DatabaseSettings:
        """Other settings for the same schema."""
        return replace(self.settings, **changes)


def administer(dsn: str, sql: str, *, wallet: Path | None = None) -> None:
    """Do what the administrator alone may."""
    with (
        oracledb.connect(
            user=ADMINISTRATOR,
            password=ADMINISTRATOR_PASSWORD,
            dsn=dsn,
            wallet_location=wallet and str(wallet),
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def a_schema(
    server: ServerProcess, user: str | None = None, *, wallet: Path | None = None
) -> DatabaseSettings:
    """A new user's. `wallet`: how to reach a server that wants TLS."""
    user = user or f"PLAYER_{next(_numbers)}"
    dsn = f"tcps://{HOST}:{server.port}/{SERVICE}" if wallet else server.dsn
    administer(dsn, f'CREATE USER {user} IDENTIFIED BY "{PASSWORD}"', wallet=wallet)
    return DatabaseSettings(
        oracle_dsn=dsn,
        oracle_user=user,
        oracle_password=PASSWORD,
        oracle_wallet_dir=str(wallet) if wallet else None,
    )


@pytest.fixture
def place(server: ServerProcess) -> Place:
    return Place(a_schema(server))


@pytest.fixture(scope="session")
def with_tables(server: ServerProcess) -> DatabaseSettings:
    """A schema with all tables of the product, to be copied."""
    settings = a_schema(server)
    engine = make_engine(settings)
    metadata.create_all(engine)
    engine.dispose()
    return settings


@pytest.fixture
def engine(place: Place, server: ServerProcess, with_tables: DatabaseSettings) -> Iterator[Engine]:
    """The product's engine on a schema with all of its tables."""
    source, target = with_tables.oracle_user, place.settings.oracle_user
    administer(server.dsn, f"BEGIN test_server.copy('{source}', '{target}'); END;")
    engine = make_engine(place.settings)
    yield engine
    engine.dispose()


@pytest.fixture
async def journal(engine: Engine) -> AsyncIterator[Journal]:
    """The product's journal over the product's store."""
    clock = VirtualClock(NOON)
    journal = Journal(
        WriterThread(open_store(engine), clock), clock, on_fatal=unexpected, begin_with=WHOLE_TURNS
    )
    yield journal
    await journal.stop()


@pytest.fixture
async def reads(place: Place, engine: Engine) -> AsyncIterator[Reads]:
    """The product's reads, in an engine of their own."""
    assert engine.dialect.name == "oracle", "the tables are there"
    reads = Reads(make_engine(place.settings, Access.READ), threads=2)
    yield reads
    await reads.stop()


def unexpected(error: BaseException) -> None:
    raise AssertionError("nothing here is fatal") from error

"""A listener that accepts connections and says nothing: nobody waits for ever, and nobody is lost to it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from fittrack.db import oracle_faults
from fittrack.db.engine import DatabaseSettings, make_engine
from fittrack.db.pools import use_of
from fittrack.doctor.database import examine_database
from fittrack.kit.clock import SystemClock
from tests.faulty_proxy import FaultyProxy, faulty_proxy
from tests.oracle_net.conftest import Place
from tests.oracle_net.process import SERVICE, ServerProcess
from tests.world import settings_for

BRIEF_S = 0.25
"""How long one waits for a connection here."""


@pytest.fixture
async def proxy(server: ServerProcess) -> AsyncIterator[FaultyProxy]:
    async with faulty_proxy(server.port) as proxy:
        yield proxy


@pytest.fixture
def through(proxy: FaultyProxy, place: Place) -> DatabaseSettings:
    """The schema of a test, behind the proxy."""
    return place.with_(oracle_dsn=f"127.0.0.1:{proxy.port}/{SERVICE}", oracle_connect_timeout_s=BRIEF_S)


def one(connection: Connection) -> int:
    return int(connection.scalar(text("SELECT 1 AS one FROM dual")) or 0)


async def refusal(engine: Engine) -> DBAPIError:
    with pytest.raises(DBAPIError) as error:
        await asyncio.to_thread(engine.connect)
    return error.value


async def connected(engine: Engine) -> Connection:
    """Ask for a connection again for as long as nothing answers."""
    while True:
        with suppress(DBAPIError):
            return await asyncio.to_thread(engine.connect)


async def test_a_pool_serves_again_when_the_listener_does(
    proxy: FaultyProxy, through: DatabaseSettings
) -> None:
    engine = make_engine(through)
    proxy.silent = True
    error = await refusal(engine)
    assert oracle_faults.is_unavailable(error)
    assert "nothing answered within 0.25 s" in str(error.orig)
    proxy.silent = False
    connection = await connected(engine)  # what was let in before still hears nothing
    assert await asyncio.to_thread(one, connection) == 1
    await asyncio.to_thread(connection.close)
    await asyncio.to_thread(engine.dispose)


async def test_who_has_a_connection_keeps_it_while_another_pool_takes_over(
    proxy: FaultyProxy, through: DatabaseSettings
) -> None:
    engine = make_engine(replace(through, oracle_pool_min=1))
    held = await connected(engine)
    proxy.silent = True
    await refusal(engine)
    proxy.silent = False
    another = await connected(engine)
    assert use_of(engine, 1).busy == 1, "what is held is another pool's"
    for connection in (held, another):
        assert await asyncio.to_thread(one, connection) == 1
        await asyncio.to_thread(connection.close)
    await asyncio.to_thread(engine.dispose)


@pytest.mark.parametrize("protocol", ["tcp", "tcps"])
async def test_the_doctor_says_that_nothing_is_said_and_ends(
    proxy: FaultyProxy, through: DatabaseSettings, protocol: str, tmp_path: Path
) -> None:
    proxy.silent = True
    database = replace(through, oracle_dsn=f"{protocol}://{through.oracle_dsn}")
    settings = replace(settings_for(tmp_path), database=database)
    [found] = await asyncio.to_thread(lambda: list(examine_database(settings, SystemClock())))
    assert not found.ok
    assert "accepts connections and says nothing" in found.sentence
    assert "tcps://" in found.remedy


@pytest.mark.parametrize("command", ["migrate", "serve"])
async def test_a_command_says_so_and_ends(
    proxy: FaultyProxy, through: DatabaseSettings, command: str, tmp_path: Path
) -> None:
    proxy.silent = True
    environ = {
        **os.environ,
        "ORACLE_DSN": str(through.oracle_dsn),
        "ORACLE_USER": str(through.oracle_user),
        "ORACLE_PASSWORD": str(through.oracle_password),
        "ORACLE_CONNECT_TIMEOUT_S": "1",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "fittrack", command, cwd=tmp_path, env=environ, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 1
    assert "nothing answered within 1 s; `fittrack doctor` says what to do" in said.decode()

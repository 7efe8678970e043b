"""Queries on threads: one snapshot for each call, never a write, honest when there is too much."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import DBAPIError, OperationalError

from fittrack.db import reads as reads_module
from fittrack.db.engine import Access, DatabaseSettings, make_engine
from fittrack.db.journal import Head, Journal
from fittrack.db.reads import Reads
from fittrack.db.tables.logs import user_log
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import Busy, NotFound
from tests.fittrack.db.journal_world import NOON, a_database, a_note


@pytest.fixture
async def reads(engine: Engine, tmp_path: Path) -> AsyncIterator[Reads]:
    assert engine.dialect.name, "the tables are there"
    reads = Reads(a_database(tmp_path, Access.READ), threads=2)
    yield reads
    await reads.stop()


def count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(user_log)) or 0


async def test_what_was_acknowledged_is_seen_by_the_next_query(journal: Journal, reads: Reads) -> None:
    appender = journal.open(user_log, uuid7(), Head())
    for stored in range(1, 6):
        await appender.append(a_note())
        assert await reads.run(count) == stored


async def test_all_selects_of_one_call_see_one_snapshot(journal: Journal, reads: Reads) -> None:
    loop = asyncio.get_running_loop()
    appender = journal.open(user_log, uuid7(), Head())

    def before_and_after(connection: Connection) -> tuple[int, int]:
        before = count(connection)
        asyncio.run_coroutine_threadsafe(_appended(), loop).result()
        return before, count(connection)

    async def _appended() -> None:
        await appender.append(a_note())

    assert await reads.run(before_and_after) == (0, 0)
    assert await reads.run(count) == 1


async def test_a_query_cannot_write(reads: Reads) -> None:
    def write(connection: Connection) -> None:
        row = {"user_id": uuid7(), "rev": 1, "unit_id": uuid7(), "kind": "note", "created_at": NOON}
        connection.execute(insert(user_log).values(row))

    with pytest.raises(DBAPIError, match=r"readonly|READ ONLY"):
        await reads.run(write)
    assert await reads.run(count) == 0


async def test_what_a_query_raises_comes_out(reads: Reads) -> None:
    def missing(_connection: Connection, name: str) -> None:
        raise NotFound(name)

    with pytest.raises(NotFound, match="the drawing"):
        await reads.run(missing, "the drawing")


async def test_queries_run_beside_each_other_and_beside_the_loop(reads: Reads) -> None:
    meeting = threading.Barrier(2, timeout=30)
    await asyncio.gather(*[reads.run(lambda _connection: meeting.wait()) for _ in range(2)])


@pytest.mark.parametrize(
    ("limit", "how"), [("READS_WAITING_MAX", Reads.run), ("LOOK_UPS_WAITING_MAX", Reads.look_up)]
)
async def test_too_many_waiting_queries_are_refused(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, how: Any
) -> None:
    assert engine.dialect.name, "the tables are there"
    monkeypatch.setattr(reads_module, limit, 1)
    reads, gate = Reads(a_database(tmp_path, Access.READ)), threading.Event()
    running = asyncio.ensure_future(how(reads, lambda _connection: gate.wait(30)))
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await how(reads, count)
    gate.set()
    assert await running
    assert await how(reads, count) == 0
    await reads.stop()


async def test_a_look_up_does_not_wait_for_queries_that_take_long(reads: Reads) -> None:
    gate = threading.Event()
    running = [asyncio.ensure_future(reads.run(lambda _connection: gate.wait(30))) for _ in range(9)]
    await asyncio.sleep(0)
    assert await reads.look_up(count) == 0
    gate.set()
    assert all(await asyncio.gather(*running))


async def test_a_database_that_cannot_be_opened_is_busy_and_a_wrong_query_is_wrong(tmp_path: Path) -> None:
    reads = Reads(make_engine(DatabaseSettings(url=f"sqlite:///{tmp_path}/folder/x.db"), Access.READ))
    (tmp_path / "folder").rmdir()
    with pytest.raises(Busy):
        await reads.run(count)
    (tmp_path / "folder").mkdir()
    with pytest.raises(OperationalError, match="no such table"):
        await reads.run(count)
    await reads.stop()

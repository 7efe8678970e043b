"""The writer's process fails: its node knows what it may say, and that it must end."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from fittrack.db.engine import DatabaseSettings
from fittrack.db.journal import Committed, Head, Journal, JournalStopped, UnitRefused
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.store import Store
from fittrack.db.journal.writer_process import Setup, WriterDied, WriterProcess
from fittrack.db.tables.logs import user_log
from fittrack.kit.clock import VirtualClock
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import OutcomeUnknown
from tests.fittrack.db.faults import WatchedStore, fail_once, sqlite_error
from tests.fittrack.db.journal_world import NOON, WHOLE_TURNS, a_note, an_earning, assert_lawful, units_of
from tests.fittrack.db.test_transact import put


def begin(
    engine: Engine, fatal: list[BaseException], store: Callable[[Engine], Store] = open_store
) -> tuple[Journal, WriterProcess]:
    database = DatabaseSettings(url=str(engine.url))
    writer = WriterProcess(Setup(database=database, log_level="CRITICAL", store=store))
    return Journal(writer, VirtualClock(NOON), on_fatal=fatal.append, begin_with=WHOLE_TURNS), writer


def failing_commit(engine: Engine) -> Store:
    error = sqlite_error("disk I/O error", sqlite3.SQLITE_IOERR_FSYNC)
    return WatchedStore(engine, fail_once("commit", error))


def no_store(_engine: Engine) -> Store:
    raise SystemExit(3)


async def test_what_a_killed_writer_had_in_hand_is_unknown_and_the_rest_was_never_begun(
    engine: Engine, fatal: list[BaseException]
) -> None:
    journal, writer = begin(engine, fatal)
    appender = journal.open(user_log, player := uuid7(), Head())
    assert await appender.append(a_note()) == Committed(1)
    os.kill(writer.pid, signal.SIGSTOP)
    in_hand = appender.append(a_note())
    for _ in range(5):  # turns of the event loop: it is sent
        await asyncio.sleep(0)
    waiting = appender.append(a_note())
    os.kill(writer.pid, signal.SIGKILL)
    with pytest.raises(OutcomeUnknown):
        await in_hand
    with pytest.raises(JournalStopped):
        await waiting
    with pytest.raises(JournalStopped):
        appender.append(a_note())
    assert [type(error) for error in fatal] == [WriterDied]
    await journal.stop()
    assert len(units_of(engine, user_log, player)) == 1
    assert_lawful(engine)


async def test_a_failed_commit_in_its_process_ends_the_node_as_in_a_thread(
    engine: Engine, fatal: list[BaseException]
) -> None:
    journal, _ = begin(engine, fatal, failing_commit)
    player = uuid7()
    refused = journal.open(user_log, player, Head()).append(an_earning(player, 1, -5, -5))
    doubtful = journal.open(user_log, uuid7(), Head()).append(a_note())
    with pytest.raises(UnitRefused) as refusal:
        await refused
    with pytest.raises(OutcomeUnknown):
        await doubtful
    assert "no_overdraft" in "".join(refusal.value.__notes__), "its cause has travelled along"
    await journal.stop()
    assert [type(error) for error in fatal] == [sqlite3.OperationalError]


async def test_a_writer_that_cannot_begin_ends_its_node(engine: Engine, fatal: list[BaseException]) -> None:
    journal, _ = begin(engine, fatal, no_store)
    with pytest.raises(WriterDied):
        await journal.ready()
    await journal.stop()
    (error,) = fatal
    assert str(error) == "the writer's process ended with 3"


async def test_the_drivers_errors_come_back_with_where_they_came_from(
    engine: Engine, fatal: list[BaseException]
) -> None:
    journal, _ = begin(engine, fatal)
    subject = uuid7()
    await journal.transact(put, subject)
    with pytest.raises(IntegrityError) as twice:
        await journal.transact(put, subject)
    assert isinstance(twice.value.orig, sqlite3.IntegrityError)
    assert "in put" in "".join(twice.value.__notes__)
    await journal.stop()
    assert not fatal

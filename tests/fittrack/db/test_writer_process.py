"""The writer's process fails: its node knows what it may say, and that it must end."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from fittrack.db.journal import Committed, Head, Journal, JournalStopped
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.store import Store
from fittrack.db.journal.writer_process import Setup, WriterDied, WriterProcess
from fittrack.db.tables.logs import user_log
from fittrack.kit.clock import VirtualClock
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import OutcomeUnknown
from tests.fittrack.db.journal_world import NOON, WHOLE_TURNS, a_note, assert_lawful, settings_of, units_of
from tests.fittrack.db.test_transact import put


def begin(
    folder: Path, fatal: list[BaseException], store: Callable[[Engine], Store] = open_store
) -> tuple[Journal, WriterProcess]:
    """A journal whose writer is a process, on the database of the folder, which is there."""
    writer = WriterProcess(Setup(database=settings_of(folder), log_level="CRITICAL", store=store))
    return Journal(writer, VirtualClock(NOON), on_fatal=fatal.append, begin_with=WHOLE_TURNS), writer


def no_store(_engine: Engine) -> Store:
    raise RuntimeError("there is none")


async def test_what_a_killed_writer_had_in_hand_is_unknown_and_the_rest_was_never_begun(
    tmp_path: Path, engine: Engine, fatal: list[BaseException]
) -> None:
    journal, writer = begin(tmp_path, fatal)
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


async def test_a_writer_that_cannot_begin_ends_its_node(tmp_path: Path, fatal: list[BaseException]) -> None:
    journal, _ = begin(tmp_path, fatal, no_store)
    with pytest.raises(WriterDied):
        await journal.ready()
    await journal.stop()
    (error,) = fatal
    assert str(error) == "the writer's process ended with 1"


async def test_the_drivers_errors_come_back_with_where_they_came_from(
    tmp_path: Path, engine: Engine, fatal: list[BaseException]
) -> None:
    journal, _ = begin(tmp_path, fatal)
    subject = uuid7()
    await journal.transact(put, subject)
    with pytest.raises(IntegrityError) as twice:
        await journal.transact(put, subject)
    assert type(twice.value.orig).__name__ == "IntegrityError"
    assert type(twice.value.orig).__module__.startswith(engine.driver.removeprefix("py"))
    assert "in put" in "".join(twice.value.__notes__)
    await journal.stop()
    assert not fatal

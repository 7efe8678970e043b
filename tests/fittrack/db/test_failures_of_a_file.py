"""A file of SQLite fails in its own ways: after some, nobody can say what it holds."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from fittrack.db.journal import Committed, Head, JournalStopped, NotStored, StaleLog, UnitRefused
from fittrack.db.journal.store import Store
from fittrack.db.tables.logs import drawing_log, user_log
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import OutcomeUnknown
from tests.fittrack.db.conftest import OpenJournal
from tests.fittrack.db.faults import Failure, WatchedStore, fail_once
from tests.fittrack.db.journal_world import a_note, a_purchase, an_earning, assert_lawful, units_of
from tests.fittrack.db.test_writer_process import begin


async def test_a_connection_that_breaks_in_the_middle_leaves_nothing_and_is_replaced(
    open_journal: OpenJournal, engine: Engine
) -> None:
    """Neither ROLLBACK nor anything else can be said on it any more."""
    steps: list[str] = []

    def step(name: str) -> None:
        steps.append(name)
        if steps.count("insert") == 2 and name == "insert":
            driver = store.connection().connection.driver_connection
            assert driver is not None
            driver.close()

    store = WatchedStore(engine, step)
    appender = open_journal(store).open(drawing_log, drawing := uuid7(), Head())
    with pytest.raises(NotStored):
        await appender.append(a_purchase(uuid7(), Head()))
    assert units_of(engine, drawing_log, drawing) == []
    assert await appender.append(a_purchase(uuid7(), Head())) == Committed(1)
    assert_lawful(engine)


def leave_room(connection: Connection, pages: int) -> None:
    used = connection.scalar(text("PRAGMA page_count")) or 0
    connection.execute(text(f"PRAGMA max_page_count={used + pages}"))


async def test_a_disk_that_is_really_full_refuses_honestly_and_recovers_when_there_is_room(
    open_journal: OpenJournal, engine: Engine
) -> None:
    store = WatchedStore(engine, lambda _step: None)
    journal = open_journal(store)
    drawing = uuid7()
    appender = journal.open(drawing_log, drawing, Head())
    await journal.transact(leave_room, 20)
    acknowledged = 0
    while True:
        burst = [appender.append(a_purchase(uuid7(), Head())) for _ in range(30)]
        outcomes = await asyncio.gather(*burst, return_exceptions=True)
        acknowledged += sum(isinstance(outcome, Committed) for outcome in outcomes)
        if not all(isinstance(outcome, Committed) for outcome in outcomes):
            break
    assert all(isinstance(outcome, NotStored) for outcome in outcomes)
    assert len(units_of(engine, drawing_log, drawing)) == acknowledged > 0
    await journal.transact(leave_room, 1_000_000)
    assert await appender.append(a_purchase(uuid7(), Head())) == Committed(acknowledged + 1)
    assert_lawful(engine)


@pytest.mark.parametrize("step", ["commit", "committed"], ids=["not stored", "stored"])
async def test_a_failed_commit_is_an_unknown_outcome_and_the_end_of_the_process(
    open_journal: OpenJournal, engine: Engine, fatal: list[BaseException], step: str
) -> None:
    error = Failure.UNREADABLE.error()
    journal = open_journal(WatchedStore(engine, fail_once(step, error)))
    appender = journal.open(user_log, player := uuid7(), Head())
    waiting = [appender.append(a_note()) for _ in range(20)]
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(outcome, OutcomeUnknown) for outcome in outcomes)
    assert fatal == [error]
    with pytest.raises(StaleLog):
        appender.append(a_note())
    await journal.stop()
    # What a new process finds is all or nothing, as it was announced.
    assert len(units_of(engine, user_log, player)) in {0, 20}
    assert_lawful(engine)


async def test_what_waits_behind_a_fatal_failure_is_refused_as_never_begun(
    open_journal: OpenJournal, engine: Engine
) -> None:
    reached = asyncio.Event()
    loop = asyncio.get_running_loop()
    late: list[asyncio.Future[Committed]] = []

    def append_behind() -> None:
        late.append(journal.open(user_log, uuid7(), Head()).append(a_note()))
        reached.set()

    def step(name: str) -> None:
        if name == "commit":
            asyncio.run_coroutine_threadsafe(_call(append_behind), loop).result()
            raise Failure.UNREADABLE.error()

    journal = open_journal(WatchedStore(engine, step))
    with pytest.raises(OutcomeUnknown):
        await journal.open(user_log, uuid7(), Head()).append(a_note())
    await journal.stop()
    assert reached.is_set()
    with pytest.raises(JournalStopped):
        await late[0]


async def _call(function: object) -> None:
    assert callable(function)
    function()


def failing_commit(engine: Engine) -> Store:
    return WatchedStore(engine, fail_once("commit", Failure.UNREADABLE.error()))


async def test_a_failed_commit_in_its_process_ends_the_node_as_in_a_thread(
    tmp_path: Path, engine: Engine, fatal: list[BaseException]
) -> None:
    journal, _ = begin(tmp_path, fatal, failing_commit)
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

"""The database fails: nothing acknowledged is lost, nothing unacknowledged returns unseen."""

import asyncio
import sqlite3

import pytest
from sqlalchemy import Connection, Engine, text

from fittrack.db.journal import Committed, Head, JournalStopped, NotStored, StaleLog, UnitRefused
from fittrack.db.tables.logs import drawing_log, ledger, user_log
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import OutcomeUnknown
from tests.fittrack.db.conftest import OpenJournal
from tests.fittrack.db.faults import WatchedStore, fail_once, sqlite_error
from tests.fittrack.db.journal_world import a_note, a_purchase, an_earning, assert_lawful, units_of

IO_ERROR = ("disk I/O error", sqlite3.SQLITE_IOERR)


@pytest.mark.parametrize("after", range(6), ids=lambda after: f"statement {after + 1}")
async def test_a_constraint_violated_amid_a_batch_fails_no_other_unit(
    open_journal: OpenJournal, engine: Engine, after: int
) -> None:
    """A violation that comes from nowhere and goes: the batch is written again, and all of it stands."""
    violation = sqlite3.IntegrityError("UNIQUE constraint failed: somewhere")
    journal = open_journal(WatchedStore(engine, fail_once("insert", violation, after=after)))
    drawing = uuid7()
    appender = journal.open(drawing_log, drawing, Head())
    for _ in range(2):
        units = [a_purchase(uuid7(), Head()) for _ in range(40)]
        await asyncio.gather(*[appender.append(unit) for unit in units])
    assert journal.metrics.replays == 1
    assert len(units_of(engine, drawing_log, drawing)) == 80
    assert_lawful(engine)


@pytest.mark.parametrize("step", ["begin", "insert"])
@pytest.mark.parametrize(
    "error",
    [
        sqlite_error("database or disk is full", sqlite3.SQLITE_FULL),
        sqlite_error(*IO_ERROR),
        sqlite_error("database is locked", sqlite3.SQLITE_BUSY),
    ],
    ids=["full", "unreadable", "locked"],
)
async def test_a_database_that_cannot_go_on_fails_the_batch_and_serves_the_next(
    open_journal: OpenJournal, engine: Engine, step: str, error: Exception
) -> None:
    journal = open_journal(WatchedStore(engine, fail_once(step, error)))
    drawing = uuid7()
    appender = journal.open(drawing_log, drawing, Head())
    failed = await asyncio.gather(
        *[appender.append(a_purchase(uuid7(), Head())) for _ in range(40)], return_exceptions=True
    )
    assert all(isinstance(failure, NotStored) for failure in failed)
    assert units_of(engine, drawing_log, drawing) == []
    assert appender.head == Head()
    assert await appender.append(a_note()) == Committed(1)
    assert_lawful(engine)


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
    error = sqlite_error(*IO_ERROR)
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


async def test_a_failed_commit_keeps_the_verdict_on_units_that_were_refused(
    open_journal: OpenJournal, engine: Engine
) -> None:
    journal = open_journal(WatchedStore(engine, fail_once("commit", sqlite_error(*IO_ERROR))))
    player = uuid7()
    refused = journal.open(user_log, player, Head()).append(an_earning(player, 1, -5, -5))
    doubtful = journal.open(user_log, uuid7(), Head()).append(a_note())
    with pytest.raises(UnitRefused):
        await refused
    with pytest.raises(OutcomeUnknown):
        await doubtful


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
            raise sqlite_error(*IO_ERROR)

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


async def test_a_defect_of_the_writer_leaves_nobody_without_an_answer(
    open_journal: OpenJournal, engine: Engine, fatal: list[BaseException]
) -> None:
    defect = RuntimeError("rollback is broken")

    def step(name: str) -> None:
        if name == "insert":
            raise sqlite_error(*IO_ERROR)
        if name == "rollback":
            raise defect

    journal = open_journal(WatchedStore(engine, step))
    with pytest.raises(OutcomeUnknown):
        await journal.open(user_log, uuid7(), Head()).append(a_note())
    assert fatal == [defect]


async def test_the_ledger_stays_whole_when_every_second_batch_fails(
    open_journal: OpenJournal, engine: Engine
) -> None:
    batches = [0]

    def step(name: str) -> None:
        batches[0] += name == "begin"
        if name == "insert" and batches[0] % 2 == 0:
            raise sqlite_error("database or disk is full", sqlite3.SQLITE_FULL)

    journal = open_journal(WatchedStore(engine, step))
    appender = journal.open(drawing_log, drawing := uuid7(), Head())
    stored = []
    for _ in range(10):
        units = [a_purchase(uuid7(), Head()) for _ in range(10)]
        outcomes = await asyncio.gather(*[appender.append(unit) for unit in units], return_exceptions=True)
        stored += [
            u.unit_id for u, outcome in zip(units, outcomes, strict=True) if isinstance(outcome, Committed)
        ]
    assert units_of(engine, drawing_log, drawing) == stored
    assert len(stored) == 50
    with engine.connect() as connection:
        assert len(connection.execute(ledger.select()).all()) == 50
    assert_lawful(engine)

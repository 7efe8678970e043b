"""The database fails: nothing acknowledged is lost, nothing unacknowledged returns unseen."""

import asyncio

import pytest
from sqlalchemy import Engine

from fittrack.db.journal import Committed, Head, NotStored, UnitRefused
from fittrack.db.tables.logs import drawing_log, ledger, user_log
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import OutcomeUnknown
from tests.fittrack.db.conftest import OpenJournal
from tests.fittrack.db.faults import Failure, fail_once, watched_store
from tests.fittrack.db.journal_world import a_note, a_purchase, an_earning, assert_lawful, units_of


@pytest.mark.parametrize("after", range(6), ids=lambda after: f"statement {after + 1}")
async def test_a_constraint_violated_amid_a_batch_fails_no_other_unit(
    open_journal: OpenJournal, engine: Engine, after: int
) -> None:
    """A violation that comes from nowhere and goes: the batch is written again, and all of it stands."""
    violation = fail_once("insert", Failure.VIOLATED.error(), after=after)
    journal = open_journal(watched_store(engine, violation))
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
    "failure", [Failure.FULL, Failure.UNREADABLE, Failure.LOCKED], ids=lambda failure: failure.name.lower()
)
async def test_a_database_that_cannot_go_on_fails_the_batch_and_serves_the_next(
    open_journal: OpenJournal, engine: Engine, step: str, failure: Failure
) -> None:
    journal = open_journal(watched_store(engine, fail_once(step, failure.error())))
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


async def test_a_failed_commit_keeps_the_verdict_on_units_that_were_refused(
    open_journal: OpenJournal, engine: Engine
) -> None:
    journal = open_journal(watched_store(engine, fail_once("commit", Failure.UNREADABLE.error())))
    player = uuid7()
    refused = journal.open(user_log, player, Head()).append(an_earning(player, 1, -5, -5))
    doubtful = journal.open(user_log, uuid7(), Head()).append(a_note())
    with pytest.raises(UnitRefused):
        await refused
    with pytest.raises(OutcomeUnknown):
        await doubtful


async def test_a_defect_of_the_writer_leaves_nobody_without_an_answer(
    open_journal: OpenJournal, engine: Engine, fatal: list[BaseException]
) -> None:
    defect = RuntimeError("rollback is broken")

    def step(name: str) -> None:
        if name == "insert":
            raise Failure.UNREADABLE.error()
        if name == "rollback":
            raise defect

    store = watched_store(engine, step)
    with pytest.raises(OutcomeUnknown):
        await open_journal(store).open(user_log, uuid7(), Head()).append(a_note())
    assert fatal == [defect]
    store.close()  # a server would have ended, and its connection with it


async def test_the_ledger_stays_whole_when_every_second_batch_fails(
    open_journal: OpenJournal, engine: Engine
) -> None:
    batches = [0]

    def step(name: str) -> None:
        batches[0] += name == "begin"
        if name == "insert" and batches[0] % 2 == 0:
            raise Failure.FULL.error()

    journal = open_journal(watched_store(engine, step))
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

"""Jobs: what belongs to no actor's log, written in the journal's transactions."""

import asyncio
import itertools
from pickle import PicklingError
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, event, func, insert, select
from sqlalchemy.exc import IntegrityError

from fittrack.db.journal import Committed, Head, Journal, JournalStopped, NotStored
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.writer_thread import WriterThread
from fittrack.db.row_queries import insert_unless_there
from fittrack.db.tables.logs import effect_receipts, effects, user_log
from fittrack.kit.clock import VirtualClock
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import Conflict
from tests.fittrack.db.conftest import OpenJournal
from tests.fittrack.db.faults import Failure, fail_once, watched_store
from tests.fittrack.db.journal_world import NOON, a_note, reading


def put(connection: Connection, subject_id: UUID, kind: str = "refund") -> str:
    row = {
        "kind": kind,
        "subject_id": subject_id,
        "user_id": subject_id,
        "payload": b"{}",
        "created_at": NOON,
    }
    connection.execute(insert(effects).values(row))
    return "put"


def put_and_return_a_lambda(connection: Connection) -> object:
    put(connection, uuid7())
    return lambda: None


def refuse(connection: Connection) -> None:
    put(connection, uuid7())
    raise Conflict("taken")


def break_off(connection: Connection) -> None:
    put(connection, uuid7())
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.rollback()
    raise Conflict("and its transaction is gone")


DEEPEST = 2
"""A job's, and the one within it."""

_turns = itertools.count()


def take_turn(_connection: Connection) -> int:
    return next(_turns)


def units_of_player(connection: Connection, player: UUID) -> int | None:
    return connection.scalar(select(func.count()).where(user_log.c.user_id == player))


def stored(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(effects)) or 0


async def test_a_job_returns_what_it_made_once_it_is_durable(journal: Journal, engine: Engine) -> None:
    assert await journal.transact(put, uuid7()) == "put"
    assert stored(engine) == 1


async def test_a_job_that_raises_leaves_nothing_and_harms_nobody(journal: Journal, engine: Engine) -> None:
    refused, done, unit = await asyncio.gather(
        journal.transact(refuse),
        journal.transact(put, uuid7()),
        journal.open(user_log, uuid7(), Head()).append(a_note()),
        return_exceptions=True,
    )
    assert isinstance(refused, Conflict)
    assert (done, unit) == ("put", Committed(1))
    assert stored(engine) == 1


async def test_what_cannot_travel_is_its_callers_fault_and_leaves_nothing(
    journal: Journal, engine: Engine
) -> None:
    with pytest.raises((AttributeError, PicklingError)):
        await journal.transact(lambda connection: put(connection, uuid7()))
    done, unreadable = await asyncio.gather(
        journal.transact(put, uuid7()), journal.transact(put_and_return_a_lambda), return_exceptions=True
    )
    assert done == "put"
    assert isinstance(unreadable, AttributeError | PicklingError)
    assert stored(engine) == 1


async def test_a_violated_constraint_comes_out_as_it_is(journal: Journal, engine: Engine) -> None:
    subject = uuid7()
    outcomes = await asyncio.gather(
        journal.transact(put, subject), journal.transact(put, subject), return_exceptions=True
    )
    assert outcomes[0] == "put"
    assert isinstance(outcomes[1], IntegrityError)
    assert stored(engine) == 1


async def test_a_job_sees_the_units_that_share_its_transaction(journal: Journal) -> None:
    player = uuid7()
    outcome, seen = await asyncio.gather(
        journal.open(user_log, player, Head()).append(a_note()), journal.transact(units_of_player, player)
    )
    assert (outcome, seen) == (Committed(1), 1)


async def test_more_jobs_than_one_transaction_takes_are_all_done_beside_the_appends(
    journal: Journal, engine: Engine
) -> None:
    appender = journal.open(user_log, uuid7(), Head())
    jobs = [journal.transact(put, uuid7()) for _ in range(300)]
    units = [appender.append(a_note()) for _ in range(300)]
    await asyncio.gather(*jobs, *units)
    assert stored(engine) == 300
    assert journal.metrics.batches > 1


async def test_a_job_that_ends_the_transaction_takes_the_batch_with_it_and_all_are_told(
    open_journal: OpenJournal, engine: Engine
) -> None:
    journal = open_journal()
    outcomes = await asyncio.gather(
        journal.open(user_log, uuid7(), Head()).append(a_note()),
        journal.transact(break_off),
        journal.transact(put, uuid7()),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [NotStored] * 3
    assert stored(engine) == 0
    assert await journal.transact(put, uuid7()) == "put"


SAVEPOINTS = ("SAVEPOINT", "ROLLBACK TO", "RELEASE")


def put_unless_there(connection: Connection, subject_id: UUID) -> bool:
    row = {"kind": "refund", "subject_id": subject_id, "user_id": subject_id, "applied_at": NOON}
    return insert_unless_there(connection, effect_receipts, row)


async def test_savepoints_of_many_jobs_are_few_texts(open_journal: OpenJournal, engine: Engine) -> None:
    journal, texts = open_journal(), set[str]()

    @event.listens_for(engine, "before_cursor_execute")
    def _note(_conn: object, _cursor: object, sql: str, *_more: object) -> None:
        texts.update([sql] if sql.startswith(SAVEPOINTS) else ())

    players = [uuid7() for _ in range(20)]
    put_first = [await journal.transact(put_unless_there, player) for player in players]
    put_again = [await journal.transact(put_unless_there, player) for player in players]
    refused = await asyncio.gather(*[journal.transact(refuse) for _ in players], return_exceptions=True)
    assert (put_first, put_again) == ([True] * len(players), [False] * len(players))
    assert [type(outcome) for outcome in refused] == [Conflict] * len(players)
    assert stored(engine) == 0
    kinds = len(SAVEPOINTS) if engine.dialect.name == "sqlite" else len(SAVEPOINTS) - 1
    assert len(texts) == DEEPEST * kinds


class SteppingClock(VirtualClock):
    """Each look at it takes 15 ms: two jobs fit into what a transaction has for them."""

    def monotonic(self) -> float:
        self._move_to(super().monotonic() + 0.015)
        return super().monotonic()


async def test_jobs_that_find_no_time_are_the_first_of_the_next_transaction(engine: Engine) -> None:
    clock = SteppingClock(NOON)
    journal = Journal(WriterThread(open_store(engine), clock), clock, on_fatal=_unexpected)
    turns = await asyncio.gather(*[journal.transact(take_turn) for _ in range(10)])
    assert turns == list(range(turns[0], turns[0] + 10))
    assert journal.metrics.batches == 5
    await journal.stop()


def _unexpected(error: BaseException) -> None:
    raise AssertionError("nothing here is fatal") from error


async def test_a_full_database_fails_jobs_and_units_alike(open_journal: OpenJournal, engine: Engine) -> None:
    journal = open_journal(watched_store(engine, fail_once("begin", Failure.LOCKED.error())))
    with pytest.raises(NotStored):
        await journal.transact(put, uuid7())
    assert await journal.transact(put, uuid7()) == "put"


async def test_a_stopped_journal_takes_no_job(journal: Journal) -> None:
    await journal.stop()
    with pytest.raises(JournalStopped):
        await journal.transact(put, uuid7())

"""Lost connections: what was not committed is written again, what may have been is read in the log."""

import asyncio

import pytest
from sqlalchemy import Connection, Engine, insert, select, text

from fittrack.db.engine import Access, make_engine
from fittrack.db.journal import VOID, Committed, Dead, Head, Journal, NotStored, Unit
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.writer_thread import WriterThread
from fittrack.db.reads import Reads
from fittrack.db.tables.logs import user_log
from fittrack.kit.clock import VirtualClock
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import Busy, OutcomeUnknown
from tests.fittrack.db.journal_world import NOON, a_note, assert_lawful, units_of
from tests.fittrack.db.test_reads import count
from tests.oracle_net.conftest import BRIEF_MS, Place, a_schema, unexpected
from tests.oracle_net.process import running_server


async def test_a_connection_that_was_lost_before_the_commit_is_not_noticed(
    journal: Journal, place: Place, engine: Engine
) -> None:
    appender = journal.open(user_log, player := uuid7(), Head())
    units = [a_note() for _ in range(3)]
    assert await appender.append(units[0]) == Committed(1)
    place.arrange("change", "cut")
    assert await appender.append(units[1]) == Committed(2)
    assert await appender.append(units[2]) == Committed(3)
    assert units_of(engine, user_log, player) == [unit.unit_id for unit in units]
    assert_lawful(engine)


async def test_what_was_written_before_the_connection_was_lost_is_not_written_twice(
    journal: Journal, place: Place, engine: Engine
) -> None:
    """Half of a batch was written: with the connection its transaction ends."""
    statement = user_log.update().where(user_log.c.kind == "none").values(kind="none")
    units = [Unit(uuid7(), "note", NOON, statements=[statement]) for _ in range(4)]
    place.arrange("change", "cut", after=5)
    appender = journal.open(user_log, player := uuid7(), Head())
    outcomes = await asyncio.gather(*[appender.append(unit) for unit in units])
    assert outcomes == [Committed(rev) for rev in range(1, 5)]
    assert units_of(engine, user_log, player) == [unit.unit_id for unit in units]


async def test_a_connection_that_is_lost_twice_stores_nothing_and_says_so(
    journal: Journal, place: Place, engine: Engine
) -> None:
    place.arrange("change", "cut")
    place.arrange("change", "cut")
    with pytest.raises(NotStored):
        await journal.open(user_log, player := uuid7(), Head()).append(a_note())
    assert units_of(engine, user_log, player) == []
    assert await journal.open(user_log, player, Head()).append(a_note()) == Committed(1)


@pytest.mark.parametrize("fault", ["cut", "cut after"], ids=["before it happened", "after it happened"])
async def test_a_commit_without_an_answer_is_resolved_by_reading_the_log(
    journal: Journal, place: Place, engine: Engine, fault: str
) -> None:
    happened = fault == "cut after"
    place.arrange("commit", fault)
    appender = journal.open(user_log, player := uuid7(), Head())
    with pytest.raises(OutcomeUnknown):
        await appender.append(unit := a_note())
    assert await appender.resolve(unit.unit_id) == (Committed(1) if happened else Dead(1))
    assert await appender.append(a_note()) == Committed(2)
    assert (unit.unit_id in units_of(engine, user_log, player)) is happened
    with engine.connect() as connection:
        first = connection.execute(select(user_log.c.kind).where(user_log.c.rev == 1)).scalar()
    assert first == ("note" if happened else VOID)
    assert_lawful(engine)


@pytest.mark.parametrize("fault", ["cut", "cut after"])
async def test_an_author_that_loads_anew_finds_what_became_of_a_lost_commit(
    journal: Journal, place: Place, engine: Engine, fault: str
) -> None:
    place.arrange("commit", fault)
    with pytest.raises(OutcomeUnknown):
        await journal.open(user_log, player := uuid7(), Head()).append(a_note())
    seen = units_of(engine, user_log, player)
    assert len(seen) == (fault == "cut after")
    reloaded = journal.open(user_log, player, Head(len(seen), seen[-1] if seen else None))
    assert await reloaded.append(a_note()) == Committed(len(seen) + 1)


async def test_a_call_that_takes_too_long_is_broken_off_and_nothing_is_stored(place: Place) -> None:
    engine = make_engine(place.with_(oracle_call_timeout_ms=BRIEF_MS))
    user_log.metadata.create_all(engine)
    clock = VirtualClock(NOON)
    journal = Journal(WriterThread(open_store(engine), clock), clock, on_fatal=unexpected)
    place.arrange("change", "stall")
    with pytest.raises(NotStored):
        await journal.open(user_log, player := uuid7(), Head()).append(a_note())
    assert units_of(engine, user_log, player) == []
    assert await journal.open(user_log, player, Head()).append(a_note()) == Committed(1)
    await journal.stop()
    engine.dispose()


async def test_a_commit_that_takes_too_long_has_an_unknown_outcome(place: Place) -> None:
    engine = make_engine(place.with_(oracle_call_timeout_ms=BRIEF_MS))
    user_log.metadata.create_all(engine)
    clock = VirtualClock(NOON)
    journal = Journal(WriterThread(open_store(engine), clock), clock, on_fatal=unexpected)
    place.arrange("commit", "stall")
    appender = journal.open(user_log, uuid7(), Head())
    with pytest.raises(OutcomeUnknown):
        await appender.append(unit := a_note())
    assert await appender.resolve(unit.unit_id) == Dead(1)
    await journal.stop()
    engine.dispose()


async def test_rows_of_a_session_that_its_server_does_not_miss_hold_nobody_longer_than_a_call(
    place: Place, engine: Engine
) -> None:
    """The network was cut within a transaction: its rows are held until the server looks for its client."""
    clock, player = VirtualClock(NOON), uuid7()
    brief = make_engine(place.with_(oracle_call_timeout_ms=BRIEF_MS))
    journal = Journal(WriterThread(open_store(brief), clock), clock, on_fatal=unexpected)
    place.arrange("commit", "cut")
    appender = journal.open(user_log, player, Head())
    with pytest.raises(OutcomeUnknown):
        await appender.append(lost := a_note())
    with engine.connect() as not_missed:
        not_missed.execute(
            insert(user_log).values(user_id=player, rev=1, unit_id=lost.unit_id, kind="note", created_at=NOON)
        )
        with pytest.raises(NotStored):
            await appender.resolve(lost.unit_id)
        with pytest.raises(NotStored):
            await journal.open(user_log, player, Head()).append(a_note())
    assert await appender.resolve(lost.unit_id) == Dead(1)
    assert await appender.append(a_note()) == Committed(2)
    assert_lawful(engine)
    await journal.stop()
    brief.dispose()


async def test_a_query_whose_connection_was_lost_is_asked_again(reads: Reads, place: Place) -> None:
    assert await reads.run(count) == 0
    place.arrange("query", "cut")
    assert await reads.run(count) == 0


async def test_a_query_that_loses_its_connection_twice_is_busy(reads: Reads, place: Place) -> None:
    place.arrange("query", "cut")
    place.arrange("query", "cut")
    with pytest.raises(Busy):
        await reads.run(count)
    assert await reads.run(count) == 0


async def test_a_query_that_takes_too_long_is_busy_and_the_next_one_is_answered(
    place: Place, engine: Engine
) -> None:
    reads = Reads(make_engine(place.with_(oracle_call_timeout_ms=BRIEF_MS), Access.READ), threads=1)
    place.arrange("query", "stall")
    with pytest.raises(Busy):
        await reads.run(count)
    assert await reads.run(count) == 0
    await reads.stop()


async def test_a_server_that_starts_again_is_found_again() -> None:
    with running_server() as server:
        settings = a_schema(server)
        reads = Reads(make_engine(settings, Access.READ), threads=1)
        assert await reads.run(_one) == 1
    with pytest.raises(Busy):
        await reads.run(_one)
    with running_server("--port", str(server.port)) as again:
        a_schema(again, settings.oracle_user)
        assert await reads.run(_one) == 1
        await reads.stop()


def _one(connection: Connection) -> int:
    return int(connection.scalar(text("SELECT 1 AS one FROM dual")) or 0)

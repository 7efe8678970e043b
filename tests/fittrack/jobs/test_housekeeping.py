"""What is done each hour: piece by piece, from where it was left, each part whatever becomes of others."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest
from sqlalchemy import Table, func, select, text

from fittrack.activities.commands import LogActivities
from fittrack.db.handles import Connection, Engine
from fittrack.db.journal import Head, Unit
from fittrack.db.log_queries import KEY_LIFETIME
from fittrack.db.reads import READS_WAITING_MAX
from fittrack.db.tables.logs import drawing_log, user_log
from fittrack.db.tables.operations import retention_marks
from fittrack.drawings.commands import OpenDrawing
from fittrack.jobs.every import do_job
from fittrack.jobs.housekeeping import HouseNotKept
from fittrack.jobs.record import JobRecord
from fittrack.kit.ids import UserId, made_at, uuid7, uuid7_of
from fittrack.privacy.retention.queries import KEYS, ROWS_PER_TRANSACTION, erased_before, mark_erased
from tests.actors.house import House, a_house, hard_day

A_BIT: Final = timedelta(minutes=1)

REFUSE: Final = (
    "CREATE TRIGGER refuse BEFORE UPDATE OF idem_key ON user_log BEGIN SELECT RAISE(ABORT, 'no'); END"
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as built:
        yield built


@pytest.fixture
def engine(house: House) -> Engine:
    return house.node.storage.write_engine


def keyed(engine: Engine, log: Table) -> int:
    """Units of a log that have a key, or an answer."""
    with engine.connect() as conn:
        found = select(func.count()).where(log.c.idem_key.is_not(None) | log.c.answer.is_not(None))
        return conn.execute(found.select_from(log)).scalar_one()


async def a_long_log(house: House, units: int, *, ids_of: datetime | None = None) -> UserId:
    """A log with so many units that have keys, by ids of that instant; None: of now."""
    owner = UserId(uuid7())
    appender = house.node.journal.open(user_log, owner, Head())
    now = house.clock.now()
    written = [
        appender.append(
            Unit(
                uuid7_of(ids_of or now),
                "sign_in",
                now,
                idem_key=uuid4(),
                request_hash=bytes(16),
                answer=b"{}",
            )
        )
        for _ in range(units)
    ]
    for each in written:
        await each
    return owner


async def test_keys_of_a_long_log_are_forgotten_after_7_days_and_no_row_of_it_goes(
    house: House, engine: Engine
) -> None:
    units = 2 * ROWS_PER_TRANSACTION + 1
    await a_long_log(house, units)
    await house.leap(seconds=KEY_LIFETIME.total_seconds())
    await house.node.jobs.keep_house()
    assert keyed(engine, user_log) == units
    await a_long_log(house, 1)
    await house.leap(seconds=1)
    await house.node.jobs.keep_house()
    assert keyed(engine, user_log) == 1, "the youngest has not lived for so long"
    with engine.connect() as conn:
        assert conn.execute(select(func.count()).select_from(user_log)).scalar_one() == units + 1


async def test_keys_of_drawings_are_forgotten_too(house: House, engine: Engine) -> None:
    drawing_id = await house.drawing(opened=False)
    await house.run(drawing_id, OpenDrawing(), uuid4())
    assert keyed(engine, drawing_log) > 0
    await house.leap(seconds=(KEY_LIFETIME + A_BIT).total_seconds())
    await house.node.jobs.keep_house()
    with engine.connect() as conn:
        found = select(func.count()).where(drawing_log.c.idem_key.is_not(None))
        assert conn.execute(found.select_from(drawing_log)).scalar_one() == 0


async def test_who_goes_on_reads_no_more_than_the_day_it_had_come_to(house: House, engine: Engine) -> None:
    await a_long_log(house, 3)
    await house.leap(seconds=(KEY_LIFETIME + A_BIT).total_seconds())
    await house.node.jobs.keep_house()
    with engine.connect() as conn:
        last = conn.execute(select(func.max(user_log.c.unit_id))).scalar_one()
        mark = select(retention_marks.c.erased_before).where(retention_marks.c.subject == "keys of players")
        assert conn.execute(mark).scalar_one() == made_at(last).date()


async def test_ids_of_a_clock_that_was_ahead_keep_no_later_keys_from_being_forgotten(
    house: House, engine: Engine
) -> None:
    ahead = house.clock.now() + timedelta(days=3_000)
    await a_long_log(house, 1, ids_of=ahead)
    await house.leap(seconds=(KEY_LIFETIME + A_BIT).total_seconds())
    await house.node.jobs.keep_house()
    assert keyed(engine, user_log) == 0
    await assert_later_keys_are_forgotten(house, engine)


async def test_who_finds_a_mark_that_lies_ahead_begins_anew(house: House, engine: Engine) -> None:
    ahead = (house.clock.now() + timedelta(days=3_000)).date()
    await house.node.journal.transact(mark_erased, KEYS, ahead, house.clock.now())
    await assert_later_keys_are_forgotten(house, engine)
    mark = await house.node.reads.run(erased_before, KEYS)
    assert mark == (house.clock.now() - KEY_LIFETIME).date()


async def assert_later_keys_are_forgotten(house: House, engine: Engine) -> None:
    await a_long_log(house, 1)
    await house.leap(seconds=(KEY_LIFETIME + A_BIT).total_seconds())
    await house.node.jobs.keep_house()
    assert keyed(engine, user_log) == 0


async def test_a_part_that_fails_keeps_no_other_from_its_work_and_is_a_failure(
    house: House, engine: Engine
) -> None:
    player = await house.player()
    await house.do(player, LogActivities([hard_day(house.clock, 3)]), uuid4())
    await house.leap(days=800)
    with engine.begin() as conn:
        conn.execute(text(REFUSE))
    with pytest.raises(HouseNotKept, match="keys of players"):
        await house.node.jobs.keep_house()
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM activities")).scalar_one() == 0
    record = JobRecord()
    await do_job("housekeeping", house.node.jobs.keep_house, house.clock, record)
    assert record.rounds == {("housekeeping", "failed"): 1}
    with engine.begin() as conn:
        conn.execute(text("DROP TRIGGER refuse"))
    await house.node.jobs.keep_house()
    assert keyed(engine, user_log) == 0


async def test_a_part_that_the_database_does_not_answer_is_put_off_and_is_no_failure(
    house: House, engine: Engine
) -> None:
    await a_long_log(house, 3)
    await house.leap(seconds=(KEY_LIFETIME + A_BIT).total_seconds())
    may_end, reads = threading.Event(), house.node.reads
    others = [asyncio.ensure_future(reads.run(partial(_wait, may_end))) for _ in range(READS_WAITING_MAX)]
    await asyncio.sleep(0)
    record = JobRecord()
    try:
        await do_job("housekeeping", house.node.jobs.keep_house, house.clock, record)
    finally:
        may_end.set()
    await asyncio.gather(*others)
    assert record.rounds == {("housekeeping", "postponed"): 1}
    assert keyed(engine, user_log) == 3
    await house.node.jobs.keep_house()
    assert keyed(engine, user_log) == 0


def _wait(may_end: threading.Event, _conn: Connection) -> None:
    may_end.wait()


async def test_without_a_journal_the_round_ends_and_is_no_failure(house: House) -> None:
    await house.node.journal.stop()
    record = JobRecord()
    await do_job("housekeeping", house.node.jobs.keep_house, house.clock, record)
    assert record.rounds == {("housekeeping", "postponed"): 1}

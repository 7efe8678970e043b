"""Many units in one transaction mean what the same units mean one after the other."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Row, delete, update

from fittrack.db.journal import Appender, Committed, Head, Journal, Unit
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.writer_thread import WriterThread
from fittrack.db.tables.logs import drawing_log, effects, ledger, user_log
from fittrack.kit.clock import VirtualClock
from fittrack.kit.ids import uuid7
from tests import databases
from tests.fittrack.db.journal_world import (
    NOON,
    WHOLE_TURNS,
    a_database,
    a_ledger_row,
    a_note,
    a_purchase,
    an_earning,
    an_effect,
    assert_lawful,
    reading,
)

LOGS = [(user_log, uuid7()), (user_log, uuid7()), (drawing_log, uuid7())]
SUBJECTS = [uuid7(), uuid7()]


@st.composite
def appends(draw: st.DrawFn) -> tuple[int, Unit]:
    """A unit for one of the logs: harmless, in conflict with others, or wrong."""
    log = draw(st.sampled_from([0, 1, 2, 2, 2]))
    subject, payload = draw(st.sampled_from(SUBJECTS)), draw(st.sampled_from([b"1", b"2"]))
    player = LOGS[0][1]
    units = {
        "note": a_note(),
        "earning, of which one player can have one": an_earning(player, 1),
        "overdraft": Unit(uuid7(), "note", NOON, inserts=[(ledger, a_ledger_row(player, 9, -5, -5))]),
        "wrong value": Unit(uuid7(), "note", NOON, inserts=[(effects, an_effect("none", b""))]),  # type: ignore[arg-type]
        "wrong width": Unit(uuid7(), "note", NOON, inserts=[(effects, (1,))]),
        "insert": Unit(uuid7(), "note", NOON, inserts=[(effects, an_effect(subject, payload))]),
        "upsert": Unit(uuid7(), "note", NOON, upserts=[(effects, an_effect(subject, payload))]),
        "update": Unit(uuid7(), "note", NOON, statements=[update(effects).values(payload=payload)]),
        "delete": Unit(
            uuid7(), "note", NOON, statements=[delete(effects).where(effects.c.subject_id == subject)]
        ),
    }
    if log == 2:
        units["purchase"] = a_purchase(uuid7(), Head())
        units["stale purchase"] = a_purchase(uuid7(), Head(4, uuid7()))
    return log, units[draw(st.sampled_from(sorted(units)))]


async def outcomes_of(engine: Engine, work: list[tuple[int, Unit]], *, together: bool) -> list[object]:
    clock = VirtualClock(NOON)
    journal = Journal(
        WriterThread(open_store(engine), clock), clock, on_fatal=_unexpected, begin_with=WHOLE_TURNS
    )
    appenders: list[Appender] = [journal.open(log, key, Head()) for log, key in LOGS]
    futures: list[asyncio.Future[Committed]] = []
    for log, unit in work:
        futures.append(appenders[log].append(unit))
        if not together:
            await asyncio.wait(futures[-1:])
    outcomes = await asyncio.gather(*futures, return_exceptions=True)
    await journal.stop()
    return [outcome if isinstance(outcome, Committed) else repr(outcome) for outcome in outcomes]


def _unexpected(error: BaseException) -> None:
    raise AssertionError("nothing here is fatal") from error


def contents(engine: Engine) -> list[list[Row[tuple[object, ...]]]]:
    with reading(engine) as connection:
        tables = (user_log, drawing_log, ledger, effects)
        return [
            list(connection.execute(table.select().order_by(*table.primary_key.columns)).all())
            for table in tables
        ]


@given(work=st.lists(appends(), min_size=1, max_size=30))
@settings(max_examples=8 if databases.ORACLE else 40)
@pytest.mark.timeout(300)
def test_units_written_together_end_as_units_written_in_turn(work: list[tuple[int, Unit]]) -> None:
    with tempfile.TemporaryDirectory() as batched, tempfile.TemporaryDirectory() as in_turn:
        one, many = a_database(Path(in_turn)), a_database(Path(batched))
        expected = asyncio.run(outcomes_of(one, work, together=False))
        assert asyncio.run(outcomes_of(many, work, together=True)) == expected
        assert contents(many) == contents(one)
        assert_lawful(many)
        one.dispose()
        many.dispose()

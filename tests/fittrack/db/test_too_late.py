"""A writer that stood still writes nothing of what others have long taken to be lost."""

import pytest
from sqlalchemy import Engine

from fittrack.db.journal import COMMITTED_WITHIN_S, Committed, Head, Journal, NotStored
from fittrack.db.journal.load import BEGUN_WITHIN_S
from fittrack.db.journal.writer_thread import WriterThread
from fittrack.db.tables.logs import drawing_log
from fittrack.kit.clock import VirtualClock, boottime
from fittrack.kit.ids import uuid7
from tests.fittrack.db.faults import watched_store
from tests.fittrack.db.journal_world import NOON, WHOLE_TURNS, a_note, assert_lawful, units_of
from tests.fittrack.db.test_transact import put, stored


class Sleepy:
    """The machine's clock, of a writer that stands still for `seconds` before a step."""

    def __init__(self) -> None:
        self.sleeps: dict[str, float] = {}
        self._slept = 0.0

    def __call__(self) -> float:
        return boottime() + self._slept

    def step(self, name: str) -> None:
        self._slept += self.sleeps.pop(name, 0.0)

    def wake(self) -> None:
        """From now on it is on time."""
        self._slept = 0.0


@pytest.mark.parametrize(
    ("step", "seconds"),
    [("before it", BEGUN_WITHIN_S), ("insert", COMMITTED_WITHIN_S)],
    ids=["wait", "write"],
)
async def test_units_that_come_too_late_are_not_stored_and_the_jobs_beside_them_are(
    engine: Engine, step: str, seconds: float
) -> None:
    clock, sleepy = VirtualClock(NOON), Sleepy()
    writer = WriterThread(watched_store(engine, sleepy.step), clock, sleepy)
    journal = Journal(writer, clock, on_fatal=_unexpected, begin_with=WHOLE_TURNS)
    appender = journal.open(drawing_log, drawing := uuid7(), Head())
    late = [appender.append(a_note()) for _ in range(3)]
    job = journal.transact(put, uuid7())
    sleepy.sleeps[step] = seconds
    sleepy.step("before it")
    for unit in late:
        with pytest.raises(NotStored):
            await unit
    assert await job == "put"
    assert stored(engine) == 1
    assert appender.head == Head()
    sleepy.wake()
    assert await appender.append(a_note()) == Committed(1)
    await journal.stop()
    assert len(units_of(engine, drawing_log, drawing)) == 1
    assert_lawful(engine)


def _unexpected(error: BaseException) -> None:
    raise AssertionError("nothing here is fatal") from error

"""A database of its own for each test, and journals that are stopped after it."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from fittrack.db.journal import Journal
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.store import Store
from fittrack.db.journal.writer_process import Setup, WriterProcess
from fittrack.db.journal.writer_thread import WriterThread
from fittrack.kit.clock import VirtualClock
from tests.fittrack.db.journal_world import NOON, WHOLE_TURNS, a_database, settings_of

OpenJournal = Callable[..., Journal]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = a_database(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def fatal() -> list[BaseException]:
    """What journals reported as the end of their process."""
    return []


@pytest.fixture
async def open_journal(engine: Engine, fatal: list[BaseException]) -> AsyncIterator[OpenJournal]:
    """Makes journals on the test's database; stops them all."""
    opened: list[Journal] = []

    def open_one(store: Store | None = None) -> Journal:
        clock = VirtualClock(NOON)
        journal = Journal(
            WriterThread(store or open_store(engine), clock),
            clock,
            on_fatal=fatal.append,
            begin_with=WHOLE_TURNS,
        )
        opened.append(journal)
        return journal

    yield open_one
    for journal in opened:
        await journal.stop()


@pytest.fixture(params=["thread", "process"])
async def journal(
    request: pytest.FixtureRequest, engine: Engine, tmp_path: Path, open_journal: OpenJournal
) -> AsyncIterator[Journal]:
    """A journal with each of its two hosts."""
    if request.param == "thread":
        yield open_journal()
        return
    assert engine.dialect.name, "the tables are there"
    setup = Setup(database=settings_of(tmp_path), log_level="WARNING")
    journal = Journal(WriterProcess(setup), VirtualClock(NOON), on_fatal=_unexpected, begin_with=WHOLE_TURNS)
    yield journal
    await journal.stop()


def _unexpected(error: BaseException) -> None:
    raise AssertionError("nothing here is fatal") from error

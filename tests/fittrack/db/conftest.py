"""A database of its own for each test, and journals that are stopped after it."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from fittrack.db.journal import Journal
from fittrack.db.journal.store import Store
from fittrack.kit.clock import VirtualClock
from tests.fittrack.db.journal_world import NOON, a_database

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
        journal = Journal(engine, VirtualClock(NOON), on_fatal=fatal.append, store=store)
        opened.append(journal)
        return journal

    yield open_one
    for journal in opened:
        await journal.stop()


@pytest.fixture
async def journal(open_journal: OpenJournal) -> Journal:
    return open_journal()

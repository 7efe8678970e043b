"""A database with an audit log, for tests of the log itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.fittrack.audit.logbook import logbook


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = logbook(tmp_path)
    yield engine
    engine.dispose()

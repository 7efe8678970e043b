"""A copy of the lived-in database for each test."""

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.fittrack.check.lived import live


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(live(tmp_path_factory.mktemp("lived")))


@pytest.fixture
def database(template: Path, tmp_path: Path) -> Path:
    """A file of the test's own."""
    return Path(shutil.copy(template, tmp_path / "fittrack.db"))

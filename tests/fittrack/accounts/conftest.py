"""A house for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fittrack.accounts.house import House, build, tear_down


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    built = await build(tmp_path)
    yield built
    await tear_down(built)

"""A node behind its REST API, for boards."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.rest_house import RestHouse, a_rest_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[RestHouse]:
    async with a_rest_house(tmp_path) as built:
        yield built

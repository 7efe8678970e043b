"""A node's actors, for tests of the product's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.actors.house import House, a_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as built:
        yield built

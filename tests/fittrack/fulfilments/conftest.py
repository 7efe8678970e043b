"""A node on a virtual clock, with an admin who looks after prizes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.actors.house import House, a_house
from tests.door import an_admin, opened
from tests.fittrack.fulfilments.office import Office


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as built:
        yield built


@pytest.fixture
async def office(house: House) -> AsyncIterator[Office]:
    async with opened(house.node) as client:
        admin = await an_admin(house, client)
        await admin.set_up()
        yield Office(house, admin)

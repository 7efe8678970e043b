"""A node on a virtual clock, and an admin at its door."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.actors.house import House, a_house
from tests.door import Door, an_admin, opened


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as built:
        yield built


@pytest.fixture
async def admin(house: House) -> AsyncIterator[Door]:
    """An admin without a second factor."""
    async with opened(house.node) as client:
        yield await an_admin(house, client)


@pytest.fixture
async def checked(admin: Door) -> Door:
    """An admin who has just set up a second factor."""
    await admin.set_up()
    return admin

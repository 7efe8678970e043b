"""A node on a virtual clock, and an admin's desk."""

from collections.abc import AsyncIterator

import pytest

from tests.actors.house import House
from tests.door import opened
from tests.fittrack.analytics.desk import Desk, a_desk
from tests.fittrack.mfa.conftest import house

__all__ = ["desk", "house"]


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    async with opened(house.node) as client:
        yield await a_desk(house, client)

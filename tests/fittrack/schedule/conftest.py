"""A node whose clock leaps over days, and an admin at its door."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fittrack.demo.clock import LeapingClock
from tests.actors.house import House, a_house
from tests.fittrack.mfa.conftest import admin

__all__ = ["admin"]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path, clock_type=LeapingClock) as built:
        yield built

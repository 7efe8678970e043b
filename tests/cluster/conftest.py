"""What tests of the whole product share."""

from pathlib import Path

import pytest

from tests.stage import Stage, set_up


@pytest.fixture
async def stage(tmp_path: Path) -> Stage:
    """A world of its own for the test."""
    return await set_up(tmp_path)

"""The whole demo world, made once, late on a New Year's Eve."""

import asyncio
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fittrack.config import Settings
from fittrack.demo.world import World
from tests.world import migrated, no_fatal, settings_for

TOGETHER = pytest.mark.xdist_group("demo world")
"""For those who look at it: it is made by one process alone."""

LATE_ON_NEW_YEARS_EVE = datetime(2027, 1, 1, 3, 30, 0, 500_000, tzinfo=UTC)
"""22:30 in New York: the annual drawing has just taken place, and so has the monthly one."""


@dataclass(frozen=True, slots=True)
class DemoWorld:
    """A copy of the demo world in a folder of the test's own."""

    folder: Path
    settings: Settings
    now: datetime
    steps: list[tuple[int, int]]


class _Template:
    folder: Path
    steps: list[tuple[int, int]]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> _Template:
    made = _Template()
    made.folder, made.steps = tmp_path_factory.mktemp("demo"), []

    async def live() -> None:
        world = World(migrated(settings_for(made.folder)), LATE_ON_NEW_YEARS_EVE, no_fatal)
        await world.live(lambda done, total: made.steps.append((done, total)))

    asyncio.run(live())
    return made


@pytest.fixture
def demo(template: _Template, tmp_path: Path) -> DemoWorld:
    shutil.copy(template.folder / "fittrack.db", tmp_path)
    return DemoWorld(tmp_path, settings_for(tmp_path), LATE_ON_NEW_YEARS_EVE, template.steps)

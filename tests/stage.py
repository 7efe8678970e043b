"""A world for tests with a real server: made once through the product, then copied for each test."""

import asyncio
import atexit
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from fittrack.config import Settings
from fittrack.db.engine import Access, make_engine
from fittrack.db.handles import Engine
from fittrack.kit.clock import SystemClock
from tests import databases
from tests.server import PATIENCE_S
from tests.world import DAYS_BACK_MAX, POINTS_A_DAY, World, make_world, migrated, settings_for

SOAK = bool(os.environ.get("FITTRACK_SOAK"))
"""Whether the long forms are wanted (`make soak`)."""

SOAK_CLIENTS = int(os.environ.get("FITTRACK_SOAK_CLIENTS", "1000"))
"""The clients of the largest soak. docs/scaling.md says what was shown with how many."""

PLAYERS = max(200, SOAK_CLIENTS if SOAK else 0)
POINTS = DAYS_BACK_MAX * POINTS_A_DAY

TEMPLATE_FRESH_S = 1_200
"""Tokens live for an hour; a soak must not copy a world whose tokens are about to end."""

LOOK_EVERY_S = 0.02

_clock = SystemClock()


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder with a database of its own, and who is in it: rich players, an admin, an open drawing."""

    folder: Path
    settings: Settings
    world: World

    def reader(self) -> Engine:
        """An engine that reads the database beside whoever writes it. Dispose of it."""
        return make_engine(self.settings.database, Access.READ)


class _Template:
    folder: Path | None = None
    world: World
    made_at = 0.0


async def set_up(folder: Path) -> Stage:
    """A copy of the template in `folder`."""
    now = _clock.monotonic()
    if _Template.folder is None or now - _Template.made_at > TEMPLATE_FRESH_S:
        template = Path(tempfile.mkdtemp(prefix="fittrack-world-"))
        _Template.world = await make_world(
            migrated(settings_for(template)), players=PLAYERS, points=POINTS, close_in_s=6 * 3_600
        )
        atexit.register(shutil.rmtree, template, ignore_errors=True)
        _Template.folder, _Template.made_at = template, now
    databases.copy(_Template.folder, folder)
    return Stage(folder, settings_for(folder), _Template.world)


async def eventually(
    fact: Callable[[], object | Awaitable[object]], what: str = "it", *, within_s: float = PATIENCE_S
) -> None:
    """Wait until `fact()` is true, looking again and again; fails when it does not come to be."""
    try:
        async with asyncio.timeout(within_s):
            while not await _now(fact):  # noqa: ASYNC110 - facts of other processes have no event
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError as error:
        raise AssertionError(f"{what} did not come to be") from error


async def _now(fact: Callable[[], object | Awaitable[object]]) -> object:
    found = fact()
    return await found if isinstance(found, Awaitable) else found

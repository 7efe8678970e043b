"""A house with Joe, who did everything that is kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fittrack.db.engine import make_engine
from fittrack.db.handles import Engine
from fittrack.db.tables.prizes import free_entries
from fittrack.drawings.commands import RecordFreeEntry
from fittrack.kit.idempotency import intend
from fittrack.kit.ids import DrawingId, uuid7
from fittrack.kit.origin import Origin
from fittrack.server.asking import DRAWING
from protocol.shapes import instant
from tests import databases
from tests.fittrack.privacy.planting import MARK, mark, plant
from tests.rest_house import PASSWORD, Person, RestHouse, a_rest_house

ACTIVITY = f"{MARK}activity~"
DEVICE = f"{MARK}device~"


@dataclass(frozen=True, slots=True)
class Lived:
    """Joe's house, Joe, the drawing that Joe won, and what must be in the export."""

    house: RestHouse
    joe: Person
    drawing_id: DrawingId
    planted: set[str]
    engine: Engine


@dataclass(frozen=True, slots=True)
class Past:
    """A folder in which Joe lived, and until when."""

    folder: Path
    joe: Person
    drawing_id: DrawingId
    planted: set[str]
    until: datetime

    def copy_to(self, folder: Path) -> None:
        """Let a test begin where this ends."""
        databases.copy(self.folder, folder)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[RestHouse]:
    async with a_rest_house(tmp_path) as built:
        yield built


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Joe's life so far, lived once."""
    folder = tmp_path_factory.mktemp("past")
    with asyncio.Runner() as runner:
        return runner.run(_live_once(folder))


async def _live_once(folder: Path) -> Past:
    async with a_rest_house(folder) as house:
        engine = make_engine(house.inner.node.settings.database)
        lived = await live(house, engine)
        engine.dispose()
        until = house.inner.clock.now() + timedelta(minutes=1)
    return Past(folder, lived.joe, lived.drawing_id, lived.planted, until)


@pytest.fixture
async def lived(past: Past, tmp_path: Path) -> AsyncIterator[Lived]:
    past.copy_to(tmp_path)
    async with going_on(past, tmp_path) as lived:
        yield lived


@asynccontextmanager
async def going_on(past: Past, folder: Path, *, after: timedelta = timedelta()) -> AsyncIterator[Lived]:
    """Life in the folder goes on, so long after Joe did what there was to do."""
    async with a_rest_house(folder, start=past.until + after) as house:
        engine = make_engine(house.inner.node.settings.database)
        form = {"email": past.joe.email, "password": PASSWORD}
        status, body = await house.call("POST", "/auth/login", form)
        joe = past.joe if status != 200 else Person(past.joe.user_id, past.joe.email, body["access_token"])
        yield Lived(house, joe, past.drawing_id, past.planted, engine)
        engine.dispose()


async def live(house: RestHouse, engine: Engine) -> Lived:
    """Joe exercises, buys, wins; the rest is planted."""
    joe = await house.person("joe")
    await work_out(house, joe)
    drawing_id = await house.inner.drawing()
    status, body = await house.call(
        "POST", f"/drawings/{drawing_id}/tickets", {"quantity": 2}, token=joe.token
    )
    assert status == 201, body
    evidence = mark(free_entries, "evidence_key")
    wish = intend(RecordFreeEntry(joe.user_id, 1, evidence), None, Origin(actor_id=uuid7()))
    await house.inner.node.registry.ref(DRAWING, drawing_id).ask(wish)
    await house.inner.pass_time(hours=1)
    await house.inner.pass_time(minutes=5)
    await house.inner.node.jobs.apply_effects()
    joe = Person(joe.user_id, joe.email, await house.sign_in("joe"))
    node = house.inner.node
    planted = plant(engine, joe, drawing_id, house.inner.clock, node.sealer)
    return Lived(
        house, joe, drawing_id, {*planted, evidence, ACTIVITY, DEVICE, joe.email, "Player joe"}, engine
    )


async def work_out(house: RestHouse, joe: Person, name: str = ACTIVITY) -> None:
    """An hour of hard exercise, told by a device."""
    end = house.inner.clock.now()
    form = {
        "activity_type": "active_minutes",
        "start_time": instant(end - timedelta(hours=1)),
        "end_time": instant(end),
        "duration_minutes": 60,
        "intensity": "vigorous",
        "source": "fitbit",
        "external_id": name,
        "device_id": DEVICE,
        "metrics": {"calories": 543.21},
    }
    status, body = await house.call(
        "POST", "/activities", form, token=joe.token, headers={"Idempotency-Key": name}
    )
    assert status == 201, body

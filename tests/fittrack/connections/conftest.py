"""A node, a Google for it, and people who connect their trackers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fittrack.demo.clock import LeapingClock
from tests.actors.house import NOON
from tests.google_health import HOOK_SECRET, Body, FakeGoogle, a_google, known_as, notification
from tests.rest_house import Answer, Person, RestHouse, a_rest_house
from tests.server import NO_RATE_LIMITS

TERRA_SECRET = "what-the-aggregator-signs-with"


@dataclass
class TrackerHouse:
    """What players do with trackers, and what the clock does."""

    rest: RestHouse
    google: FakeGoogle

    @property
    def clock(self) -> LeapingClock:
        return self.rest.inner.clock

    @property
    def today(self) -> date:
        return self.rest.inner.node.calendar.day_of(self.clock.now())

    def ago(self, **duration: float) -> datetime:
        return self.clock.now() - timedelta(**duration)

    async def person(self, name: str = "joe", **options: Any) -> Person:
        return await self.rest.person(name, **options)

    async def call(self, method: str, path: str, body: object = None, **options: Any) -> Answer:
        return await self.rest.call(method, path, body, **options)

    async def connect(
        self, person: Person, provider: str = "fitbit", account: str = "joe-at-google"
    ) -> dict[str, Any]:
        """Consent, brought back."""
        status, begun = await self.call("POST", f"/connections/{provider}/initiate", {}, token=person.token)
        assert status == 201, begun
        back = self.google.consent(begun["authorization_url"], account)
        status, connection = await self.call(
            "POST", f"/connections/{provider}/callback", back, token=person.token
        )
        assert status == 201, connection
        return dict(connection)

    async def connected(self, name: str = "joe", provider: str = "fitbit") -> tuple[Person, Body]:
        """Somebody with a tracker, not synced yet."""
        person, account = await self.person(name), f"{name}-at-google"
        await self.connect(person, provider, account)
        return person, self.google.person(account)

    async def notify(self, account: str) -> None:
        """Google says that something changed."""
        headers = {"Content-Type": "application/json", "Authorization": HOOK_SECRET}
        url, body = "/api/v1/hooks/fitbit", notification(account)
        async with self.rest.http.post(url, data=body, headers=headers) as response:
            assert response.status == 200

    async def sync(self) -> None:
        """What the clock does when something is due."""
        await self.rest.inner.node.jobs.sync_trackers()

    async def later(self, **duration: float) -> None:
        """Let time pass, then sync what is due."""
        await self.clock.advance(timedelta(**duration).total_seconds())
        await self.sync()

    async def leap(self, **duration: float) -> None:
        """Let much time pass at once, then sync what is due."""
        self.clock.leap_to(self.clock.now() + timedelta(**duration))
        await self.sync()

    async def get(self, person: Person, path: str) -> Any:
        """What somebody finds there, signed in again: days go by in these tests."""
        return await self.rest.get(path, await self.rest.sign_in(person.email.partition("@")[0]))

    async def connections(self, person: Person) -> list[dict[str, Any]]:
        return list((await self.get(person, "/connections"))["items"])

    async def connection(self, person: Person) -> dict[str, Any]:
        [found] = await self.connections(person)
        return found

    async def activities(self, person: Person) -> list[dict[str, Any]]:
        return list((await self.get(person, "/activities?limit=100"))["items"])

    async def balance(self, person: Person) -> int:
        return int((await self.get(person, "/points/balance"))["balance"])

    async def news(self, person: Person) -> list[str]:
        """Titles of what is in the inbox, the oldest first."""
        return [each.title for each in await self.rest.inner.inbox(person.user_id)]


async def status(house: TrackerHouse, person: Person) -> str:
    """How the person's only connection is doing."""
    return str((await house.connection(person))["sync_status"])


@asynccontextmanager
async def a_tracker_node(folder: Path, google: FakeGoogle, **settings: str) -> AsyncIterator[TrackerHouse]:
    """A node, set up so; in a folder that was lived in, life goes on."""
    usual = {**NO_RATE_LIMITS, **known_as(google), "TERRA_SIGNING_SECRET": TERRA_SECRET}
    async with a_rest_house(folder, **{**usual, **settings}) as rest:
        google.now = rest.inner.clock.now
        yield TrackerHouse(rest, google)


@asynccontextmanager
async def a_tracker_house(folder: Path, **settings: str) -> AsyncIterator[TrackerHouse]:
    """A node and a Google for it."""
    async with a_google(lambda: NOON) as google, a_tracker_node(folder, google, **settings) as house:
        yield house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[TrackerHouse]:
    async with a_tracker_house(tmp_path) as usual:
        yield usual

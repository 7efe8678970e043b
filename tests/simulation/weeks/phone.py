"""A player's phone: it talks to the platform over REST and the WebSocket, and keeps what it heard."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec

from protocol.client import Client
from protocol.client_core import STREAMS, Positions
from protocol.client_errors import CommandRefused
from protocol.client_events import Event
from protocol.shapes import ActivityInput
from tests.rest_house import PASSWORD, Answer, RestHouse
from tests.simulation.weeks.people import Person, Sample

SENDS_AGAIN = 0.15
"""How often a phone did not hear the answer, and repeats what it sent."""


class Phone:
    """One person's app. Between visits it keeps its refresh token and its positions, as an app does."""

    def __init__(self, house: RestHouse, person: Person, rng: random.Random) -> None:
        self.house, self.person, self._rng = house, person, rng
        self.user_id = ""
        self.heard: dict[str, list[int]] = {"ledger": [], "inbox": []}
        self.seen: list[Event] = []
        """Events of channels during the visit."""
        self._positions = Positions(ledger=0, inbox=0)
        self._access, self._refresh = "", ""
        self._wire: Client | None = None

    async def register(self) -> None:
        """From the form to a complete profile."""
        person = self.person
        form = {
            "email": person.email,
            "password": PASSWORD,
            "date_of_birth": person.born.isoformat(),
            "state": "TX",
            "accepted_terms": True,
            "accepted_rules": True,
        }
        self.user_id = (await self._public("/auth/register", form, 201))["user_id"]
        await self._public("/auth/verify-email", {"token": await self.house.code()})
        self._keep(await self._public("/auth/login", {"email": person.email, "password": PASSWORD}))
        profile = {
            "display_name": person.display_name,
            "biological_sex": person.sex,
            "fitness_level": person.level,
        }
        status, body = await self.call("PUT", "/users/me/profile", profile)
        assert status == 200, body

    @asynccontextmanager
    async def visit(self) -> AsyncIterator[None]:
        """The app is in the foreground: a fresh token, and a connection that resumes where it was."""
        self._keep(await self._public("/auth/refresh", {"refresh_token": self._refresh}))
        self.seen.clear()
        client = Client(
            str(self.house.http.make_url("/ws")).replace("http", "ws", 1),
            token=self._token,
            on_event=self._hear,
            positions=self._positions,
            encoding=self._rng.choice(("msgpack", "json")),
        )
        async with client:
            self._wire = client
            await client.connected.wait()
            yield
        self._wire = None

    async def call(self, method: str, path: str, body: object = None) -> Answer:
        """One request of the signed-in player."""
        return await self.house.call(method, path, body, token=self._access)

    async def get(self, path: str) -> Any:
        return await self.house.get(path, self._access)

    @property
    def was_sent_away(self) -> bool:
        """Whether the connection ended for good."""
        return self._wire is None or self._wire.ended.is_set()

    def has_heard(self, stream: str, head: int) -> bool:
        """Whether as many events came as there are."""
        return len(self.heard[stream]) >= head

    async def follow(self, channel: str) -> None:
        """Watch a channel during the visit."""
        assert self._wire is not None, "the app is open"
        await self._wire.subscribe(channel)

    async def log(self, samples: list[Sample]) -> None:
        """Tell what the trackers have, in whatever order, by either way, now and then twice."""
        self._rng.shuffle(samples)
        while samples:
            count = self._rng.randint(1, len(samples))
            await self._send(samples[:count])
            if self._rng.random() >= SENDS_AGAIN:
                del samples[:count]

    async def _send(self, samples: list[Sample]) -> None:
        if self._wire is not None and self._rng.random() < 0.5:
            logged = await self._wire.log_activities(msgspec.convert(samples, list[ActivityInput]))
            assert not logged.rejected
            return
        status, answer = await self.call("POST", "/activities", {"activities": samples})
        assert status == 201, answer
        assert {item["status"] for item in answer["activities"]} <= {"accepted", "duplicate"}

    async def buy(self, drawing_id: str, quantity: int) -> str | None:
        """Buy tickets by either way. Returns the code of a refusal."""
        if self._wire is not None and self._rng.random() < 0.5:
            try:
                await self._wire.buy_tickets(UUID(drawing_id), quantity)
            except CommandRefused as refused:
                return refused.code
            return None
        status, answer = await self.call("POST", f"/drawings/{drawing_id}/tickets", {"quantity": quantity})
        return None if status == 201 else str(answer["code"])

    async def balance(self) -> int:
        return int((await self.get("/points/balance"))["balance"])

    async def everything(self, path: str) -> list[dict[str, Any]]:
        """All items of a list, page by page."""
        items: list[dict[str, Any]] = []
        number = 1
        while True:
            page = await self.get(f"{path}{'&' if '?' in path else '?'}limit=100&page={number}")
            items += page["items"]
            if number >= page["pagination"]["total_pages"]:
                return items
            number += 1

    async def _token(self) -> str:
        return self._access

    async def _public(self, path: str, body: object, expected: int = 200) -> Any:
        status, answer = await self.house.call("POST", path, body)
        assert status == expected, answer
        return answer

    def _keep(self, tokens: dict[str, Any]) -> None:
        self._access, self._refresh = tokens["access_token"], tokens["refresh_token"]

    def _hear(self, event: Event) -> None:
        if event.t == "welcome":
            assert event.d["resumed"], "what was missed must be replayed"
        elif event.ch is not None:
            self.seen.append(event)
        elif event.t in STREAMS:
            assert event.seq is not None, "it is numbered"
            self.heard[STREAMS[event.t]].append(event.seq)

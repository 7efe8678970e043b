"""Somebody at the door of a node on a virtual clock: REST, and an authenticator app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from aiohttp.test_utils import TestClient, TestServer

from fittrack.app import Node
from fittrack.kit.clock import VirtualClock
from fittrack.kit.ids import UserId
from fittrack.kit.standing import Role
from tests.actors.house import House
from tests.admins import Authenticator, set_up_factor
from tests.world import ADMIN_PASSWORD, complete_profile, enrol

Client = TestClient[Any, Any]
Answer = tuple[int, dict[str, Any]]
"""Status and body."""


@dataclass
class Door:
    """Somebody signed in. `app` and `recovery_codes` are there once a second factor was set up."""

    client: Client
    clock: VirtualClock
    token: str
    user_id: UserId
    email: str
    app: Authenticator = field(default_factory=lambda: Authenticator("A" * 32))
    recovery_codes: list[str] = field(default_factory=list)

    async def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        async with self.client.request(method, f"/api/v1{path}", json=body, headers=sent) as response:
            return response.status, await response.json() if response.content_length else {}

    async def post(self, path: str, body: object = None, **headers: str) -> Answer:
        return await self.call("POST", path, body, **headers)

    async def put(self, path: str, body: object, **headers: str) -> Answer:
        return await self.call("PUT", path, body, **headers)

    async def get(self, path: str) -> dict[str, Any]:
        return await self.granted(path, method="GET")

    async def granted(self, path: str, body: object = None, *, method: str = "POST") -> dict[str, Any]:
        status, answer = await self.call(method, path, body)
        assert status < 300, answer
        return answer

    async def refused(self, path: str, body: object = None, *, method: str = "POST") -> str:
        """The code of the problem."""
        status, problem = await self.call(method, path, body)
        assert status >= 400, problem
        return str(problem["code"])

    async def set_up(self) -> None:
        """Enrol a second factor for the first time."""

        async def post(path: str, body: object) -> dict[str, Any]:
            answer = await self.granted(path, body)
            self.recovery_codes = answer.get("recovery_codes", [])
            return answer

        self.app = await set_up_factor(post, self.clock.now())

    def code(self, steps: int = 0) -> str:
        """What the authenticator shows now, or so many steps later."""
        return self.app.code(self.clock.now(), steps=steps)

    async def verify(self, code: str) -> str:
        """What comes of it: `checked`, or the code of the problem."""
        status, answer = await self.post("/auth/mfa/verify", {"code": code})
        return "checked" if status == 200 else str(answer["code"])

    async def may_step_up(self) -> bool:
        """Whether what needs a fresh check lets this session pass: no such drawing can be executed."""
        code = await self.refused(f"/drawings/{uuid4()}/execute")
        assert code in {"not-found", "mfa-required"}, code
        return code == "not-found"

    async def signed_in_again(self) -> "Door":
        """The same admin, with the same authenticator, in another session."""
        form = {"email": self.email, "password": ADMIN_PASSWORD}
        async with self.client.post("/api/v1/auth/login", json=form) as response:
            assert response.status == 200, await response.text()
            return replace(self, token=(await response.json())["access_token"])

    def on(self, client: Client) -> "Door":
        """The same session at another node."""
        return replace(self, client=client)


@asynccontextmanager
async def opened(node: Node) -> AsyncIterator[Client]:
    """The door of a node."""
    async with TestClient(TestServer(node.app)) as client:
        yield client


async def an_admin(house: House, client: Client, name: str = "boss") -> Door:
    """A new admin, signed in."""
    member = await enrol(house.node, name, role=Role.ADMIN)
    return Door(client, house.clock, member.token, member.user_id, f"{name}@test.example")


async def a_player(
    house: House, client: Client, name: str = "joe", *, display_name: str | None = None, **standing: Any
) -> Door:
    """A new player, signed in; without a display name there is no profile."""
    member = await enrol(house.node, name, **standing)
    if display_name is not None:
        await complete_profile(house.node, member, display_name)
    return Door(client, house.clock, member.token, member.user_id, f"{name}@test.example")

"""A node on a virtual clock behind its REST API."""

import email
import email.policy
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

from aiohttp.test_utils import TestClient, TestServer

from fittrack.kit.ids import UserId
from tests.actors.house import House, a_house

PASSWORD = "Correct-Horse-7-Battery"
Answer = tuple[int, Any]
"""Status and body."""


async def call(
    http: TestClient[Any, Any],
    method: str,
    path: str,
    body: object = None,
    *,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request of somebody's phone."""
    sent = {"User-Agent": "phone", **(headers or {})}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    async with http.request(method, f"/api/v1{path}", json=body, headers=sent) as response:
        return response.status, await response.json() if response.content_length else None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in."""

    user_id: UserId
    email: str
    token: str


@dataclass(frozen=True, slots=True)
class RestHouse:
    """The house with its door."""

    inner: House
    http: TestClient[Any, Any]
    mail_dir: Path

    async def call(self, method: str, path: str, body: object = None, **options: Any) -> Answer:
        return await call(self.http, method, path, body, **options)

    async def get(self, path: str, token: str | None = None) -> Any:
        """What is there."""
        status, body = await self.call("GET", path, token=token)
        assert status == 200, body
        return body

    async def register(self, name: str) -> UserId:
        """A new account, pending."""
        form = {
            "email": f"{name}@test.example",
            "password": PASSWORD,
            "date_of_birth": "1990-05-17",
            "state": "TX",
            "accepted_terms": True,
            "accepted_rules": True,
        }
        status, body = await self.call("POST", "/auth/register", form)
        assert status == 201, body
        return UserId(UUID(body["user_id"]))

    async def sign_in(self, name: str, password: str = PASSWORD, **options: Any) -> str:
        """The access token of a new session."""
        form = {"email": f"{name}@test.example", "password": password, **options}
        status, body = await self.call("POST", "/auth/login", form)
        assert status == 200, body
        return str(body["access_token"])

    async def person(self, name: str, *, complete: bool = True) -> Person:
        """Somebody with a verified address, signed in, and with a profile if it is to be `complete`."""
        user_id = await self.register(name)
        status, body = await self.call("POST", "/auth/verify-email", {"token": await self.code()})
        assert status == 200, body
        await self.inner.pass_time(seconds=1)
        token = await self.sign_in(name)
        if complete:
            profile = {
                "display_name": f"Player {name}",
                "biological_sex": "female",
                "fitness_level": "advanced",
            }
            status, body = await self.call("PUT", "/users/me/profile", profile, token=token)
            assert status == 200, body
        return Person(user_id, f"{name}@test.example", token)

    async def letters(self) -> list[EmailMessage]:
        """Deliver what is due; every letter so far, the oldest first."""
        await self.inner.node.jobs.deliver_mail()
        files = sorted(self.mail_dir.glob("*.eml")) if self.mail_dir.exists() else []
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    async def code(self) -> str:
        """The code in the last letter."""
        found = re.search(r"fte_[\w-]+", (await self.letters())[-1].as_string())
        assert found is not None, "the last letter has a code"
        return found[0]


@asynccontextmanager
async def a_rest_house(folder: Path, **options: Any) -> AsyncIterator[RestHouse]:
    """A house for one test; what it leaves behind must keep every invariant."""
    async with a_house(folder, **options) as inner, TestClient(TestServer(inner.node.app)) as http:
        yield RestHouse(inner, http, folder / "mail")

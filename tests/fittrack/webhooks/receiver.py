"""A third party's server: takes webhooks, verifies them with the published library, misbehaves when told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook


@dataclass(frozen=True)
class Message:
    """What came."""

    headers: dict[str, str]
    body: bytes
    content: Any

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def type(self) -> str:
        return str(self.content["type"])

    def is_signed_by(self, secret: str) -> bool:
        """Whether one of its signatures is what the published library makes of it at that instant."""
        at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        expected = Webhook(secret).sign(self.id, at, self.body.decode())
        return expected in self.headers["webhook-signature"].split(" ")


@dataclass
class Receiver:
    """Where messages arrive. `answers` are given first, then 204 for ever."""

    url: str = ""
    answers: list[web.Response] = field(default_factory=list)
    got: list[Message] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    elsewhere: int = 0
    """Requests to where it was said to look instead."""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.got.append(Message(headers, body, await request.json()))
        self.arrived.set()
        await self.may_answer.wait()
        return self.answers.pop(0) if self.answers else web.Response(status=204)

    async def take_elsewhere(self, request: web.Request) -> web.Response:
        del request
        self.elsewhere += 1
        return web.Response()

    def types(self) -> list[str]:
        return [message.type for message in self.got]

    def will(self, status: int, times: int = 1, **headers: str) -> None:
        """Answer so the next times."""
        self.answers += [web.Response(status=status, text="not today", headers=headers) for _ in range(times)]


@asynccontextmanager
async def a_receiver(host: str = "127.0.0.1") -> AsyncIterator[Receiver]:
    """A server on the loopback, for one test."""
    receiver = Receiver()
    receiver.may_answer.set()
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    app.router.add_route("*", "/elsewhere", receiver.take_elsewhere)
    async with TestServer(app, host=host) as server:
        receiver.url = str(server.make_url("/hook"))
        try:
            yield receiver
        finally:
            receiver.may_answer.set()

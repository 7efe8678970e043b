"""People at the doors of a server: REST with a key, and the reference client with a witness of its events."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import aiohttp

from protocol.client import Client
from protocol.client_core import STREAMS
from protocol.client_events import Event
from tests.server import PATIENCE_S, Address, Server

Answer = tuple[int, dict[str, Any]]
"""Status and body; a body that is no JSON object is under `text`."""

RETRIED_STATUSES = frozenset({429, 503, 504})
"""What is no answer: the same intention is repeated under its key."""

QUICK = 0.02
"""What tests draw for the jitter of back-offs: clients come back at once."""


class Rest:
    """Somebody who uses the REST API of a server, which may be restarted meanwhile."""

    def __init__(self, server: Server | Address) -> None:
        self._server = server
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=PATIENCE_S)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.close()

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        key: UUID | None = None,
        traceparent: str | None = None,
    ) -> Answer:
        """One request. Raises `aiohttp.ClientError` when the connection is lost."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        if traceparent is not None:
            headers["traceparent"] = traceparent
        if key is not None:
            headers["Idempotency-Key"] = str(key)
        url = f"{self._server.url}/api/v1{path}"
        async with self._http.request(method, url, json=body, headers=headers) as response:
            if response.content_type not in ("application/json", "application/problem+json"):
                return response.status, {"text": await response.text()}
            return response.status, await response.json()

    async def read(self, path: str, token: str | None = None) -> bytes:
        """What is published there, byte for byte."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        async with self._http.get(f"{self._server.url}/api/v1{path}", headers=headers) as response:
            assert response.status == 200, await response.text()
            return await response.read()

    async def get(self, path: str, token: str | None = None) -> dict[str, Any]:
        """What is there."""
        status, body = await self.call("GET", path, token=token)
        assert status == 200, body
        return body

    async def post(
        self, path: str, body: object = None, *, token: str | None = None, key: UUID | None = None
    ) -> dict[str, Any]:
        """Have something done that must be granted."""
        status, answer = await self.call("POST", path, body, token=token, key=key)
        assert status < 300, answer
        return answer

    async def buy(self, token: str, drawing_id: UUID, quantity: int, key: UUID | None = None) -> Answer:
        """Try to buy tickets, once."""
        path = f"/drawings/{drawing_id}/tickets"
        return await self.call("POST", path, {"quantity": quantity}, token=token, key=key)

    async def insist(self, token: str, drawing_id: UUID, quantity: int, key: UUID) -> Answer:
        """Try to buy tickets under one key until there is an answer, whatever happens to the server.

        However long that takes: the test's own time limit ends it.
        """
        while True:
            try:
                status, body = await self.buy(token, drawing_id, quantity, key)
            except (aiohttp.ClientError, TimeoutError, OSError):
                status, body = 0, {}
            if status and status not in RETRIED_STATUSES:
                return status, body
            await asyncio.sleep(QUICK)


@dataclass
class StreamWitness:
    """What a client heard of the player's numbered streams, as its app would see it."""

    first: dict[str, int] = field(default_factory=dict)
    heard: dict[str, list[int]] = field(default_factory=lambda: {"ledger": [], "inbox": []})
    welcomes: int = 0

    def __call__(self, event: Event) -> None:
        if event.t == "welcome":
            self.welcomes += 1
            if not event.d["resumed"]:
                assert self.welcomes == 1, "what was missed must be replayed"
                self.first = {stream: int(str(event.d[f"{stream}_seq"])) for stream in ("ledger", "inbox")}
        stream = STREAMS.get(event.t)
        if stream is not None and event.ch is None:
            assert event.seq is not None, "it is numbered"
            self.heard[stream].append(event.seq)

    def assert_complete(self, heads: Mapping[str, int]) -> None:
        """Nothing missed, nothing doubled, nothing out of order, up to the database's heads."""
        for stream, head in heads.items():
            assert self.heard[stream] == list(range(self.first[stream] + 1, head + 1)), stream


@dataclass
class Witness(StreamWitness):
    """The same, and everything else that it heard."""

    events: list[Event] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        super().__call__(event)

    def kinds(self, channel: str) -> list[str]:
        """The types of what a channel said, in order."""
        return [event.t for event in self.events if event.ch == channel]


@asynccontextmanager
async def client(
    server: Server | Address, token: str, **options: Any
) -> AsyncIterator[tuple[Client, Witness]]:
    """The reference client of somebody, and the witness of all its events."""
    witness = Witness()

    async def give_token() -> str:
        return token

    connection = Client(server.ws_url, token=give_token, on_event=witness, draw=lambda: QUICK, **options)
    async with connection:
        yield connection, witness


def problem_code(body: Mapping[str, Any]) -> str:
    """The code of a problem document."""
    return str(body["type"]).rpartition("/")[2].rpartition(":")[2]

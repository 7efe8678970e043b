"""Whatever is sent, the server answers clearly: a problem document or an `err`, never a fault of its own."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import aiohttp
import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from yarl import URL

from fittrack.app import SLICES
from fittrack.server.routes import Route
from protocol.client_wire import Encoding
from protocol.close_codes import CloseCode
from protocol.inbound import INBOUND
from tests.admins import step_up
from tests.evidence import assert_sound
from tests.players import Rest
from tests.schemas import ANYTHING, Schemas
from tests.server import Server
from tests.stage import SOAK, Stage, set_up
from tests.wire import Frame, wired

EXAMPLES = 200 if SOAK else 12
"""Of each route, and of each way to send frames several times as many."""

ROUTES = [route for routes in SLICES for route in routes]
SESSION_ENDERS = ("/logout", "/logout-all")
"""With a good token they would end the session that the other examples need."""

CLEAR_CODES = {CloseCode.MALFORMED, CloseCode.BAD_TOKEN, CloseCode.VERSION, 1002, 1003, 1007, 1009}
"""Codes that tell a client what it did wrong; 1006 and 1011 would not."""

ANY_INPUT = settings(
    max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@dataclass(frozen=True, repr=False)
class House:
    """A server, and the event loop on which tests talk to it."""

    stage: Stage
    server: Server
    runner: asyncio.Runner
    http: aiohttp.ClientSession
    api: Schemas
    paths: dict[str, Any]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("bad-input")
    with asyncio.Runner() as runner:
        stage = runner.run(set_up(folder))
        server = Server(folder)
        try:
            runner.run(server.start())
            http = runner.run(_session())
            runner.run(_show_second_factor(server, stage))
            document = runner.run(_document(http, server))
            yield House(stage, server, runner, http, Schemas(document), document["paths"])
            runner.run(http.close())
        finally:
            server.end()
    assert not server.faults, f"the server logged errors: {server.faults[:3]}"
    assert_sound(stage)


async def _show_second_factor(server: Server, stage: Stage) -> None:
    """So that what needs one looks at its input too."""
    async with Rest(server) as rest:
        await step_up(rest, stage.world.admin.token)


async def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession()


async def _document(http: aiohttp.ClientSession, server: Server) -> dict[str, Any]:
    async with http.get(f"{server.url}/openapi.json") as response:
        document: dict[str, Any] = await response.json()
        return document


# --- REST -------------------------------------------------------------------------------------------------

HEADER_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=300).map(str.strip)
TYPES = st.sampled_from(["application/json"] * 8 + ["text/plain", "application/x-www-form-urlencoded", ""])


def bodies(house: House, operation: dict[str, Any]) -> st.SearchStrategy[bytes]:
    """Mostly JSON that nearly is what the operation wants; else any JSON, or no JSON at all."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    nearly = house.api.nearly_fitting(content.get("schema", {}))
    valid = (nearly | nearly | ANYTHING).map(lambda value: json.dumps(value).encode())
    return valid | valid | st.binary(max_size=200) | st.sampled_from([b"", b"[" * 10_000, b'{"a":1,"a":2}'])


def addresses(house: House, route: Route, operation: dict[str, Any]) -> st.SearchStrategy[str]:
    """The route's address with places and parameters filled in, well or badly."""
    known = st.sampled_from([str(house.stage.world.drawing_id), str(house.stage.world.players[2].user_id)])
    place = known | st.uuids().map(str) | st.text(min_size=1, max_size=20)
    count = route.path.count("{")
    named = [each for each in operation.get("parameters", ()) if each.get("in") == "query"]
    query = st.fixed_dictionaries(
        {},
        optional={
            each["name"]: house.api.nearly_fitting(each["schema"]).map(str) | st.text(max_size=20)
            for each in named
        },
    )
    return st.builds(_address, st.just(route.path), st.lists(place, min_size=count, max_size=count), query)


def _address(path: str, places: list[str], query: dict[str, str]) -> str:
    for place in places:
        before, _, rest = path.partition("{")
        path = before + quote(place, safe="").replace(".", "%2E") + rest.partition("}")[2]
    asked = "&".join(f"{quote(name)}={quote(value)}" for name, value in query.items())
    return f"{path}?{asked}" if asked else path


def tokens(house: House, route: Route) -> st.SearchStrategy[str | None]:
    world = house.stage.world
    bad = st.none() | HEADER_TEXT
    if route.path.endswith(SESSION_ENDERS):
        return bad
    return st.sampled_from([world.players[0].token, world.admin.token]) | bad


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
@ANY_INPUT
@given(data=st.data())
def test_a_route_answers_any_request_with_its_answer_or_a_problem_document(
    house: House, route: Route, data: st.DataObject
) -> None:
    operation = house.paths[route.path][route.method.lower()]
    headers = {"Content-Type": data.draw(TYPES)}
    if (token := data.draw(tokens(house, route))) is not None:
        headers["Authorization"] = f"Bearer {token}"
    if data.draw(st.booleans()):
        headers["Idempotency-Key"] = data.draw(st.uuids().map(str) | HEADER_TEXT)
    if data.draw(st.booleans()):
        headers["If-Match"] = data.draw(st.just('"1"') | HEADER_TEXT)
    address = data.draw(addresses(house, route, operation))
    body = None if route.method == "GET" else data.draw(bodies(house, operation))
    house.runner.run(_request(house, route, address, headers, body))


async def _request(
    house: House, route: Route, address: str, headers: dict[str, str], body: bytes | None
) -> None:
    url = URL(house.server.url + address, encoded=True)
    async with house.http.request(route.method, url, headers=headers, data=body) as response:
        content = await response.read()
    assert response.status < 500, f"{response.status}: {content!r}"
    if response.status >= 400 and response.status not in route.answers:
        assert response.content_type == "application/problem+json"
        problem = json.loads(content)
        assert problem["status"] == response.status
        assert all(problem[name] for name in ("type", "title", "detail"))


# --- The WebSocket ----------------------------------------------------------------------------------------

_SCHEMAS, _COMPONENTS = msgspec.json.schema_components(INBOUND, ref_template="#/{name}")
_REQUESTS = Schemas(_COMPONENTS)
_DATA = {request.TYPE: schema for request, schema in zip(INBOUND, _SCHEMAS, strict=True)}
CHANNELS = st.sampled_from(["drawings", "ops", "leaderboard:daily:OPEN", f"drawing:{uuid4()}"])


@st.composite
def frames(draw: st.DrawFn) -> dict[str, Any]:
    """A frame of a known type with nearly fitting data. It has an id of its own, so its answer is known."""
    kind = draw(st.sampled_from([*_DATA, *_DATA, "no.such.type"]))
    frame: dict[str, Any] = {"t": kind, "id": str(uuid4())}
    if draw(st.integers(0, 3)):
        frame["d"] = draw(_REQUESTS.nearly_fitting(_DATA.get(kind, {})) if draw(st.booleans()) else ANYTHING)
    if draw(st.integers(0, 3)):
        frame["key"] = draw(st.uuids().map(str) | ANYTHING)
    if draw(st.booleans()):
        frame["ch"] = draw(CHANNELS | st.text(max_size=20) | ANYTHING)
    return frame


RUBBISH = st.binary(max_size=200) | st.text(max_size=200) | ANYTHING.map(json.dumps)


@settings(ANY_INPUT, max_examples=8 * EXAMPLES)
@given(
    encoding=st.sampled_from(["json", "msgpack"]),
    signed_in=st.booleans(),
    messages=st.lists(st.lists(frames(), min_size=1, max_size=5) | RUBBISH, min_size=1, max_size=6),
)
def test_each_frame_has_one_answer_or_the_connection_ends_with_a_clear_code(
    house: House, encoding: Encoding, signed_in: bool, messages: list[list[Frame] | bytes | str]
) -> None:
    token = house.stage.world.players[1].token if signed_in else None
    house.runner.run(_converse(house.server, encoding, token, messages))


def _packable(value: Any) -> Any:
    """`value` without integers that MessagePack has no room for."""
    match value:
        case dict():
            return {name: _packable(inner) for name, inner in value.items()}
        case list():
            return [_packable(inner) for inner in value]
        case int() if not isinstance(value, bool):
            return max(-(2**63), min(value, 2**64 - 1))
        case _:
            return value


async def _converse(
    server: Server, encoding: Encoding, token: str | None, messages: list[list[Frame] | bytes | str]
) -> None:
    async with wired(server, token, encoding=encoding) as wire:
        asked: set[object] = set()
        for message in messages:
            if wire.socket.closed:
                break
            if isinstance(message, list):
                asked |= {frame["id"] for frame in message}
                await wire.send(*(message if encoding == "json" else _packable(message)))
            else:
                await wire.send_raw(message)
        await wire.send({"t": "ping", "id": "end"})
        while not asked | {"end"} <= wire.answered().keys() and await wire.read():
            pass
        answered = wire.answered()
    assert all(len(answered[id]) == 1 for id in asked & answered.keys())
    codes = {frame["d"]["code"] for frame in wire.frames if frame["t"] == "err"}
    assert "internal" not in codes
    if not asked <= answered.keys():
        assert wire.close_code in CLEAR_CODES, wire.close_code

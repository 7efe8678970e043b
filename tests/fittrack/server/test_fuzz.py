"""Whatever is sent, the server answers: never a 500, never silence."""

import asyncio
import json

from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fittrack.kit.problems import Problem
from fittrack.server.headers import HeaderPolicy
from fittrack.server.http import make_application
from fittrack.server.parse import decode
from tests.fittrack.server import shop

NAMES = st.text() | st.sampled_from(["name", "size", "laces"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner),
)
SHOES = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text() | JSON,
        "size": st.integers() | JSON,
        "color": st.sampled_from(["red", "black", "pink"]) | JSON,
        "laces": st.lists(st.fixed_dictionaries({}, optional={"color": JSON, "length": JSON}) | JSON) | JSON,
        "more": JSON,
    },
)
SLOW = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=60)


def is_pointer_into(pointer: str, value: object) -> bool:
    """Whether all of `pointer` but its last step (which may name what is missing) leads through `value`."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    for step in steps[:-1]:
        if isinstance(value, list):
            value = value[int(step)]
        elif isinstance(value, dict):
            value = value[step]
        else:
            return False
    return True


@given(st.one_of(SHOES, JSON))
def test_every_complaint_is_a_sentence_that_points_into_the_input(value):
    body = json.dumps(value, allow_nan=False) if _is_json(value) else "null"
    try:
        decode(body.encode("utf-8", "surrogatepass"), shop.NewShoe)
    except Problem as problem:
        assert problem.code in {"malformed", "validation"}
        if problem.code == "validation":
            assert problem.errors
        for error in problem.errors:
            assert error.detail[-1] in ".!?)", error
            assert is_pointer_into(error.pointer, json.loads(body))


def _is_json(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


async def exchange(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        return await reader.read()
    finally:
        writer.close()


METHODS = st.sampled_from([b"GET", b"POST", b"PATCH", b"PUT", b"DELETE", b"OPTIONS", b"HEAD", b"BREW"])
LATIN = st.characters(min_codepoint=0x21, max_codepoint=0xFF)
PATHS = st.sampled_from(["/api/v1/shoes", "/api/v1/shoes/", "/api/v1/shoes/by-color/", "/"])
HEADERS = st.sampled_from(
    ["Authorization", "Content-Type", "X-Request-ID", "If-None-Match", "Accept-Encoding", "Origin",
     "Idempotency-Key", "Content-Encoding", "Access-Control-Request-Method"]
)  # fmt: skip


def test_arbitrary_requests_are_answered(authenticator, clock):
    async def all_examples() -> None:
        app = make_application(shop.ROUTES, authenticator=authenticator, clock=clock, policy=HeaderPolicy())
        loop = asyncio.get_running_loop()
        async with TestServer(app) as server:
            await asyncio.to_thread(examples, server.port, loop)

    def examples(port: int, loop: asyncio.AbstractEventLoop) -> None:
        @SLOW
        @given(
            METHODS,
            PATHS,
            st.text(LATIN, max_size=30),
            st.dictionaries(HEADERS, st.text(LATIN | st.just(" "), max_size=40)),
            st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()),
        )
        def example(method, path, tail, headers, body):
            lines = [method + b" " + (path + tail).encode("latin-1") + b" HTTP/1.1", b"Host: x"]
            lines += [f"{name}: {value}".encode("latin-1") for name, value in headers.items()]
            lines += [b"Content-Length: %d" % len(body), b"Connection: close", b"", body]
            request = b"\r\n".join(lines)
            answer = asyncio.run_coroutine_threadsafe(exchange(port, request), loop).result(10)
            status = int(answer.split(b" ", 2)[1])
            assert status < 500, answer

        example()

    asyncio.run(all_examples())

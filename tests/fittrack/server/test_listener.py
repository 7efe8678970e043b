"""Real sockets: who connects, who never asks, who sends what is no HTTP."""

import asyncio
import json
import logging
from email.parser import BytesParser

import pytest
import structlog
from aiohttp import web

from fittrack.server import listener as listening
from fittrack.server.access import Access
from fittrack.server.headers import HeaderPolicy
from fittrack.server.http import make_application
from fittrack.server.listener import HEADERS_WITHIN_S, Listener
from fittrack.server.routes import Route
from tests.fittrack.server import shop
from tests.stage import eventually

ASK = b"GET /api/v1/shoes?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
async def listener(authenticator, clock):
    app = make_application(shop.ROUTES, authenticator=authenticator, clock=clock, policy=HeaderPolicy())
    listener = Listener(app, clock, host="127.0.0.1", port=0)
    yield listener
    await listener.stop()


async def test_it_serves_on_the_port_it_names(listener):
    reader, writer = await asyncio.open_connection("127.0.0.1", await listener.start())
    writer.write(ASK)
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_who_never_finishes_the_headers_is_closed(listener, clock):
    port = await listener.start()
    silent, _ = await asyncio.open_connection("127.0.0.1", port)
    slow, slow_writer = await asyncio.open_connection("127.0.0.1", port)
    slow_writer.write(ASK[:-2])
    asked, asked_writer = await asyncio.open_connection("127.0.0.1", port)
    asked_writer.write(ASK)
    await asked.readuntil(b"\r\n\r\n")
    await clock.advance(2 * HEADERS_WITHIN_S)
    assert await silent.read() == b""
    assert await slow.read() == b""
    asked_writer.write(ASK)
    await asked.readuntil(b"HTTP/1.1 200")


async def test_a_newcomer_is_given_its_time(listener, clock):
    port = await listener.start()
    await clock.advance(HEADERS_WITHIN_S * 0.9)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await clock.advance(HEADERS_WITHIN_S * 0.9)
    writer.write(ASK)
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")


POST = b"POST /api/v1/register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
UNREADABLE = {
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
    "bytes in the address": b"GET /\xff HTTP/1.1\r\n\r\n",
    "an unknown method": ASK.replace(b"GET", b"FOO"),
    "another version": ASK.replace(b"1.1", b"9.9"),
    "HTTP/2 at once": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no host": ASK.replace(b"Host: x\r\n", b""),
    "two hosts": ASK.replace(b"Host: x\r\n", b"Host: x\r\nHost: y\r\n"),
    "bare line feeds": ASK.replace(b"\r\n", b"\n"),
    "a folded header": ASK[:-2] + b"X-A: b\r\n c\r\n\r\n",
    "a zero byte": ASK[:-2] + b"X-A: b\x00c\r\n\r\n",
    "a long address": ASK.replace(b"shoes", b"a" * 9_000),
    "a long header": ASK[:-2] + b"X-A: " + b"a" * 9_000 + b"\r\n\r\n",
    "many headers": ASK[:-2] + b"".join(b"X-%d: a\r\n" % n for n in range(100)) + b"\r\n",
    "a length and chunks": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + ASK,
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "a list of lengths": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "a signed length": POST + b"Content-Length: +2\r\n\r\n{}",
    "an unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunks that are not the last coding": POST
    + b"Transfer-Encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunks twice": POST + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n2\r\n{}\r\n0\r\n\r\n",
    "a space before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "a chunk without a length": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
}
"""What must not be guessed at, since something in front of us may have guessed otherwise."""


@pytest.mark.parametrize("sent", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_cannot_be_read_is_a_problem_and_the_end_of_the_connection(listener, caplog, sent):
    reader, writer = await asyncio.open_connection("127.0.0.1", await listener.start())
    with caplog.at_level(logging.DEBUG):
        writer.write(sent)
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 400")
    assert json.loads(body)["code"] == "malformed", "one answer, and nothing of what follows"
    headers = BytesParser().parsebytes(head.partition(b"\r\n")[2] + b"\r\n\r\n")
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Server"] == "FitTrack"
    assert headers["X-Request-ID"] == json.loads(body)["request_id"]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    writer.close()


async def test_requests_in_a_row_are_answered_in_a_row(listener):
    reader, writer = await asyncio.open_connection("127.0.0.1", await listener.start())
    writer.write(ASK + POST + b"Content-Length: 2\r\n\r\n{}" + ASK.replace(b"shoes", b"nowhere"))
    for status in (b"200", b"400", b"404"):
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 " + status)
        headers = BytesParser().parsebytes(head.partition(b"\r\n")[2])
        await reader.readexactly(int(headers["Content-Length"]))
    writer.close()


async def test_a_second_request_is_not_waited_for_longer_than_a_connection_is_kept(
    authenticator, clock, monkeypatch
):
    monkeypatch.setattr(listening, "KEEPALIVE_S", 0.01)
    app = make_application(shop.ROUTES, authenticator=authenticator, clock=clock, policy=HeaderPolicy())
    listener = Listener(app, clock, host="127.0.0.1", port=0)
    reader, writer = await asyncio.open_connection("127.0.0.1", await listener.start())
    writer.write(ASK + ASK[:-2])
    assert (await reader.read()).count(b"HTTP/1.1 200") == 1
    writer.close()
    await listener.stop()


async def test_who_takes_nothing_of_his_answer_is_closed(authenticator, clock):
    async def much(_: web.Request) -> web.Response:
        return web.Response(body=b" " * 50_000_000)

    route = Route("GET", "/much", much, summary="Much", access=Access.ANYONE, tag="Shoes")
    app = make_application([route], authenticator=authenticator, clock=clock, policy=HeaderPolicy())
    listener = Listener(app, clock, host="127.0.0.1", port=0)
    port = await listener.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)  # it stops at twice that
    writer.write(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    with structlog.testing.capture_logs() as logs:

        async def closed() -> bool:
            await clock.advance(HEADERS_WITHIN_S)
            return any(line["event"] == "http.stuck_connections_closed" for line in logs)

        await eventually(closed, "the end")
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(50_000_000)
    writer.close()
    await listener.stop()

"""Real sockets: who connects, who never asks, who sends what is no HTTP."""

import asyncio
import logging

import pytest

from fittrack.server.headers import HeaderPolicy
from fittrack.server.http import make_application
from fittrack.server.listener import HEADERS_WITHIN_S, Listener
from tests.fittrack.server import shop

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


async def test_what_is_no_http_is_answered_and_not_logged(listener, caplog):
    reader, writer = await asyncio.open_connection("127.0.0.1", await listener.start())
    with caplog.at_level(logging.DEBUG):
        writer.write(b"GET /\xff HTTP/1.1\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.0 400")
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]

"""Who is let in, and that aiohttp's part ends cleanly."""

import asyncio

import aiohttp
import pytest
from aiohttp.web_protocol import RequestHandler

from fittrack.server import hand_over
from fittrack.server.websocket import WebSocketSettings
from tests.fittrack.server.websocket.house import House, open_house
from tests.fittrack.server.websocket.wire import client_close, client_frame, server_frames

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # with its answer below, the example of RFC 6455, 1.3
GOOD = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Protocol": "fittrack.v1.msgpack",
}


def without(name: str) -> dict[str, str]:
    return {other: value for other, value in GOOD.items() if other != name}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (without("Upgrade"), 400),
        (without("Connection"), 400),
        (without("Sec-WebSocket-Version"), 426),
        (GOOD | {"Sec-WebSocket-Version": "8"}, 426),
        (without("Sec-WebSocket-Key"), 400),
        (GOOD | {"Sec-WebSocket-Key": "c2hvcnQ="}, 400),
        (GOOD | {"Sec-WebSocket-Key": "not base64 at all!!!"}, 400),
        (without("Sec-WebSocket-Protocol"), 400),
        (GOOD | {"Sec-WebSocket-Protocol": "chat, fittrack.v2.msgpack"}, 400),
        (GOOD | {"Origin": "https://evil.example"}, 403),
        (GOOD | {"Origin": "null"}, 403),
        (GOOD | {"Authorization": "Basic cGxheWVyOnBhc3M="}, 400),
    ],
)
async def test_a_bad_handshake_is_refused_before_the_upgrade(
    house: House, headers: dict[str, str], status: int
) -> None:
    async with aiohttp.ClientSession() as session, session.get(house.url, headers=headers) as response:
        assert response.status == status
        if status == 426:
            assert response.headers["Sec-WebSocket-Version"] == "13"


async def test_the_first_known_subprotocol_that_the_client_offers_is_spoken(house: House) -> None:
    headers = GOOD | {"Sec-WebSocket-Protocol": "chat, fittrack.v1.json ,fittrack.v1.msgpack"}
    async with aiohttp.ClientSession() as session, session.get(house.url, headers=headers) as response:
        assert response.status == 101
        assert response.headers["Sec-WebSocket-Protocol"] == "fittrack.v1.json"
        assert response.headers["Sec-WebSocket-Accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        assert "Sec-WebSocket-Extensions" not in response.headers


async def test_browsers_come_from_here_or_from_an_allowed_origin() -> None:
    settings = WebSocketSettings(origins=frozenset({"https://app.example"}))
    async with open_house(settings) as house:
        for origin in ("https://app.example", f"http://127.0.0.1:{house.port}"):
            player = await house.connect(headers={"Origin": origin})
            assert (await player.next())["t"] == "hello"


async def test_the_token_of_the_upgrade_opens_the_session(house: House) -> None:
    token = house.product.sign_up()
    player = await house.connect(headers={"Authorization": f"Bearer {token}"})
    assert (await player.next())["t"] == "hello"
    assert (await player.next())["t"] == "welcome"


async def test_what_a_client_sends_right_behind_its_handshake_is_not_lost(house: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    lines = "".join(f"{name}: {value}\r\n" for name, value in GOOD.items())
    request = f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode()
    writer.write(request + client_frame(0x9, b"already here") + client_close(1000))
    answer = await reader.read()
    _, _, frames = answer.partition(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert (0xA, b"already here") in server_frames(frames)
    assert server_frames(frames)[-1] == (0x8, (1000).to_bytes(2, "big"))
    writer.close()


async def test_aiohttp_forgets_a_connection_it_handed_over(house: House) -> None:
    player = await house.enter()
    assert len(house.sockets.hub) == 1
    await house.eventually(lambda: not house.http_connections())
    await player.send({"t": "ping", "id": 1})
    assert (await player.next())["t"] == "pong"


def test_an_aiohttp_that_cannot_hand_over_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand_over, "_NEEDED", frozenset(("transport", "_gone_in_a_later_version")))
    with pytest.raises(RuntimeError, match=r"cannot hand over.*_gone_in_a_later_version"):
        hand_over.check_hand_over()


def test_this_aiohttp_can_hand_over() -> None:
    hand_over.check_hand_over()
    assert issubclass(RequestHandler, asyncio.Protocol)

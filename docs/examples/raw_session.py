"""The protocol by hand: every frame of a session, as JSON, without the reference client.

    python docs/examples/raw_session.py http://127.0.0.1:8000

Signs in, subscribes, buys, repeats the purchase under its key, is refused, loses the connection and resumes.
With `--until-goaway` it stays until the server is told to stop (Ctrl-C), and leaves as it is asked to.
"""

import argparse
import asyncio
import json
from typing import Any, Final
from uuid import uuid4

import aiohttp

from fittrack.demo.people import DEMO_PASSWORD, PLAYER_EMAIL

SUBPROTOCOL: Final = "fittrack.v1.json"
Frame = dict[str, Any]


class Connection:
    """A WebSocket that shows what passes."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def say(self, frame: Frame) -> None:
        """Send one frame."""
        show("→", frame)
        await self._socket.send_str(json.dumps(frame))

    async def hear(self, *until: str) -> Frame:
        """Read until a frame of each type has come, and return one of the last message."""
        waiting = set(until)
        while True:
            message = await self._socket.receive_json()
            frames = message if isinstance(message, list) else [message]  # a message is one or several
            for frame in frames:
                show("←", frame)
            waiting -= {frame["t"] for frame in frames}
            if not waiting:
                return next(dict(frame) for frame in frames if frame["t"] in until)

    async def leave(self) -> None:
        """Close, and wait until the server has closed as well."""
        print(f"→ close {aiohttp.WSCloseCode.OK.value}")  # noqa: T201
        await self._socket.close()
        print(f"← close {self._socket.close_code}")  # noqa: T201


def show(direction: str, frame: Frame) -> None:
    """Print a frame on one line, in the order of the guide; secrets are nobody's business."""
    ordered = {name: frame[name] for name in ("t", "id", "key", "ch", "seq", "d") if name in frame}
    shown = json.dumps(ordered, ensure_ascii=False)
    print(direction, shown.replace(frame.get("d", {}).get("token", "\0"), "…"))  # noqa: T201 - for readers


async def sign_in(http: aiohttp.ClientSession, email: str, password: str) -> str:
    """An access token."""
    async with http.post("/api/v1/auth/login", json={"email": email, "password": password}) as answer:
        answer.raise_for_status()
        return str((await answer.json())["access_token"])


async def drawing_to_enter(http: aiohttp.ClientSession) -> str:
    """The id of an open drawing."""
    async with http.get("/api/v1/drawings", params={"status": "open"}) as answer:
        answer.raise_for_status()
        cheapest = min((await answer.json())["items"], key=lambda drawing: drawing["ticket_cost_points"])
        return str(cheapest["drawing_id"])


async def shop(connection: Connection, token: str, drawing_id: str) -> Frame:
    """Buy twice under one key: the second answer is the first one's. Returns the `welcome`."""
    await connection.hear("hello")
    await connection.say({"t": "auth", "id": 1, "d": {"token": token}})
    welcome = await connection.hear("welcome")
    await connection.say({"t": "ping", "id": 2})
    await connection.hear("pong")
    await connection.say({"t": "sub", "id": 3, "ch": f"drawing:{drawing_id}"})
    await connection.hear("snapshot")
    purchase = {"t": "tickets.buy", "key": str(uuid4()), "d": {"drawing_id": drawing_id, "quantity": 2}}
    await connection.say({**purchase, "id": 4})
    await connection.hear("points.changed", "tickets.changed", "ok", "drawing.tick")
    await connection.say({**purchase, "id": 5})
    await connection.hear("ok")
    greedy = {"t": "tickets.buy", "key": str(uuid4()), "d": {"drawing_id": drawing_id, "quantity": 999_999}}
    await connection.say({**greedy, "id": 6})
    await connection.hear("err")
    return welcome


async def resume(connection: Connection, token: str, welcome: Frame) -> None:
    """Go on where the first connection's `welcome` stood: the purchase comes again."""
    await connection.hear("hello")
    known = {"ledger": welcome["d"]["ledger_seq"], "inbox": welcome["d"]["inbox_seq"]}
    await connection.say({"t": "auth", "id": 1, "d": {"token": token, "resume": known}})
    await connection.hear("points.changed")


async def go_away(connection: Connection) -> None:
    """Stay until the server leaves. A phone opens its next connection first (`protocol/client.py` does)."""
    await connection.hear("goaway")
    await connection.leave()


async def main() -> None:
    """Both connections."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--until-goaway", action="store_true")
    given = parser.parse_args()
    async with aiohttp.ClientSession(given.url) as http:
        token, drawing_id = await sign_in(http, PLAYER_EMAIL, DEMO_PASSWORD), await drawing_to_enter(http)
        lost = await http.ws_connect("/ws", protocols=(SUBPROTOCOL,))
        welcome = await shop(Connection(lost), token, drawing_id)
    # The session closed its sockets, and said nothing to the server: so it looks when a network is lost.
    print(flush=True)  # noqa: T201
    async with (
        aiohttp.ClientSession(given.url) as http,
        http.ws_connect("/ws", protocols=(SUBPROTOCOL,)) as socket,
    ):
        await resume(Connection(socket), token, welcome)
        if given.until_goaway:
            print(flush=True)  # noqa: T201
            await go_away(Connection(socket))


if __name__ == "__main__":
    asyncio.run(main())

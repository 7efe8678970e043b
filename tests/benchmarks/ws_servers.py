"""Servers for the WebSocket benchmarks: this project's, and two peers that do the least they can.

Run as a process of its own: `python -m tests.benchmarks.ws_servers KIND`. It prints its port, then
answers each line on its standard input with one line of JSON.
"""

import asyncio
import gc
import json
import resource
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web

from fittrack.kit.clock import SystemClock, VirtualClock
from fittrack.kit.ids import DrawingId, SessionId, UserId, uuid7
from fittrack.kit.standing import AccountStatus, Role
from fittrack.pubsub.memory_broker import MemoryBroker
from fittrack.pubsub.messages import ChannelEvent, channel_topic
from fittrack.server.admission import Caps
from fittrack.server.principal import Principal
from fittrack.server.websocket import WebSockets, WebSocketSettings, live_with
from protocol.channels import DrawingChannel
from protocol.codec import MSGPACK
from protocol.frames import frame
from protocol.limits import Timing
from protocol.outbound import DrawingTick, OpsSnapshot
from protocol.shapes import instant
from tests.fittrack.server.websocket.product import Product

CHANNEL = str(DrawingChannel(DrawingId(uuid7())))
BACKLOG = 4096
QUIET_S = 3_600.0
"""Seconds without heartbeats, for the clients don't answer them; the peers send none either."""

CROWD = 1_000_000
"""Connections that may come from one address at once: here all do."""

FIRST_NUMBER = 1_000
"""Numbers of ticks have the same width from here to 65,535: so have their messages."""
Control = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class OpenDoor(Product):
    """Lets everybody in as somebody new; one drawing is open."""

    async def authenticate(self, token: str, device_id: str | None) -> Principal:
        return Principal(
            user_id=UserId(uuid7()),
            session_id=SessionId(uuid7()),
            role=Role.USER,
            status=AccountStatus.ACTIVE,
            profile_complete=True,
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )


def a_tick(tickets: int) -> DrawingTick:
    now = instant(datetime.now(UTC))
    return DrawingTick(status="open", closes_at=now, draws_at=now, now=now, tickets=tickets, entrants=tickets)


def resident_kib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024


async def measured(work: Callable[[], Awaitable[None]]) -> dict[str, float]:
    """User and system CPU seconds of `work`.

    The kernel may split the two by sampling at its timer ticks: only the sum is exact for short work.
    """
    began = resource.getrusage(resource.RUSAGE_SELF)
    await work()
    ended = resource.getrusage(resource.RUSAGE_SELF)
    return {"user_s": ended.ru_utime - began.ru_utime, "system_s": ended.ru_stime - began.ru_stime}


async def longest_turn(work: Callable[[], Awaitable[None]]) -> dict[str, float]:
    """The most CPU seconds, exact and without what other processes took, of one turn of the loop."""
    working = asyncio.ensure_future(work())
    longest, last = 0.0, time.thread_time()
    while not working.done():
        await asyncio.sleep(0)
        now = time.thread_time()
        longest, last = max(longest, now - last), now
    return {"longest_turn_s": longest}


async def serve_fittrack(listener: socket.socket) -> Control:
    broker = MemoryBroker()
    product = OpenDoor(broker, VirtualClock(datetime.now(UTC)))
    product.channels[CHANNEL] = 0, OpsSnapshot(live=None, alerts=[], actions=[])
    app = web.Application()
    settings = WebSocketSettings(
        timing=Timing(ping_every=QUIET_S, silence_max=QUIET_S),
        caps=Caps(unauthenticated_per_address=CROWD, unauthenticated=CROWD, upgrades_per_minute=CROWD),
    )
    sockets = WebSockets(product, broker, SystemClock(), settings)
    app.router.add_get("/ws", sockets.handle)
    live_with(app, sockets)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, listener, backlog=BACKLOG).start()
    return lambda order: control_fittrack(order, sockets, broker)


async def control_fittrack(
    order: dict[str, Any], sockets: WebSockets, broker: MemoryBroker
) -> dict[str, Any]:
    if order["do"] == "count":
        return {"connections": sockets.fanout.size(CHANNEL)}
    seq = max(sockets.fanout.heads().get(CHANNEL, 0), FIRST_NUMBER)

    async def broadcast() -> None:
        nonlocal seq
        for _ in range(order["times"]):
            seq += 1
            target = sockets.fanout.deliveries + sockets.fanout.size(CHANNEL)
            broker.publish(channel_topic(CHANNEL), ChannelEvent(CHANNEL, seq, a_tick(seq)))
            while sockets.fanout.deliveries < target:  # noqa: ASYNC110 - the turns are measured
                await asyncio.sleep(0)
            await asyncio.sleep(0)  # the transports flush

    return await (longest_turn if order["do"] == "watch" else measured)(broadcast)


async def serve_aiohttp(listener: socket.socket) -> Control:
    open_sockets: set[web.WebSocketResponse] = set()

    async def handle(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(protocols=(MSGPACK.subprotocol,), compress=False)
        await ws.prepare(request)
        open_sockets.add(ws)
        async for message in ws:
            await ws.send_bytes(message.data)
        open_sockets.discard(ws)
        return ws

    app = web.Application()
    app.router.add_get("/ws", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, listener, backlog=BACKLOG).start()
    return lambda order: control_peer(order, open_sockets)


async def serve_starlette(listener: socket.socket) -> Control:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import WebSocketRoute
    from starlette.websockets import WebSocket, WebSocketDisconnect

    open_sockets: set[Any] = set()

    async def handle(ws: WebSocket) -> None:
        await ws.accept(subprotocol=MSGPACK.subprotocol)
        open_sockets.add(ws)
        try:
            while True:
                await ws.send_bytes(await ws.receive_bytes())
        except WebSocketDisconnect:
            open_sockets.discard(ws)

    config = uvicorn.Config(
        Starlette(routes=[WebSocketRoute("/ws", handle)]),
        log_level="error",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        backlog=BACKLOG,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listener]))

    async def control(order: dict[str, Any]) -> dict[str, Any]:
        assert not serving.done()
        return await control_peer(order, open_sockets)

    return control


async def control_peer(order: dict[str, Any], open_sockets: set[Any]) -> dict[str, Any]:
    if order["do"] == "count":
        return {"connections": len(open_sockets)}

    async def broadcast() -> None:
        for number in range(FIRST_NUMBER, FIRST_NUMBER + order["times"]):
            payload = MSGPACK.encode(frame(a_tick(number), ch=CHANNEL, seq=number))
            for ws in tuple(open_sockets):
                await ws.send_bytes(payload)
            await asyncio.sleep(0)

    return await measured(broadcast)


SERVERS = {"fittrack": serve_fittrack, "aiohttp": serve_aiohttp, "starlette": serve_starlette}


async def main(kind: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
    control = await SERVERS[kind](listener)
    print(json.dumps({"port": listener.getsockname()[1], "channel": CHANNEL}), flush=True)
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    while line := await orders.readline():
        order = json.loads(line)
        if order["do"] == "rss":
            gc.collect()
            answer: dict[str, Any] = {"kib": resident_kib()}
        else:
            answer = await control(order)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))

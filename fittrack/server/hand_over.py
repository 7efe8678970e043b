"""Takes an upgraded connection from aiohttp: HTTP is done, its transport goes on under another protocol.

This is the one place that knows aiohttp's inside (its minor version is pinned). `check_hand_over` fails
at the start of the server, with a sentence, if that inside has changed.
"""

import asyncio
import socket
from typing import Final, cast

import aiohttp
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

UNSENT_BYTES_MAX: Final = 16 * 1024
"""Bytes the kernel keeps unsent for one socket: what waits there cannot be replaced by what is newer."""

_NEEDED: Final = frozenset(("transport", "_message_tail", "_upgraded", "_payload_parser", "_manager"))


class Upgrade(web.StreamResponse):
    """The 101 that answers an upgrade. After it aiohttp has nothing more to write."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(status=101, headers=headers)
        self.force_close()

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing: the transport is no longer aiohttp's."""


def check_hand_over() -> None:
    """Raise RuntimeError if this aiohttp cannot hand its connections over."""
    has = {name for cls in RequestHandler.__mro__ for name in getattr(cls, "__slots__", ())}
    if missing := _NEEDED - has:
        raise RuntimeError(
            f"aiohttp {aiohttp.__version__} cannot hand over connections, it has no {sorted(missing)}"
        )


async def take_over(request: web.Request, response: Upgrade) -> tuple[asyncio.Transport, bytes]:
    """Send `response`, then part the transport from aiohttp.

    Returns the transport, which must be given a protocol at once, and the bytes that came after the
    request. Raises ConnectionResetError when the client is gone.
    """
    await response.prepare(request)
    http = request.protocol
    transport = http.transport
    if transport is None or transport.is_closing():
        raise ConnectionResetError("the client left during the upgrade")
    assert isinstance(http, RequestHandler), "the upgrade came through aiohttp's own server"
    assert http._upgraded and http._payload_parser is None, "aiohttp must have stopped parsing"
    tail, http._message_tail = http._message_tail, b""
    http.transport = None  # so that the farewell below leaves the transport alone
    http.connection_lost(None)
    _keep_little_unsent(transport)
    return transport, tail


def give_protocol(transport: asyncio.Transport, protocol: asyncio.Protocol, tail: bytes) -> None:
    """Let `protocol` have the transport, and the bytes that already came."""
    transport.set_protocol(protocol)
    if not transport.is_reading():
        transport.resume_reading()
    if tail:
        protocol.data_received(tail)


def _keep_little_unsent(transport: asyncio.Transport) -> None:
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    plain = cast("socket.socket | None", transport.get_extra_info("socket"))
    if option is not None and plain is not None and plain.family in (socket.AF_INET, socket.AF_INET6):
        plain.setsockopt(socket.IPPROTO_TCP, option, UNSENT_BYTES_MAX)

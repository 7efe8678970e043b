"""The client's side of RFC 6455 as bytes, and a transport that keeps what was written."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fittrack.server.lean_connection import LeanConnection
from fittrack.server.ws_frames import FIN

MASK = bytes((0x37, 0xFA, 0x21, 0x3D))


def masked(first: int, payload: bytes, *, mask: bytes = MASK) -> bytes:
    """A client's frame with any first byte."""
    length = len(payload)
    if length <= 125:
        header = bytes((first, 0x80 | length))
    elif length <= 0xFFFF:
        header = bytes((first, 0x80 | 126)) + length.to_bytes(2, "big")
    else:
        header = bytes((first, 0x80 | 127)) + length.to_bytes(8, "big")
    return header + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


def client_frame(opcode: int, payload: bytes = b"", *, fin: bool = True) -> bytes:
    return masked((FIN if fin else 0) | opcode, payload)


def client_close(code: int, reason: bytes = b"") -> bytes:
    return client_frame(0x8, code.to_bytes(2, "big") + reason)


def server_frames(data: bytes) -> list[tuple[int, bytes]]:
    """The server's unmasked, unfragmented frames in `data`: (opcode, payload)."""
    frames = []
    while data:
        assert data[0] & FIN, "a server's frame is final"
        assert not data[1] & 0x80, "a server's frame is not masked"
        length, at = data[1], 2
        if length > 125:
            width = 2 if length == 126 else 8
            length, at = int.from_bytes(data[2 : 2 + width], "big"), 2 + width
        frames.append((data[0] & 0x0F, data[at : at + length]))
        data = data[at + length :]
    return frames


class Transport(asyncio.Transport):
    """Keeps what is written; the peer reads as much as the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.unread = 0
        self.reading_stalled = False
        self.closed = self.aborted = False
        self.on_write: Callable[[], None] = lambda: None

    def write(self, data: Any) -> None:
        self.written += data
        self.on_write()
        if self.reading_stalled:
            self.unread += len(data)

    def get_write_buffer_size(self) -> int:
        return self.unread

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.aborted = True

    def take(self) -> list[tuple[int, bytes]]:
        """The frames written since the last call."""
        data, self.written = bytes(self.written), bytearray()
        return server_frames(data)


@dataclass
class Recorder:
    """A receiver that remembers."""

    messages: list[str | bytes] = field(default_factory=list)
    closed_with: int | None = None
    signs_of_life: int = 0
    failed_with: int | None = None
    peer_closed: bool = False

    def message_received(self, message: str | bytes) -> None:
        self.messages.append(message)

    def connection_failing(self, code: int, reason: str) -> None:
        self.failed_with = code

    def peer_closing(self) -> None:
        self.peer_closed = True

    def traffic_received(self) -> None:
        self.signs_of_life += 1

    def pause_writing(self) -> None: ...

    def resume_writing(self) -> None: ...

    def connection_closed(self, code: int) -> None:
        self.closed_with = code


def a_connection(*, bytes_max: int = 1 << 20) -> tuple[LeanConnection, Transport, Recorder]:
    transport, recorder = Transport(), Recorder()
    return LeanConnection(transport, recorder, bytes_max=bytes_max), transport, recorder

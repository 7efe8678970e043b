"""The protocol object of an upgraded connection: bytes to messages, the closing handshake, flow control.

An aiohttp WebSocket handler keeps 13.8 KB and 61 objects per idle connection; this keeps one object
beside the transport. It knows RFC 6455 and nothing of what the messages say.
"""

import asyncio
from enum import IntEnum
from typing import Protocol

from fittrack.server.ws_frames import (
    ABNORMAL_CLOSURE,
    BINARY,
    CLOSE,
    FIN,
    PING,
    PONG,
    TEXT,
    FrameError,
    build_close,
    build_frame,
    decode_text,
    read_close,
    read_frame,
)
from fittrack.server.ws_reader import MessageReader

_EMPTY_PING = build_frame(PING, b"")


class Receiver(Protocol):
    """Whom a connection tells what happens to it."""

    def message_received(self, message: str | bytes) -> None:
        """A whole message: text as `str`, binary as `bytes`."""

    def traffic_received(self) -> None:
        """Something else arrived, a control frame or a part of a message: the peer lives."""

    def pause_writing(self) -> None:
        """The socket takes no more; whatever is written now piles up."""

    def resume_writing(self) -> None:
        """The socket takes more again."""

    def connection_failing(self, code: int, reason: str) -> None:
        """The peer broke RFC 6455, or began a message that is too big. Nothing more is read. A last
        word may be sent; then the connection closes with `code`, if not with another one by now."""

    def peer_closing(self) -> None:
        """The peer closed; the transport ends as soon as everything written went out."""

    def connection_closed(self, code: int) -> None:
        """The last call. `code` is what the connection ended with: the first close frame's, or 1006."""


class Phase(IntEnum):
    """Where a connection is in its life."""

    OPEN = 0
    CLOSING = 1
    """This side sent its close frame and waits for the peer's."""
    CLOSED = 2
    """Nothing goes in or out any more but what the transport still flushes."""


class LeanConnection(asyncio.Protocol):
    """One upgraded connection. `bytes_max` bounds the next inbound message."""

    __slots__ = ("_reader", "bytes_max", "close_code", "phase", "receiver", "transport")

    def __init__(self, transport: asyncio.Transport, receiver: Receiver, *, bytes_max: int) -> None:
        self.transport = transport
        self.receiver = receiver
        self.bytes_max = bytes_max
        self.phase = Phase.OPEN
        self.close_code = ABNORMAL_CLOSURE
        self._reader: MessageReader | None = None

    # --- what the event loop calls ------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Take bytes from the peer. What breaks RFC 6455 fails the connection with its close code."""
        if self.phase is Phase.CLOSED:
            return
        try:
            if self._reader is None:
                self._receive_whole(data)
            else:
                self._receive_parts(self._reader, data)
        except FrameError as error:
            self._fail(error)

    def eof_received(self) -> None:
        """The peer ended the connection; the transport closes itself."""

    def pause_writing(self) -> None:
        self.receiver.pause_writing()

    def resume_writing(self) -> None:
        self.receiver.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self.phase = Phase.CLOSED
        self._reader = None
        self.receiver.connection_closed(self.close_code)

    # --- what the server calls ----------------------------------------------------------------------------

    def ping(self) -> None:
        """Ask the peer for a sign of life."""
        if self.phase is Phase.OPEN:
            self.transport.write(_EMPTY_PING)

    def close(self, code: int, reason: str = "") -> None:
        """Begin the closing handshake. A connection that is closing already keeps its first code."""
        if self.phase is Phase.OPEN:
            self.phase = Phase.CLOSING
            self.close_code = code
            self.transport.write(build_close(code, reason))

    def abort(self) -> None:
        """Drop the connection and whatever it has not sent."""
        self.phase = Phase.CLOSED
        self.transport.abort()

    # --- inside -------------------------------------------------------------------------------------------

    def _receive_whole(self, data: bytes) -> None:
        at, end = 0, len(data)
        while at < end:
            if self.phase is Phase.CLOSED:
                return
            frame = read_frame(data, at, self.bytes_max)
            if frame is None or not frame[0] & FIN or not frame[0] & 0x0F:
                self._reader = MessageReader()
                self._receive_parts(self._reader, data[at:])
                return
            first, payload, at = frame
            self._deliver(first & 0x0F, payload)

    def _receive_parts(self, reader: MessageReader, data: bytes) -> None:
        self.receiver.traffic_received()
        for opcode, payload in reader.feed(data, self.bytes_max):
            self._deliver(opcode, payload)
            if self.phase is Phase.CLOSED:
                return
        if reader.idle:
            self._reader = None

    def _deliver(self, opcode: int, payload: bytearray) -> None:
        if opcode == CLOSE:
            self._peer_closes(payload)
        elif self.phase is not Phase.OPEN:
            return  # after a close frame of ours only the peer's matters
        elif opcode == BINARY:
            self.receiver.message_received(bytes(payload))
        elif opcode == TEXT:
            self.receiver.message_received(decode_text(payload))
        else:
            self.receiver.traffic_received()
            if opcode == PING:
                self.transport.write(build_frame(PONG, bytes(payload)))

    def _peer_closes(self, payload: bytearray) -> None:
        code, _ = read_close(payload)
        if self.phase is Phase.OPEN:
            self.close_code = code
            self.transport.write(build_close(code))
        self.phase = Phase.CLOSED
        self.transport.close()
        self.receiver.peer_closing()

    def _fail(self, error: FrameError) -> None:
        """Say why and stop reading (RFC 6455, 7.1.7): the peer's bytes mean nothing any more.

        They are still taken off the socket, unread, until the peer or the sweep ends the connection:
        unread bytes at a close make TCP reset it, and the close frame would be lost.
        """
        self.receiver.connection_failing(error.code, error.reason)
        self.close(error.code, error.reason)
        self.phase = Phase.CLOSED
        self._reader = None

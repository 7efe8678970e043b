"""Packets of Oracle Net: framing, data packets of requests and replies, and markers, which break calls."""

import select
import socket
import ssl
import struct
from enum import IntEnum

from tests.oracle_net.codec import Writer

HEADER_BYTES = 8
SESSION_DATA_UNIT = 8_192
"""Bytes of a packet at most."""
FLAG_BYTES = 2
END_OF_FILE = 0x0040
END_OF_RESPONSE = 0x2000
"""Flags of data packets."""
END_OF_RESPONSE_MESSAGE = 29


class Packet(IntEnum):
    """Types of packets."""

    CONNECT = 1
    ACCEPT = 2
    REFUSE = 4
    DATA = 6
    MARKER = 12


class Mark(IntEnum):
    """What a marker says: the last of its three bytes."""

    BREAK = 1
    RESET = 2
    INTERRUPT = 3


class Disconnected(Exception):  # noqa: N818 - how every connection ends
    """The client is gone, or said that it goes."""


class Broken(Exception):  # noqa: N818 - it is the client's wish
    """The client breaks the call. `mark` was read already."""


class Wire:
    """One connection's packets."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self.wide = False
        """Whether lengths of packets have 32 bits: after ACCEPT."""

    def receive(self) -> tuple[int, bytes]:
        """The next packet: its type, and what is behind its header."""
        header = self._exactly(HEADER_BYTES)
        size = int.from_bytes(header[:4] if self.wide else header[:2], "big")
        return header[4], self._exactly(size - HEADER_BYTES)

    def data(self) -> bytes:
        """What the next data packet holds. Raises `Broken`, `Disconnected`."""
        kind, body = self.receive()
        if kind == Packet.MARKER:
            raise Broken
        if kind != Packet.DATA or int.from_bytes(body[:FLAG_BYTES], "big") & END_OF_FILE:
            raise Disconnected
        return body[FLAG_BYTES:]

    def send(self, kind: Packet, body: bytes) -> None:
        size = len(body) + HEADER_BYTES
        length = struct.pack(">I", size) if self.wide else struct.pack(">HH", size, 0)
        self._socket.sendall(length + bytes([kind, 0, 0, 0]) + body)

    def reply(self, message: bytes, *, ends: bool = True) -> None:
        """A message in as many data packets as it takes. `ends`: the client is told where the reply ends."""
        message = bytes(message) + (bytes([END_OF_RESPONSE_MESSAGE]) if ends else b"")
        room = SESSION_DATA_UNIT - HEADER_BYTES - FLAG_BYTES
        for at in range(0, len(message), room):
            last = at + room >= len(message)
            packet = Writer()
            packet.u16(END_OF_RESPONSE if ends and last else 0)
            packet += message[at : at + room]
            self.send(Packet.DATA, packet)

    def acknowledge_break(self) -> None:
        """The dance of markers behind a break: ours, the client's reset, ours."""
        self.send(Packet.MARKER, bytes([1, 0, Mark.BREAK]))
        while True:
            kind, body = self.receive()
            if kind == Packet.MARKER and body[2] == Mark.RESET:
                break
        self.send(Packet.MARKER, bytes([1, 0, Mark.RESET]))

    def is_interrupted(self, within_s: float = 0) -> bool:
        """Whether the client broke the call, or left, while it is being served; or does so `within_s`."""
        if isinstance(self._socket, ssl.SSLSocket):  # nobody can peek through TLS: the statement goes on
            return False
        if not select.select([self._socket], [], [], within_s)[0]:
            return False
        seen = self._socket.recv(HEADER_BYTES, socket.MSG_PEEK)
        return not seen or (len(seen) > 4 and seen[4] == Packet.MARKER)

    def close(self) -> None:
        """End it without a word."""
        self._socket.close()

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            part = self._socket.recv(size - len(data))
            if not part:
                raise Disconnected
            data += part
        return bytes(data)

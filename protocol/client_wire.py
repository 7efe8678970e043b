"""How the reference client reads and writes frames: by the common libraries, not by the server's codec.

So that the two implementations check each other, and to show that nothing but `msgpack` or `json` is needed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, Protocol

import msgpack

from protocol.limits import FRAMES_PER_MESSAGE_MAX, MESSAGE_BYTES_MAX

Encoding = Literal["msgpack", "json"]
WireFrame = Mapping[str, object]
"""A frame as plain maps, lists, strings and numbers."""


class Wire(Protocol):
    """One encoding, as the client needs it."""

    @property
    def subprotocol(self) -> str:
        """What the client offers at the upgrade."""

    def encode(self, frame: WireFrame) -> bytes:
        """One frame."""

    def join(self, frames: list[bytes]) -> bytes | str:
        """Encoded frames as one message."""

    def decode(self, message: bytes | str) -> list[WireFrame]:
        """The frames of a message. Raises `ValueError` for what is none."""


class MsgpackWire:
    """Binary messages."""

    subprotocol: Final = "fittrack.v1.msgpack"

    def encode(self, frame: WireFrame) -> bytes:
        """One frame."""
        return bytes(msgpack.packb(frame))

    def join(self, frames: list[bytes]) -> bytes:
        """Encoded frames as one message."""
        return frames[0] if len(frames) == 1 else _array_header(len(frames)) + b"".join(frames)

    def decode(self, message: bytes | str) -> list[WireFrame]:
        """The frames of a message."""
        if isinstance(message, str):
            message = message.encode()  # never valid: text was not agreed
        return _frames(msgpack.unpackb(message))


class JsonWire:
    """Text messages."""

    subprotocol: Final = "fittrack.v1.json"

    def encode(self, frame: WireFrame) -> bytes:
        """One frame."""
        return json.dumps(frame, separators=(",", ":"), ensure_ascii=False).encode()

    def join(self, frames: list[bytes]) -> str:
        """Encoded frames as one message."""
        return (frames[0] if len(frames) == 1 else b"[" + b",".join(frames) + b"]").decode()

    def decode(self, message: bytes | str) -> list[WireFrame]:
        """The frames of a message."""
        return _frames(json.loads(message))


def wire_of(encoding: Encoding) -> Wire:
    """The wire that speaks `encoding`."""
    return MsgpackWire() if encoding == "msgpack" else JsonWire()


def messages(
    frames: Iterable[bytes], *, frames_max: int = FRAMES_PER_MESSAGE_MAX, bytes_max: int = MESSAGE_BYTES_MAX
) -> Iterator[list[bytes]]:
    """Group encoded frames, in order, into messages that keep both limits.

    A frame too large to share a message travels alone (an `activity.log` may).
    """
    group: list[bytes] = []
    size = _LIST_OVERHEAD
    for frame in frames:
        if group and (len(group) == frames_max or size + len(frame) + 1 > bytes_max):
            yield group
            group, size = [], _LIST_OVERHEAD
        group.append(frame)
        size += len(frame) + 1
    if group:
        yield group


_LIST_OVERHEAD = 3
"""Bytes that make frames a list: a MessagePack array header; JSON takes two, and a comma per frame."""


def _array_header(length: int) -> bytes:
    return bytes(msgpack.Packer().pack_array_header(length))


def _frames(content: object) -> list[WireFrame]:
    frames: list[WireFrame] = []
    for frame in content if isinstance(content, list) else (content,):
        if not (isinstance(frame, dict) and isinstance(frame.get("t"), str)):
            raise ValueError("not a frame")  # noqa: TRY004 - the data is wrong, not the caller
        frames.append(frame)
    return frames

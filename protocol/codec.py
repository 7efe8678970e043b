"""Both encodings of the protocol: MessagePack in binary messages, JSON in text messages, the same maps.

Reading takes two steps: the envelope, with `d` left as bytes, then `d` by the type that `t` names. It was the
fastest way that can still name the frame it refuses (docs/decisions/0004). A codec has no state of its own:
two of them serve all connections.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, overload

import msgspec
from msgspec import Raw, Struct

from fittrack.kit.problems import InvalidFrame, Problem, Validation
from protocol.errors import field_error
from protocol.frames import Envelope, Frame, FrameId
from protocol.limits import FRAMES_PER_MESSAGE_MAX

UNREADABLE: Final = (ValueError, RecursionError, OverflowError)
"""What decoding hostile bytes raises: malformed, invalid, not UTF-8 (all `ValueError`), too deep, too big."""

if TYPE_CHECKING:
    from typing_extensions import Buffer

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A frame of a message that is not one: why, and its id as far as that can be read."""

    problem: Problem
    id: FrameId = None


Message = Envelope | Sequence[Envelope | Unreadable]
"""What one WebSocket message holds."""


class Decoder(Protocol[T_co]):
    """What msgspec's decoders of both encodings have in common."""

    def decode(self, data: "Buffer", /) -> T_co: ...


class _IdOnly(Struct):
    id: int | str | None = None


class Codec:
    """One encoding. Use `MSGPACK` and `JSON`, or `codec_for` a subprotocol."""

    def __init__(self, subprotocol: str, *, binary: bool) -> None:
        self.subprotocol = subprotocol
        self.binary = binary
        encoder = msgspec.msgpack.Encoder() if binary else msgspec.json.Encoder()
        self.encode: Callable[[Frame], bytes] = encoder.encode
        """One frame as the bytes of a message, or of a part of one."""
        self._message: Decoder[Envelope | list[Envelope]] = self.decoder(Envelope | list[Envelope])
        self._parts = self.decoder(list[Raw])
        self._envelope = self.decoder(Envelope)
        self._id = self.decoder(_IdOnly)

    @overload
    def decoder(self, type: type[T]) -> Decoder[T]: ...
    @overload
    def decoder(self, type: object) -> Decoder[Any]: ...
    def decoder(self, type: Any) -> Decoder[Any]:
        """A decoder of this encoding for `type`. Make it once: that takes longer than many decodings."""
        return msgspec.msgpack.Decoder(type) if self.binary else msgspec.json.Decoder(type)

    def read(self, data: bytes | str) -> Message:
        """The frames in one WebSocket message.

        What is no frame comes as `Unreadable`, and the others of a list stand; a list of a wrong length is
        unreadable as a whole. Raises nothing.
        """
        if isinstance(data, str):
            if self.binary:
                return (Unreadable(InvalidFrame("A text message where binary ones were agreed")),)
            data = data.encode(errors="replace")
        try:
            message = self._message.decode(data)
        except UNREADABLE as error:
            return self._read_parts(data, error)
        if isinstance(message, Envelope):
            return message
        return _counted(message)

    def _read_parts(self, data: bytes, error: Exception) -> Message:
        try:
            parts = self._parts.decode(data)
        except UNREADABLE:
            return (self._unreadable(data, error),)
        return _counted([self._read_part(part) for part in parts[: FRAMES_PER_MESSAGE_MAX + 1]])

    def _read_part(self, part: Raw) -> Envelope | Unreadable:
        try:
            return self._envelope.decode(part)
        except UNREADABLE as error:
            return self._unreadable(part, error)

    def _unreadable(self, data: bytes | Raw, error: Exception) -> Unreadable:
        try:
            id = self._id.decode(data).id
        except UNREADABLE:
            id = None
        return Unreadable(_problem_of(error), id)

    def join(self, frames: Sequence[bytes]) -> bytes:
        """Encoded frames as one message. One frame travels as it is, several (at most 64) as a list."""
        assert 0 < len(frames) <= FRAMES_PER_MESSAGE_MAX, "a message holds 1 to 64 frames"
        if len(frames) == 1:
            return frames[0]
        if not self.binary:
            return b"[" + b",".join(frames) + b"]"
        return _array_header(len(frames)) + b"".join(frames)


def _array_header(length: int) -> bytes:
    return bytes((0x90 | length,)) if length < 16 else b"\xdc" + length.to_bytes(2, "big")


def _counted(frames: Sequence[Envelope | Unreadable]) -> Sequence[Envelope | Unreadable]:
    if not frames:
        return (Unreadable(InvalidFrame("An empty list of frames")),)
    if len(frames) > FRAMES_PER_MESSAGE_MAX:
        return (Unreadable(InvalidFrame(f"More than {FRAMES_PER_MESSAGE_MAX} frames in one message")),)
    return frames


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, msgspec.ValidationError):
        found = field_error(error)
        if found.pointer in ("/key", "/ch"):
            return Validation(f"{found.pointer}: {found.detail}", errors=(found,))
        return InvalidFrame(f"{found.pointer or 'The frame'}: {found.detail}")
    return InvalidFrame("Nested too deep" if isinstance(error, RecursionError) else "Not readable")


MSGPACK: Final = Codec("fittrack.v1.msgpack", binary=True)
JSON: Final = Codec("fittrack.v1.json", binary=False)
SUBPROTOCOLS: Final = (MSGPACK.subprotocol, JSON.subprotocol)
"""The subprotocols of version 1, the preferred one first."""


def codec_for(offered: Sequence[str]) -> Codec | None:
    """The codec for the first known subprotocol that a client offers (its order counts), or none."""
    known = {codec.subprotocol: codec for codec in (MSGPACK, JSON)}
    return next((known[name] for name in offered if name in known), None)

"""From the client's bytes to whole messages: fragmentation and partial reads (RFC 6455, 5.4).

A reader exists only while a message is incomplete; a connection that received whole messages, which is
nearly all of them nearly always, holds none.
"""

import codecs
from collections.abc import Iterator

from fittrack.server.ws_frames import (
    CONTINUATION,
    CONTROL,
    FIN,
    INVALID_TEXT,
    MESSAGE_TOO_BIG,
    PROTOCOL_ERROR,
    TEXT,
    FrameError,
    read_frame,
)

_Utf8Decoder = codecs.getincrementaldecoder("utf-8")


class MessageReader:
    """What arrived of a message so far. `feed` it with bytes; drop it when it is `idle`."""

    __slots__ = ("_opcode", "_parts", "_pending", "_utf8")

    def __init__(self) -> None:
        self._pending = bytearray()
        self._opcode = CONTINUATION
        self._parts = bytearray()
        self._utf8: codecs.IncrementalDecoder | None = None

    @property
    def idle(self) -> bool:
        """True when nothing is incomplete."""
        return not self._pending and self._opcode == CONTINUATION

    def feed(self, data: bytes | bytearray, bytes_max: int) -> Iterator[tuple[int, bytearray]]:
        """Yield (opcode, payload) of each message and control frame that `data` completes.

        Text is checked as it comes, so that bytes which cannot become UTF-8 fail at once (8.1).
        `bytes_max` bounds a whole message, fragments together. Raises FrameError.
        """
        pending = self._pending
        pending += data
        at = 0
        try:
            while frame := read_frame(pending, at, bytes_max):
                first, payload, at = frame
                opcode = first & 0x0F
                if opcode & CONTROL:
                    yield opcode, payload
                elif first & FIN and opcode != CONTINUATION and self._opcode == CONTINUATION:
                    if opcode == TEXT:
                        self._check_text(payload, final=True)
                    yield opcode, payload
                elif (whole := self._join(first, payload, bytes_max)) is not None:
                    yield whole
        finally:
            del pending[:at]

    def _join(self, first: int, payload: bytearray, bytes_max: int) -> tuple[int, bytearray] | None:
        opcode = first & 0x0F
        if (opcode == CONTINUATION) != (self._opcode != CONTINUATION):
            raise FrameError(PROTOCOL_ERROR, "fragments out of order")
        if opcode != CONTINUATION:
            self._opcode = opcode
        if len(self._parts) + len(payload) > bytes_max:
            raise FrameError(MESSAGE_TOO_BIG, f"at most {bytes_max} bytes")
        final = bool(first & FIN)
        if self._opcode == TEXT:
            self._check_text(payload, final=final)
        self._parts += payload
        if not final:
            return None
        whole = self._opcode, self._parts
        self._opcode, self._parts = CONTINUATION, bytearray()
        return whole

    def _check_text(self, payload: bytearray, *, final: bool) -> None:
        if self._utf8 is None:
            self._utf8 = _Utf8Decoder()
        try:
            self._utf8.decode(payload, final)
        except UnicodeDecodeError:
            raise FrameError(INVALID_TEXT, "text that is not UTF-8") from None
        if final:
            self._utf8 = None

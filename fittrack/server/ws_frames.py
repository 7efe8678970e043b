"""RFC 6455 frames as bytes: building the server's, reading the client's. Sans I/O, no state.

The server's frames are never masked, a client's always are (RFC 6455, 5.1); no extension is ever
negotiated, so the reserved bits must be zero (5.2).
"""

from typing import Final

# The compiled XOR that aiohttp already carries; its minor version is pinned (docs/decisions/0005).
from aiohttp._websocket.helpers import websocket_mask

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

FIN: Final = 0x80
CONTROL: Final = 0x08
RESERVED: Final = 0x70
MASKED: Final = 0x80

# RFC 6455, 5.5: a control frame carries at most this many bytes and is never fragmented.
CONTROL_BYTES_MAX: Final = 125

NORMAL_CLOSURE: Final = 1000
PROTOCOL_ERROR: Final = 1002
NO_STATUS: Final = 1005
ABNORMAL_CLOSURE: Final = 1006
INVALID_TEXT: Final = 1007
MESSAGE_TOO_BIG: Final = 1009
INTERNAL_ERROR: Final = 1011

_KNOWN_OPCODES: Final = frozenset((CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG))
_WHOLE_MESSAGES: Final = frozenset((FIN | TEXT, FIN | BINARY))
"""First bytes that need no closer look: nearly all there are."""
_SHORT, _LENGTH_16, _LENGTH_64 = 125, 126, 127
_MASK_BYTES = 4
_SHORT_HEADERS: Final = {
    opcode: tuple(bytes((FIN | opcode, length)) for length in range(_SHORT + 1)) for opcode in _KNOWN_OPCODES
}

# Codes an endpoint may send in a close frame (RFC 6455, 7.4, and the IANA registry).
_SENDABLE_CODES: Final = frozenset((1000, 1001, 1002, 1003, *range(1007, 1015)))
_PRIVATE_CODES: Final = range(3000, 5000)


class FrameError(Exception):
    """The peer broke RFC 6455; `code` is the close code to fail the connection with (7.1.7)."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def build_frame(opcode: int, payload: bytes) -> bytes:
    """One final, unmasked frame, with the shortest length field (5.2)."""
    length = len(payload)
    if length <= _SHORT:
        return _SHORT_HEADERS[opcode][length] + payload
    if length <= 0xFFFF:
        return bytes((FIN | opcode, _LENGTH_16)) + length.to_bytes(2, "big") + payload
    return bytes((FIN | opcode, _LENGTH_64)) + length.to_bytes(8, "big") + payload


def build_close(code: int, reason: str = "") -> bytes:
    """A close frame; `reason` is cut, between characters, to what a control frame can carry."""
    if code == NO_STATUS:
        return build_frame(CLOSE, b"")
    text = reason.encode()[: CONTROL_BYTES_MAX - 2].decode(errors="ignore")
    return build_frame(CLOSE, code.to_bytes(2, "big") + text.encode())


def read_close(payload: bytes | bytearray) -> tuple[int, str]:
    """Code and reason of the peer's close frame; `NO_STATUS` when it gave none. Raises FrameError."""
    if not payload:
        return NO_STATUS, ""
    if len(payload) == 1:
        raise FrameError(PROTOCOL_ERROR, "a close code has two bytes")
    code = int.from_bytes(payload[:2], "big")
    if code not in _SENDABLE_CODES and code not in _PRIVATE_CODES:
        raise FrameError(PROTOCOL_ERROR, "a close code that may not be sent")
    return code, decode_text(payload[2:])


def decode_text(payload: bytes | bytearray) -> str:
    """`payload` as strict UTF-8 (8.1). Raises FrameError 1007."""
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise FrameError(INVALID_TEXT, "text that is not UTF-8") from None


def read_frame(data: bytes | bytearray, at: int, bytes_max: int) -> tuple[int, bytearray, int] | None:
    """The client's frame that begins at `data[at]`, or None while it is incomplete.

    Returns its first byte (FIN and opcode), its unmasked payload and the position after it. What is
    wrong is refused as early as its header shows it. Raises FrameError.
    """
    available = len(data) - at
    if available < 2:
        return None
    first, second = data[at], data[at + 1]
    length = second & 0x7F
    if first not in _WHOLE_MESSAGES or not second & MASKED:
        _check_header(first, second)
    mask_at = at + 2
    if length >= _LENGTH_16:
        width = 2 if length == _LENGTH_16 else 8
        if available < 2 + width:
            return None
        mask_at += width
        length = _extended_length(data[at + 2 : mask_at])
    if length > bytes_max:
        raise FrameError(MESSAGE_TOO_BIG, f"at most {bytes_max} bytes")
    begin = mask_at + _MASK_BYTES
    end = begin + length
    if len(data) < end:
        return None
    payload = bytearray(data[begin:end])
    websocket_mask(bytes(data[mask_at:begin]), payload)
    return first, payload, end


def _check_header(first: int, second: int) -> None:
    if first & RESERVED:
        raise FrameError(PROTOCOL_ERROR, "reserved bits are set")
    if first & 0x0F not in _KNOWN_OPCODES:
        raise FrameError(PROTOCOL_ERROR, "an unknown opcode")
    if not second & MASKED:
        raise FrameError(PROTOCOL_ERROR, "a client's frame must be masked")
    if first & CONTROL and not first & FIN:
        raise FrameError(PROTOCOL_ERROR, "a control frame is never fragmented")
    if first & CONTROL and second & 0x7F > CONTROL_BYTES_MAX:
        raise FrameError(PROTOCOL_ERROR, "a control frame that is too long")


def _extended_length(field: bytes | bytearray) -> int:
    length = int.from_bytes(field, "big")
    if length <= (_SHORT if len(field) == 2 else 0xFFFF):
        raise FrameError(PROTOCOL_ERROR, "a length must use the shortest field")
    if length >> 63:
        raise FrameError(PROTOCOL_ERROR, "a length beyond 63 bits")
    return length

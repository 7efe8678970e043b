"""The primitives of Oracle's two-task protocol: how integers, lengths and byte strings lie on the wire."""

import struct
from collections.abc import Callable

CHUNK_BYTES = 32_767
SHORT_BYTES_MAX = 252
"""The longest byte string behind a length of one byte."""
IN_CHUNKS = 254
NULL_LENGTHS = (0, 255)
NEGATIVE = 0x80


class Writer(bytearray):
    """A message under construction."""

    def u8(self, *values: int) -> None:
        self.extend(value & 0xFF for value in values)

    def u16(self, value: int) -> None:
        self += struct.pack(">H", value)

    def u32(self, value: int) -> None:
        self += struct.pack(">I", value)

    def u16_little(self, value: int) -> None:
        self += struct.pack("<H", value)

    def whole(self, *values: int) -> None:
        """Each integer as a length (with the sign in its highest bit) and its bytes, the greatest first."""
        for value in values:
            size = abs(value)
            digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
            self.append(len(digits) | (NEGATIVE if value < 0 else 0))
            self += digits

    def chunked(self, value: bytes | None) -> None:
        """A byte string: a length of one byte, or chunks. The empty one is NULL, as in Oracle's tables."""
        if not value:
            self.append(0)
        elif len(value) <= SHORT_BYTES_MAX:
            self.append(len(value))
            self += value
        else:
            self.append(IN_CHUNKS)
            for at in range(0, len(value), CHUNK_BYTES):
                chunk = value[at : at + CHUNK_BYTES]
                self.whole(len(chunk))
                self += chunk
            self.append(0)

    def text(self, value: str) -> None:
        """A length, and behind it, if there is anything, the byte string."""
        data = value.encode()
        self.whole(len(data))
        if data:
            self.chunked(data)


class Reader:
    """A request as it arrives. Requests have no end mark: `more` gets the next packet when one runs dry."""

    def __init__(self, data: bytes, more: Callable[[], bytes]) -> None:
        self._data, self._at, self._more = data, 0, more

    @property
    def left(self) -> int:
        """Bytes that arrived and were not read."""
        return len(self._data) - self._at

    def raw(self, size: int) -> bytes:
        while self.left < size:
            self._data = self._data[self._at :] + self._more()
            self._at = 0
        self._at += size
        return self._data[self._at - size : self._at]

    def u8(self) -> int:
        return self.raw(1)[0]

    def u16(self) -> int:
        return int.from_bytes(self.raw(2), "big")

    def whole(self) -> int:
        length = self.u8()
        value = int.from_bytes(self.raw(length & ~NEGATIVE), "big")
        return -value if length & NEGATIVE else value

    def skip_wholes(self, count: int) -> None:
        for _ in range(count):
            self.whole()

    def chunked(self) -> bytes | None:
        length = self.u8()
        if length in NULL_LENGTHS:
            return None
        if length != IN_CHUNKS:
            return self.raw(length)
        chunks = []
        while size := self.whole():
            chunks.append(self.raw(size))
        return b"".join(chunks)

    def text(self) -> str:
        return (self.chunked() or b"").decode() if self.whole() else ""

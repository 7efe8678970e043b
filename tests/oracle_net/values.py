"""Values of columns and binds: Oracle's form on the wire, and the one that SQLite keeps.

SQLite keeps numbers as they are, bytes as blobs, and instants and days as texts that sort.
"""

import re
import struct
from decimal import Decimal
from enum import IntEnum
from typing import Any, NamedTuple

from tests.oracle_net.codec import Reader, Writer
from tests.oracle_net.errors import OraError

Value = int | float | str | bytes | None
"""What SQLite keeps."""


class Kind(IntEnum):
    """Oracle's numbers of data types."""

    VARCHAR = 1
    NUMBER = 2
    BINARY_INTEGER = 3
    LONG = 8
    DATE = 12
    RAW = 23
    LONG_RAW = 24
    CHAR = 96
    BINARY_DOUBLE = 101
    CLOB = 112
    BLOB = 113
    TIMESTAMP = 180
    TIMESTAMP_TZ = 181


TEXTS = (Kind.VARCHAR, Kind.CHAR, Kind.LONG)
BINARIES = (Kind.RAW, Kind.LONG_RAW)
NUMBERS = (Kind.NUMBER, Kind.BINARY_INTEGER)
INSTANTS = (Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMP_TZ)
LOBS = (Kind.CLOB, Kind.BLOB)

NATIONAL = 2
"""The character set form of N types, which are UTF-16; 1 is UTF-8 here."""
INT64_LIMIT = 2**63
ZERO = b"\x80"
MINUS_INFINITY = Decimal("-1e126")
POSITIVE, EXPONENT_BIAS, NEGATIVE_END, PAIRS_MAX = 0x80, 192, 102, 20
UTC_ZONE = bytes([20, 60])
_INSTANT = re.compile(r"(\d+)-(\d+)-(\d+)(?:[ T](\d+):(\d+):(\d+)(?:\.(\d+))?)?")


class Shape(NamedTuple):
    """What is told of a bind or of a column that was defined."""

    kind: Kind
    size: int
    charset_form: int = 1


def write_value(out: Writer, value: Any, shape: Shape) -> None:
    """`value` in the wire form of the shape's kind."""
    kind = shape.kind
    if value is None or value in ("", b""):
        out.u8(0)
    elif kind in TEXTS:
        encoding = "utf-16-be" if shape.charset_form == NATIONAL else "utf-8"
        out.chunked(as_text(value).encode(encoding))
    elif kind in BINARIES:
        out.chunked(bytes(value))
    elif kind in NUMBERS:
        out.chunked(encode_number(value))
    elif kind in INSTANTS:
        out.chunked(encode_instant(str(value), kind))
    elif kind is Kind.BINARY_DOUBLE:
        out.chunked(encode_double(float(value)))
    else:
        raise OraError(3001, f"unimplemented feature: a column of type {kind.name}")


def read_value(request: Reader, shape: Shape) -> Value:
    """A bind's value, as SQLite keeps it."""
    kind = shape.kind
    if kind in LOBS:
        raise OraError(3001, "unimplemented feature: locators of LOBs as binds")
    data = request.chunked()
    if data is None:
        return None
    if kind in TEXTS:
        return data.decode("utf-16-be" if shape.charset_form == NATIONAL else "utf-8")
    if kind in BINARIES:
        return data
    if kind in NUMBERS:
        return decode_number(data)
    if kind in INSTANTS:
        return decode_instant(data)
    return decode_double(data)


def as_text(value: Any) -> str:
    """A value as Oracle turns it into text."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def encode_number(value: float | Decimal) -> bytes:
    """Oracle's NUMBER: an exponent to the base 100, then digits to that base; negative ones complemented."""
    number = Decimal(str(value))
    if number == 0:
        return ZERO
    sign, figures, exponent = number.as_tuple()
    assert isinstance(exponent, int), "it is finite"
    digits = "".join(map(str, figures)).lstrip("0")
    point = len(digits) + exponent
    if point % 2:
        digits, point = "0" + digits, point + 1
    digits += "0" * (len(digits) % 2)
    pairs = [int(digits[at : at + 2]) for at in range(0, len(digits), 2)][:PAIRS_MAX]
    while pairs and pairs[-1] == 0:
        pairs.pop()
    head = point // 2 + EXPONENT_BIAS
    if not sign:
        return bytes([head, *(pair + 1 for pair in pairs)])
    end = [NEGATIVE_END] if len(pairs) < PAIRS_MAX else []
    return bytes([~head & 0xFF, *(101 - pair for pair in pairs), *end])


def decode_number(data: bytes) -> int | float:
    """The number as SQLite can keep it: whole up to 64 bits, else a double."""
    head, body = data[0], data[1:]
    if not body:
        return 0 if head & POSITIVE else float(MINUS_INFINITY)
    if head & POSITIVE:
        pairs, exponent, sign = [digit - 1 for digit in body], head - EXPONENT_BIAS, 1
    else:
        body = body[:-1] if body[-1] == NEGATIVE_END else body
        pairs, exponent, sign = [101 - digit for digit in body], (~head & 0xFF) - EXPONENT_BIAS, -1
    number = sign * Decimal("".join(f"{pair:02d}" for pair in pairs)).scaleb(2 * (exponent - len(pairs)))
    whole = number == number.to_integral_value() and abs(number) < INT64_LIMIT
    return int(number) if whole else float(number)


def encode_instant(text: str, kind: Kind) -> bytes:
    """A DATE in 7 bytes, a TIMESTAMP in 11, one with a time zone in 13: excess 100 and excess 1."""
    found = _INSTANT.match(text)
    if found is None:
        raise OraError(1843, f"An invalid month was specified: {text!r}")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    data = bytes([year // 100 + 100, year % 100 + 100, month, day, hour + 1, minute + 1, second + 1])
    if kind is Kind.DATE:
        return data
    nanoseconds = int((found[7] or "").ljust(9, "0")[:9])
    return data + struct.pack(">I", nanoseconds) + (UTC_ZONE if kind is Kind.TIMESTAMP_TZ else b"")


def decode_instant(data: bytes) -> str:
    """The text that SQLite keeps: microseconds, whatever the kind, so that all compare."""
    microseconds = int.from_bytes(data[7:11], "big") // 1_000
    year = (data[0] - 100) * 100 + data[1] - 100
    return (
        f"{year:04d}-{data[2]:02d}-{data[3]:02d}"
        f" {data[4] - 1:02d}:{data[5] - 1:02d}:{data[6] - 1:02d}.{microseconds:06d}"
    )


def encode_double(value: float) -> bytes:
    """A double whose bytes sort as the numbers do."""
    data = struct.pack(">d", value)
    if data[0] & 0x80:
        return bytes(~byte & 0xFF for byte in data)
    return bytes([data[0] | 0x80]) + data[1:]


def decode_double(data: bytes) -> float:
    restored = bytes([data[0] & 0x7F]) + data[1:] if data[0] & 0x80 else bytes(~byte & 0xFF for byte in data)
    return float(struct.unpack(">d", restored)[0])

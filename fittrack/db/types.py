"""Column types: the only place that knows how SQLite and Oracle differ in storing a value.

Each decorator gives Python one type and each database the native type that sorts, compares and stores best.
What Oracle could not keep is the same everywhere, so that tests on SQLite find it: empty texts and empty
bytes are NULL, instants have whole milliseconds, doubles are finite, days have no time of the day.

Types of binds are declared by SQLAlchemy's dialect before the first execution (`setinputsizes`), from these
types: an array whose first row holds NULL is bound as the column is, and each statement has one cursor.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from math import isfinite
from typing import Any
from uuid import UUID

from msgspec import convert
from sqlalchemy import Date, Float, Integer, LargeBinary, String, Text
from sqlalchemy.dialects import oracle, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_WITHOUT_ZONE = datetime(1970, 1, 1)  # noqa: DTZ001 - Oracle's TIMESTAMP has none
_MILLISECOND = timedelta(milliseconds=1)

VARCHAR2_CHARACTERS_MAX = 1_000
"""Without EXTENDED strings a VARCHAR2 holds 4,000 bytes, and a character of UTF-8 may take four."""
RAW_BYTES_MAX = 2_000
"""Without EXTENDED strings a RAW holds so many bytes."""


# The processors of the hot path are plain functions, given to SQLAlchemy as they are: a journal's unit
# binds some twenty values, a player's actor is loaded from a hundred, and each call that SQLAlchemy would
# put around them costs as much as the work.


def _uuid_bytes(value: UUID | None) -> bytes | None:
    return None if value is None else value.int.to_bytes(16, "big")


def _uuid(value: bytes | None) -> UUID | None:
    return None if value is None else convert(bytes(value), UUID)


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


def _filled(value: Any) -> Any:
    """Text and bytes as they are; NULL for empty ones, which Oracle cannot tell from it."""
    return value or None


def _finite(value: float | None) -> float | None:
    # SQLite makes NULL of what is no number, Oracle orders it above all others.
    if value is None or isfinite(value):
        return value
    raise ValueError(f"{value} is no number to store")


def _day(value: date | None) -> date | None:
    if isinstance(value, datetime):  # Oracle would keep its time, and no day would equal it
        raise TypeError("a day has no time")
    return value


def _day_text(value: date | None) -> str | None:
    return None if value is None else _day(value).isoformat()  # type: ignore[union-attr]


def _milliseconds(value: datetime | None) -> int | None:
    return None if value is None else (value - _EPOCH) // _MILLISECOND


def _utc_without_zone(value: datetime | None) -> datetime | None:
    # By way of the difference, which a datetime without a zone does not have: `astimezone` would guess one.
    return None if value is None else _EPOCH_WITHOUT_ZONE + (value - _EPOCH) // _MILLISECOND * _MILLISECOND


def _since_epoch(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(milliseconds=value)


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.replace(tzinfo=UTC)


class Uuid16(TypeDecorator[UUID]):
    """A UUID in its 16 raw bytes: BLOB on SQLite, RAW(16) on Oracle."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "oracle":
            return dialect.type_descriptor(oracle.RAW(16))
        return dialect.type_descriptor(sqlite.BLOB())

    def bind_processor(self, dialect: Dialect) -> Callable[[UUID | None], bytes | None]:
        return _uuid_bytes

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[bytes | None], UUID | None]:
        return _uuid


class Bytes(TypeDecorator[bytes]):
    """Short binary of at most `size` bytes: BLOB on SQLite, RAW(size) on Oracle."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "oracle":
            return dialect.type_descriptor(oracle.RAW(self.size))
        return dialect.type_descriptor(sqlite.BLOB())

    def bind_processor(self, dialect: Dialect) -> Callable[[bytes | None], bytes | None]:
        # Bytes go as they are: SQLAlchemy's own processor wraps each in an object first.
        return _filled

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], bytes | None]:
        return _bytes


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant in whole milliseconds: INTEGER since 1970 on SQLite, TIMESTAMP on Oracle."""

    impl = Integer
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "oracle":
            return dialect.type_descriptor(oracle.TIMESTAMP())
        return dialect.type_descriptor(sqlite.INTEGER())

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        return _utc_without_zone if dialect.name == "oracle" else _milliseconds

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        return _in_utc if dialect.name == "oracle" else _since_epoch


class Day(TypeDecorator[date]):
    """A day of the platform's calendar: ISO text on SQLite, DATE on Oracle."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "oracle":
            return dialect.type_descriptor(oracle.DATE())
        return dialect.type_descriptor(sqlite.TEXT())

    def bind_processor(self, dialect: Dialect) -> Callable[[date | None], Any]:
        return _day if dialect.name == "oracle" else _day_text

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.date()
        return date.fromisoformat(value)


class Document(TypeDecorator[bytes]):
    """A JSON text kept byte for byte, as UTF-8 bytes: what was stored is what is sent again."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "oracle":
            return dialect.type_descriptor(oracle.BLOB())
        return dialect.type_descriptor(sqlite.BLOB())

    def bind_processor(self, dialect: Dialect) -> Callable[[bytes | None], bytes | None]:
        # Bytes go as they are: SQLAlchemy's own processor wraps each in an object first.
        return _filled

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], bytes | None]:
        return _bytes


class Flag(TypeDecorator[bool]):
    """True or false as 1 or 0 in both databases, so that it compares, sums and indexes alike."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


class Real(TypeDecorator[float]):
    """A double: REAL on SQLite, BINARY_DOUBLE on Oracle, so that what was sent is what is kept."""

    impl = Float
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "oracle":
            return dialect.type_descriptor(oracle.BINARY_DOUBLE())
        return dialect.type_descriptor(sqlite.REAL())

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:
        return _finite(value)


class Word(TypeDecorator[str]):
    """Text of at most `length` characters: TEXT on SQLite; on Oracle VARCHAR2, or CLOB where that is short.

    What is as long as a CLOB is neither compared nor grouped nor indexed.
    """

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name != "oracle":
            return dialect.type_descriptor(sqlite.TEXT())
        is_long = self.length > VARCHAR2_CHARACTERS_MAX
        return dialect.type_descriptor(Text() if is_long else oracle.VARCHAR2(self.length))

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:
        return _filled

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Text comes as it is."""


def word(length: int) -> Word:
    """Text of at most `length` characters; empty, it is NULL."""
    return Word(length)

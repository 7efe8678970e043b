"""Column types: the only place that knows how SQLite and Oracle differ in storing a value.

Each decorator gives Python one type and each database the native type that sorts, compares and
stores best. The empty string is NULL on Oracle, so text that may be empty is nullable and read as "".
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, LargeBinary, String
from sqlalchemy.dialects import oracle, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Uuid16(TypeDecorator[UUID]):
    """A UUID in its 16 raw bytes: BLOB on SQLite, RAW(16) on Oracle."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "oracle":
            return dialect.type_descriptor(oracle.RAW(16))
        return dialect.type_descriptor(sqlite.BLOB())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> bytes | None:
        return None if value is None else value.bytes

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> UUID | None:
        return None if value is None else UUID(bytes=bytes(value))


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

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else bytes(value)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant in whole milliseconds: INTEGER since 1970 on SQLite, TIMESTAMP on Oracle."""

    impl = Integer
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "oracle":
            return dialect.type_descriptor(oracle.TIMESTAMP())
        return dialect.type_descriptor(sqlite.INTEGER())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if dialect.name == "oracle":
            return value.astimezone(UTC).replace(tzinfo=None)
        return (value - _EPOCH) // _MILLISECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC)
        return _EPOCH + timedelta(milliseconds=value)


class Day(TypeDecorator[date]):
    """A day of the platform's calendar: ISO text on SQLite, DATE on Oracle."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "oracle":
            return dialect.type_descriptor(oracle.DATE())
        return dialect.type_descriptor(sqlite.TEXT())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "oracle":
            return value
        return value.isoformat()

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

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else bytes(value)


class Flag(TypeDecorator[bool]):
    """True or false as 1 or 0 in both databases, so that it compares, sums and indexes alike."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


def word(length: int) -> TypeEngine[str]:
    """Text of at most `length` characters: VARCHAR2 on Oracle, TEXT in SQLite's strict tables."""
    return String(length).with_variant(sqlite.TEXT(), "sqlite")

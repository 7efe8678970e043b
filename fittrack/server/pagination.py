"""Pages and cursors of lists (SPEC 10)."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec

from fittrack.kit.problems import FieldError, Malformed
from fittrack.server.schemas import Answer, CursorPagination, PageQuery, Pagination

Item = TypeVar("Item")
_TAG_BYTES: Final = 8  # a forged cursor gains nothing but another place in one's own list
_encode = msgspec.msgpack.encode


class Page(Answer, Generic[Item], frozen=True, kw_only=True):
    """One page of a list."""

    items: list[Item]
    pagination: Pagination


class CursorPage(Answer, Generic[Item], frozen=True, kw_only=True):
    """One page of a long list."""

    items: list[Item]
    pagination: CursorPagination


def page_of(items: list[Item], query: PageQuery, total: int) -> Page[Item]:
    """The page that `query` asked for, of a list of `total` items."""
    return Page(items=items, pagination=pagination_of(query, total))


def pagination_of(query: PageQuery, total: int) -> Pagination:
    """Where the page that `query` asked for lies in a list of `total` items."""
    return Pagination(**_numbers(query, total))


def cursor_page_of(
    items: list[Item], query: PageQuery, total: int, next_cursor: str | None
) -> CursorPage[Item]:
    """The page that `query` asked for, of a long list; `next_cursor` leads to what follows it."""
    pagination = CursorPagination(**_numbers(query, total), next_cursor=next_cursor)
    return CursorPage(items=items, pagination=pagination)


def _numbers(query: PageQuery, total: int) -> dict[str, int]:
    pages = -(-total // query.limit)
    return {"page": query.page, "limit": query.limit, "total_items": total, "total_pages": pages}


class Cursors:
    """Makes and reads the cursors of one list: opaque, signed, and no other list's."""

    def __init__(self, secret: bytes, listing: str) -> None:
        self._key = hmac.digest(secret, f"fittrack/cursor/{listing}".encode(), hashlib.sha256)

    def after(self, position: Sequence[Any]) -> str:
        """The cursor that goes on after `position`, the sort key of a page's last item."""
        payload = _encode(tuple(position))
        return urlsafe_b64encode(self._tag(payload) + payload).rstrip(b"=").decode()

    def position(self, cursor: str, expected: type[Item]) -> Item:
        """The position in `cursor`, an `expected` (a tuple type). Raises `Malformed`."""
        try:
            raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            tag, payload = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
            if not hmac.compare_digest(tag, self._tag(payload)):
                raise _unusable()
            return msgspec.msgpack.decode(payload, type=expected)
        except (Base64Error, ValueError, msgspec.MsgspecError) as error:
            raise _unusable() from error

    def _tag(self, payload: bytes) -> bytes:
        return hmac.digest(self._key, payload, hashlib.sha256)[:_TAG_BYTES]


def _unusable() -> Malformed:
    return Malformed(
        "The cursor cannot be used", errors=[FieldError("/cursor", "Not a cursor of this list.")]
    )

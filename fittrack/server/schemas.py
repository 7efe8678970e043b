"""What every slice's schemas are built from: strict input, and the shapes of lists."""

from typing import Annotated

from msgspec import Meta, Struct

LIMIT_DEFAULT = 20
LIMIT_MAX = 100
PAGE_MAX = 100_000  # beyond, one wants the cursor
CURSOR_LENGTH_MAX = 512  # characters

NAME_PATTERN = r"^\S(.*\S)?$"
"""One line with something to read at each end: no name differs from another by spaces around it."""


class Input(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of bodies and query parameters: what is not declared is refused."""


class Answer(Struct, frozen=True, kw_only=True):
    """Base of answers. Instants in it are `protocol.shapes.Instant`, so that they carry milliseconds."""


PageNumber = Annotated[int, Meta(ge=1, le=PAGE_MAX, description="Page, from 1")]
Limit = Annotated[int, Meta(ge=1, le=LIMIT_MAX, description="Items on a page")]
CursorText = Annotated[
    str, Meta(min_length=1, max_length=CURSOR_LENGTH_MAX, description="From `next_cursor`")
]


class PageQuery(Input, frozen=True, kw_only=True):
    """Parameters of a list."""

    page: PageNumber = 1
    limit: Limit = LIMIT_DEFAULT

    @property
    def offset(self) -> int:
        """Items before the page."""
        return (self.page - 1) * self.limit


class CursorQuery(PageQuery, frozen=True, kw_only=True):
    """Parameters of a long list: a cursor goes on where a page ended, whatever was added since."""

    cursor: CursorText | None = None


class Pagination(Answer, frozen=True, kw_only=True):
    """Where a page lies in its list."""

    page: int
    limit: int
    total_items: int
    total_pages: int


class CursorPagination(Pagination, frozen=True, kw_only=True):
    """Where a page lies in a long list; `next_cursor` is null on the last one."""

    next_cursor: str | None = None

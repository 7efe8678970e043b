"""Pages and cursors."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.kit.problems import Malformed
from fittrack.server.pagination import Cursors, cursor_page_of, page_of
from fittrack.server.schemas import CURSOR_LENGTH_MAX, PageQuery

transactions = Cursors(b"secret", "transactions")
Position = tuple[datetime, UUID]


@pytest.mark.parametrize(("total", "pages"), [(0, 0), (1, 1), (20, 1), (21, 2)])
def test_a_page_counts_the_pages(total, pages):
    assert page_of([], PageQuery(), total).pagination.total_pages == pages


def test_the_offset_is_that_of_the_page():
    assert PageQuery(page=3, limit=10).offset == 20


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_cursor_brings_back_its_position(instant, uid):
    cursor = transactions.after((instant, uid))
    assert len(cursor) <= CURSOR_LENGTH_MAX
    assert transactions.position(cursor, Position) == (instant, uid)


@given(st.text(max_size=80) | st.binary(max_size=80).map(bytes.hex))
def test_what_we_did_not_make_is_no_cursor(text):
    with pytest.raises(Malformed):
        transactions.position(text, Position)


def test_a_cursor_is_of_one_list_and_of_one_shape():
    cursor = transactions.after((7,))
    with pytest.raises(Malformed):
        Cursors(b"secret", "activities").position(cursor, tuple[int])
    with pytest.raises(Malformed):
        Cursors(b"another", "transactions").position(cursor, tuple[int])
    with pytest.raises(Malformed):
        transactions.position(cursor, tuple[str])


def test_the_last_page_has_no_next():
    page = cursor_page_of(["a"], PageQuery(), 1, None)
    assert page.pagination.next_cursor is None

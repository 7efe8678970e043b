"""The packed entries of a drawing."""

from bisect import bisect_left
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.fairness.entries import TICKETS_MAX, BrokenEntries, Entries

BYTES16 = st.binary(min_size=16, max_size=16)
HOLDINGS = st.lists(st.tuples(st.integers(1, 1000), BYTES16, BYTES16), min_size=1, max_size=40)


def entries_of(holdings: list[tuple[int, bytes, bytes]]) -> Entries:
    entries = Entries()
    for holding in holdings:
        entries.append(*holding)
    return entries


@given(HOLDINGS)
def test_entries_tile_the_tickets_in_order(holdings: list[tuple[int, bytes, bytes]]) -> None:
    entries = entries_of(holdings)
    lasts = list(accumulate(count for count, _, _ in holdings))
    assert [entry.last for entry in entries] == lasts
    assert [(entry.tickets, entry.tag, entry.receipt) for entry in entries] == holdings
    assert (len(entries), entries.total) == (len(holdings), lasts[-1])
    assert [entries[index] for index in range(len(entries))] == list(entries)
    assert list(Entries(entries)) == list(entries)


@given(HOLDINGS, st.data())
def test_each_ticket_has_the_holder_of_its_entry(
    holdings: list[tuple[int, bytes, bytes]], data: st.DataObject
) -> None:
    entries = entries_of(holdings)
    lasts = list(accumulate(count for count, _, _ in holdings))
    ticket = data.draw(st.integers(1, lasts[-1]))
    assert entries.tag_of(ticket) == holdings[bisect_left(lasts, ticket)][1]


@given(HOLDINGS)
def test_tickets_of_a_holder_are_summed_over_all_entries(holdings: list[tuple[int, bytes, bytes]]) -> None:
    entries = entries_of([(count, tag[:1] * 16, receipt) for count, tag, receipt in holdings])
    held = entries.tickets_of(entries.tags())
    assert sum(held.values()) == entries.total
    assert entries.tickets_of([b"nobody's tag ..."]) == {b"nobody's tag ...": 0}


@given(HOLDINGS)
def test_an_entry_is_found_by_its_receipt(holdings: list[tuple[int, bytes, bytes]]) -> None:
    entries = entries_of(holdings)
    receipts = [receipt for _, _, receipt in holdings]
    for receipt in receipts:
        assert entries.find_receipt(receipt) == receipts.index(receipt)


def test_bytes_that_only_look_like_a_receipt_are_none() -> None:
    entries = entries_of([(1, b"\1" * 16, b"\2" * 16)])
    assert entries.find_receipt(b"\1" * 16) is None
    assert entries.find_receipt(b"\1" * 8 + b"\2" * 8) is None
    assert entries.find_receipt(b"\2") is None
    assert entries.find_receipt(b"") is None


@pytest.mark.parametrize("first", [0, 1, 3])
def test_gaps_and_overlaps_are_refused(first: int) -> None:
    with pytest.raises(BrokenEntries, match=f"starts at ticket {first}, not at 2"):
        Entries([(1, 1, bytes(16), bytes(16)), (first, 1, bytes(16), bytes(16))])


@pytest.mark.parametrize("count", [0, -1, TICKETS_MAX])
def test_an_entry_has_tickets_and_ticket_numbers_have_eight_bytes(count: int) -> None:
    entries = entries_of([(1, bytes(16), bytes(16))])
    with pytest.raises(BrokenEntries):
        entries.append(count, bytes(16), bytes(16))
    entries.append(TICKETS_MAX - 1, bytes(16), bytes(16))
    assert entries.total == TICKETS_MAX


@pytest.mark.parametrize(("tag", "receipt"), [(bytes(15), bytes(16)), (bytes(16), bytes(17))])
def test_tags_and_receipts_have_sixteen_bytes(tag: bytes, receipt: bytes) -> None:
    with pytest.raises(BrokenEntries):
        Entries().append(1, tag, receipt)

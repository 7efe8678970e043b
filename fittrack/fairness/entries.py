"""The entries of a closed drawing, packed: 48 bytes an entry, which are the bytes that its leaf covers."""

import struct
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

TAG_BYTES = 16
RECEIPT_BYTES = 16

TICKETS_MAX = 2**64 - 1
"""Ticket numbers of one drawing are 8 bytes unsigned (FAIRNESS, U)."""

ROW = struct.Struct(f">QQ{TAG_BYTES}s{RECEIPT_BYTES}s")
"""`U(first) ‖ U(count) ‖ tag ‖ receipt`"""

_TAG_AT = 16
_RECEIPT_AT = _TAG_AT + TAG_BYTES

ROW_BYTES = ROW.size

_NUMBERS = struct.Struct(f">QQ{TAG_BYTES + RECEIPT_BYTES}x")


class Entry(NamedTuple):
    """One purchase or free entry: the tickets `first` to `last`."""

    first: int
    tickets: int
    tag: bytes
    """The holder's pseudonym, 16 bytes."""
    receipt: bytes
    """The id of the purchase, 16 bytes, known to the buyer."""

    @property
    def last(self) -> int:
        """The last ticket of the entry."""
        return self.first + self.tickets - 1


class BrokenEntries(ValueError):  # noqa: N818 - says what is wrong
    """Entries that do not tile the tickets 1..N, or cannot be entries at all."""


class Entries:
    """Accepted entries in the order of the drawing's log. They tile the tickets 1..`total`."""

    __slots__ = ("_firsts", "_rows", "total")

    def __init__(self, entries: Iterable[tuple[int, int, bytes, bytes]] = ()) -> None:
        """Take `(first, tickets, tag, receipt)` rows; raises `BrokenEntries`."""
        self._firsts = array("Q")
        self._rows = bytearray()
        self.total = 0
        self.extend(entries)

    def extend(self, entries: Iterable[tuple[int, int, bytes, bytes]]) -> None:
        """Add `(first, tickets, tag, receipt)` rows that go on where these end; raises `BrokenEntries`."""
        for first, tickets, tag, receipt in entries:
            if first != self.total + 1:
                raise BrokenEntries(f"entry {len(self)} starts at ticket {first}, not at {self.total + 1}")
            self.append(tickets, tag, receipt)

    def extend_packed(self, rows: bytes) -> None:
        """`extend` for rows that are packed already, four times as fast."""
        firsts, counts = zip(*_NUMBERS.iter_unpack(rows), strict=True) if rows else ((), ())
        starts = list(accumulate(counts, initial=self.total + 1))
        if starts.pop() - 1 > TICKETS_MAX or starts != list(firsts) or 0 in counts:
            self.extend(ROW.iter_unpack(rows))  # says where it is broken
            return
        self._rows += rows
        self._firsts.extend(firsts)
        self.total += sum(counts)

    def append(self, tickets: int, tag: bytes, receipt: bytes) -> int:
        """Add an entry of `tickets` tickets; returns its first ticket. Raises `BrokenEntries`."""
        if not 1 <= tickets <= TICKETS_MAX - self.total:
            raise BrokenEntries(f"entry {len(self)} cannot have {tickets} tickets")
        if len(tag) != TAG_BYTES or len(receipt) != RECEIPT_BYTES:
            raise BrokenEntries(f"entry {len(self)} needs a tag and a receipt of 16 bytes each")
        first = self.total + 1
        self._rows += ROW.pack(first, tickets, tag, receipt)
        self._firsts.append(first)
        self.total += tickets
        return first

    def __len__(self) -> int:
        return len(self._firsts)

    def __getitem__(self, index: int) -> Entry:
        return Entry._make(ROW.unpack_from(self._rows, range(len(self))[index] * ROW_BYTES))

    def __iter__(self) -> Iterator[Entry]:
        return map(Entry._make, ROW.iter_unpack(self._rows))

    def packed(self, start: int = 0, stop: int | None = None) -> bytes:
        """The rows `start` to `stop`: `U(first) ‖ U(count) ‖ tag ‖ receipt` each."""
        return bytes(memoryview(self._rows)[start * ROW_BYTES : None if stop is None else stop * ROW_BYTES])

    def tag_of(self, ticket: int) -> bytes:
        """The pseudonym of the holder of `ticket` (1..`total`)."""
        at = (bisect_right(self._firsts, ticket) - 1) * ROW_BYTES + _TAG_AT
        return bytes(self._rows[at : at + TAG_BYTES])

    def tags(self) -> set[bytes]:
        """All holders."""
        rows = bytes(self._rows)
        return {rows[at : at + TAG_BYTES] for at in range(_TAG_AT, len(rows), ROW_BYTES)}

    def tickets_of(self, tags: Iterable[bytes]) -> dict[bytes, int]:
        """How many tickets each of `tags` holds."""
        held = dict.fromkeys(tags, 0)
        for _, tickets, tag, _ in ROW.iter_unpack(self._rows):
            if tag in held:
                held[tag] += tickets
        return held

    def find_receipt(self, receipt: bytes) -> int | None:
        """The number (from 0) of the entry with this receipt."""
        at = self._rows.find(receipt)
        while at >= 0 and (len(receipt) != RECEIPT_BYTES or at % ROW_BYTES != _RECEIPT_AT):
            at = self._rows.find(receipt, at + 1)  # bytes that happen to look like it
        return None if at < 0 else at // ROW_BYTES

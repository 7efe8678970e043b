"""Closing and drawing: from the log's entries to the root, from the promised inputs to the winners.

Runs on a reading thread: a million entries take seconds of computing. Everything follows from what the
database holds, so a draw that a crash interrupted comes out the same (FAIRNESS, "never repeated").
"""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import Connection

from fittrack.drawings import queries
from fittrack.drawings.eligibility import Holder, passed_over
from fittrack.drawings.rules import prize_slots
from fittrack.drawings.stored import Closing, NewWinner, SealedCommitment, StoredDrawing
from fittrack.fairness import ftd1
from fittrack.fairness.entries import Entries
from fittrack.fairness.ftd1 import Drawn
from fittrack.fairness.record import PassedOver
from fittrack.kit.ids import DrawingId, FulfillmentId, UserId


class Frozen(NamedTuple):
    """What the close freezes: how much was sold, to how many, under which root, and who cannot win."""

    total_tickets: int
    entrants: int
    root: bytes
    passed_over: tuple[PassedOver, ...]


class Ledger(NamedTuple):
    """The entries as they are published, and who is behind each pseudonym."""

    entries: Entries
    holders: dict[bytes, UserId]


def read_entries(conn: Connection, drawing_id: DrawingId, drawing_key: bytes) -> Ledger:
    """Number the accepted entries 1..N in the order of the log."""
    entries, tags = Entries(), dict[UUID, bytes]()
    for entry in queries.entries(conn, drawing_id):
        tag = tags.get(entry.user_id)
        if tag is None:
            tag = tags[entry.user_id] = ftd1.tag(drawing_key, entry.user_id)
        entries.append(entry.ticket_count, tag, entry.receipt.bytes)
    return Ledger(entries, {tag: UserId(user_id) for user_id, tag in tags.items()})


def freeze(conn: Connection, drawing_id: DrawingId, drawing_key: bytes) -> Frozen:
    """What there is to freeze once no sale is in flight."""
    entries, holders = read_entries(conn, drawing_id, drawing_key)
    doubtful = (
        Holder(tag=ftd1.tag(drawing_key, user_id), status=status, under_review=under_review)
        for user_id, status, under_review in queries.standings(conn, drawing_id)
    )
    return Frozen(entries.total, len(holders), ftd1.root(drawing_id, entries), passed_over(doubtful))


def choose_winners(
    conn: Connection, stored: StoredDrawing, drawing_key: bytes, beacon: bytes | None = None
) -> list[NewWinner]:
    """Fill the prize slots (FAIRNESS 3 and 4). Raises if the entries are not those that were frozen."""
    commitment, closing = stored.commitment, stored.closing
    assert commitment is not None and closing is not None, "only a closed drawing is drawn"
    drawing_id = stored.drawing.drawing_id
    ledger = read_entries(conn, drawing_id, drawing_key)
    if ftd1.root(drawing_id, ledger.entries) != closing.root:
        raise EntriesChanged(f"drawing {drawing_id}: the entries do not have the root that was published")
    frozen = queries.passed_over_of(conn, drawing_id)
    key = draw_key(drawing_id, commitment, closing, beacon)
    slots = prize_slots(stored.drawing.prizes)
    drawn = islice(ftd1.draw(ledger.entries, key, {holder.tag for holder in frozen}), len(slots))
    return list(_winners(stored, ledger, list(drawn)))


class EntriesChanged(Exception):  # noqa: N818 - says what is wrong
    """The log does not hold the entries whose root was published. Nothing may be drawn."""


def draw_key(
    drawing_id: DrawingId, commitment: SealedCommitment, closing: Closing, beacon: bytes | None
) -> bytes:
    """`S` (FAIRNESS 3)."""
    return ftd1.draw_key(
        seed=closing.seed,
        drawing_id=drawing_id,
        rules=commitment.rules,
        root=closing.root,
        total_tickets=closing.total_tickets,
        beacon=beacon,
    )


def _winners(stored: StoredDrawing, ledger: Ledger, drawn: list[Drawn]) -> Iterator[NewWinner]:
    held = ledger.entries.tickets_of(winner.tag for winner in drawn)
    for order, (prize, winner) in enumerate(zip(prize_slots(stored.drawing.prizes), drawn, strict=False), 1):
        yield NewWinner(
            draw_order=order,
            prize_id=prize.prize_id,
            prize_rank=prize.rank,
            prize_name=prize.name,
            user_id=ledger.holders[winner.tag],
            tag=winner.tag,
            winning_ticket_number=winner.ticket,
            word=winner.word,
            tickets_held=held[winner.tag],
            fulfillment_id=fulfillment_id(stored.drawing.drawing_id, order),
        )


def fulfillment_id(drawing_id: DrawingId, draw_order: int) -> FulfillmentId:
    """Follows from what it is: a draw that is made again owes nothing twice."""
    return FulfillmentId(uuid5(drawing_id, f"fulfillment/{draw_order}"))

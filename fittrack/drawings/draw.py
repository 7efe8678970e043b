"""Closing and drawing: from the log's entries to the root, from the promised inputs to the winners.

Runs on a reading thread: a million entries take seconds of computing. Everything follows from what the
database holds, so a draw that a crash interrupted comes out the same (FAIRNESS, "never repeated").
"""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from fittrack.db.handles import Connection
from fittrack.drawings import entry_queries, winner_queries
from fittrack.drawings.commitment import Secrets
from fittrack.drawings.eligibility import Holder, passed_over
from fittrack.drawings.rules import prize_slots
from fittrack.drawings.stored import StoredDrawing, StoredWinner, Winner
from fittrack.fairness import ftd1
from fittrack.fairness.beacon import Beacon
from fittrack.fairness.closing import Closing
from fittrack.fairness.closing_record import ClosingRecord
from fittrack.fairness.entries import Entries
from fittrack.fairness.ftd1 import Drawn
from fittrack.fairness.inclusion import InclusionProof, InclusionProofs
from fittrack.fairness.publishing import ActualInstants, Alternate, write_record
from fittrack.fairness.record import PassedOver, Record
from fittrack.kit.ids import DrawingId, UserId


class Frozen(NamedTuple):
    """What the close freezes: how much was sold, to how many, under which root, and who cannot win."""

    total_tickets: int
    entrants: int
    root: bytes
    passed_over: tuple[PassedOver, ...]


class Entered(NamedTuple):
    """The entries as they are published, and who is behind each pseudonym."""

    entries: Entries
    holders: dict[bytes, UserId]


class EntriesChanged(Exception):  # noqa: N818 - says what is wrong
    """The log does not hold the entries whose root was published. Nothing may be drawn."""


def freeze(conn: Connection, drawing_id: DrawingId, drawing_key: bytes) -> Frozen:
    """What there is to freeze once no sale is in flight."""
    entries, holders = read_entries(conn, drawing_id, drawing_key)
    doubtful = (
        Holder(tag=ftd1.tag(drawing_key, user_id), status=status, under_review=under_review)
        for user_id, status, under_review in winner_queries.standings(conn, drawing_id)
    )
    return Frozen(entries.total, len(holders), ftd1.root(drawing_id, entries), passed_over(doubtful))


def choose_winners(
    conn: Connection, stored: StoredDrawing, secrets: Secrets, beacon: Beacon | None
) -> list[Winner]:
    """Fill the prize slots (FAIRNESS 3 and 4). Raises `EntriesChanged` rather than draw from others.

    `beacon` is the promised round, verified by the caller; None where none was promised.
    """
    closing, holders = _read_closing(conn, stored, secrets)
    if ftd1.root(closing.drawing_id, closing.entries) != closing.root:
        raise EntriesChanged(f"drawing {closing.drawing_id}: the entries do not have the published root")
    return list(_winners(stored, closing, holders, closing.winners(beacon)))


def next_alternate(
    conn: Connection, stored: StoredDrawing, secrets: Secrets, after: StoredWinner
) -> Winner | None:
    """Who takes over the prize of `after`: the next of the same sequence (FAIRNESS 4). None: nobody is left.

    Raises `EntriesChanged` where the sequence does not begin with those who were drawn before.
    """
    closing, holders = _read_closing(conn, stored, secrets)
    earlier = [_as_drawn(winner) for winner in winner_queries.winners_of(conn, stored.drawing.drawing_id)]
    stream = closing.draw(None if stored.beacon is None else stored.beacon.beacon)
    if list(islice(stream, len(earlier))) != earlier:
        raise EntriesChanged(f"drawing {closing.drawing_id}: drawing again does not give the same winners")
    drawn = next(stream, None)
    if drawn is None:
        return None
    return Winner(
        drawing_id=stored.drawing.drawing_id,
        draw_order=len(earlier) + 1,
        prize_id=after.prize_id,
        prize_rank=after.prize_rank,
        prize_name=after.prize_name,
        user_id=holders[drawn.tag],
        tag=drawn.tag,
        winning_ticket_number=drawn.ticket,
        word=drawn.word,
        tickets_held=closing.entries.tickets_of([drawn.tag])[drawn.tag],
    )


def _as_drawn(winner: StoredWinner) -> Drawn:
    return Drawn(winner.winning_ticket_number, winner.tag, winner.word)


def publish(conn: Connection, stored: StoredDrawing, secrets: Secrets) -> Record:
    """The record of a completed drawing: everything that anybody needs to draw it again."""
    assert stored.closing is not None and stored.completed_at is not None, "only what was drawn is published"
    closing, _ = _read_closing(conn, stored, secrets)
    everybody = winner_queries.winners_of(conn, stored.drawing.drawing_id)
    drawn = [_as_drawn(winner) for winner in everybody if winner.taken_over is None]
    alternates = [
        Alternate(_as_drawn(winner), winner.slot, winner.taken_over.reason, winner.taken_over.at)
        for winner in everybody
        if winner.taken_over is not None
    ]
    taken = stored.beacon
    instants = ActualInstants(
        closed_at=stored.closing.closed_at,
        drawn_at=stored.completed_at,
        beacon_at=None if taken is None else taken.had_at,
    )
    beacon = None if taken is None else taken.beacon
    return write_record(closing, beacon=beacon, drawn=drawn, instants=instants, alternates=alternates)


def publish_closing(conn: Connection, stored: StoredDrawing, secrets: Secrets) -> ClosingRecord:
    """What the close of a drawing published; the seed only where it is open by now."""
    assert stored.closing is not None, "only what was closed has a closing"
    closing, _ = _read_closing(conn, stored, secrets)
    return ClosingRecord.of(closing, closed_at=stored.closing.closed_at, seed=stored.closing.seed)


def prove_inclusion(
    conn: Connection, drawing_id: DrawingId, drawing_key: bytes, receipt: UUID
) -> InclusionProof | None:
    """The proof that a purchase is among the entries of a closed drawing; None when it is not."""
    entries, _ = read_entries(conn, drawing_id, drawing_key)
    return InclusionProofs(drawing_id, entries).of_receipt(receipt.bytes)


def read_entries(conn: Connection, drawing_id: DrawingId, drawing_key: bytes) -> Entered:
    """Number the accepted entries 1..N in the order of the log."""
    entries, tags = Entries(), dict[UUID, bytes]()
    for entry in entry_queries.entries(conn, drawing_id):
        tag = tags.get(entry.user_id)
        if tag is None:
            tag = tags[entry.user_id] = ftd1.tag(drawing_key, entry.user_id)
        entries.append(entry.ticket_count, tag, entry.receipt.bytes)
    return Entered(entries, {tag: UserId(user_id) for user_id, tag in tags.items()})


def _read_closing(
    conn: Connection, stored: StoredDrawing, secrets: Secrets
) -> tuple[Closing, dict[bytes, UserId]]:
    assert stored.commitment is not None and stored.closing is not None, "only a closed drawing is drawn"
    drawing_id = stored.drawing.drawing_id
    entries, holders = read_entries(conn, drawing_id, secrets.drawing_key)
    closing = Closing(
        drawing_id=drawing_id,
        rules=stored.commitment.rules,
        seed=secrets.seed,
        entries=entries,
        root=stored.closing.root,
        passed_over=winner_queries.passed_over_of(conn, drawing_id),
    )
    return closing, holders


def _winners(
    stored: StoredDrawing, closing: Closing, holders: dict[bytes, UserId], drawn: list[Drawn]
) -> Iterator[Winner]:
    held = closing.entries.tickets_of(winner.tag for winner in drawn)
    for order, (prize, winner) in enumerate(zip(prize_slots(stored.drawing.prizes), drawn, strict=False), 1):
        yield Winner(
            drawing_id=stored.drawing.drawing_id,
            draw_order=order,
            prize_id=prize.prize_id,
            prize_rank=prize.rank,
            prize_name=prize.name,
            user_id=holders[winner.tag],
            tag=winner.tag,
            winning_ticket_number=winner.ticket,
            word=winner.word,
            tickets_held=held[winner.tag],
        )

"""Invariant 7: what the close froze, and what the draw published, can be had again (FAIRNESS 2-4). Pure.

The draw itself is verified like anybody's copy of the record would be, by `fairness.verification`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from fittrack.check.findings import Finding, Invariant
from fittrack.drawings.commitment import Secrets
from fittrack.drawings.stored import StoredDrawing, StoredWinner
from fittrack.fairness import ftd1
from fittrack.fairness.beacon import Chain
from fittrack.fairness.entries import Entries
from fittrack.fairness.record import PassedOver, Record, WinnerRow
from fittrack.fairness.rules_text import DrawRules
from fittrack.fairness.verification import verify_record
from fittrack.kit.ids import UserId


class Entered(NamedTuple):
    """The entries as the log tells them, and who is behind each pseudonym."""

    entries: Entries
    holders: Mapping[bytes, UserId]


class Followed(NamedTuple):
    """What follows from a prize won: the fulfilment's prize and winner, and the notice to the latter."""

    draw_order: int
    prize_id: UUID
    user_id: UUID
    notices: int
    """Owed and delivered together: one, always."""


def check_closing(
    subject: str,
    stored: StoredDrawing,
    secrets: Secrets,
    entered: Entered,
    passed_over: Sequence[PassedOver],
) -> Iterator[Finding]:
    """Compare what the close froze with the entries, and what was opened with what was committed to."""
    drawing_id, frozen, committed = stored.drawing.drawing_id, stored.closing, stored.commitment
    assert frozen is not None and committed is not None, "the caller gives drawings that were closed"
    entries, holders = entered
    if ftd1.root(drawing_id, entries) != frozen.root:
        yield _finding(subject, "its entries do not have the published root")
    if len(holders) != frozen.entrants:
        yield _finding(subject, f"{frozen.entrants} entrants were frozen, {len(holders)} hold entries")
    if ftd1.commit(drawing_id, secrets.seed) != committed.seed_commit:
        yield _finding(subject, "its seed is not the one that was committed to")
    if frozen.seed not in {None, secrets.seed}:
        yield _finding(subject, "the seed that was opened is not the one that was sealed")
    for tag, reason in passed_over:
        if tag not in holders:
            yield _finding(subject, f"{tag.hex()} was passed over as {reason}, but holds no entry")


def check_opened(subject: str, stored: StoredDrawing, rules: DrawRules) -> Iterator[Finding]:
    """Compare what was opened, and when, with the promise: a beacon's round comes after an open seed.

    With a beacon the seed opens at the close, without one with the draw (FAIRNESS 2).
    """
    closing, taken, plan = stored.closing, stored.beacon, rules.beacon
    assert closing is not None, "the caller gives drawings that were closed"
    is_drawn = stored.completed_at is not None
    if (closing.seed is not None) is not (is_drawn or plan is not None):
        yield _finding(subject, "its seed was opened too early, or is not open yet")
    promised, decided = (plan.chain if is_drawn and plan else None), (taken.chain if taken else None)
    if promised != decided:
        yield _finding(subject, f"drand chain {promised} was to decide it by now, {decided} did")


def check_promises(subject: str, stored: StoredDrawing, rules: DrawRules) -> Iterator[Finding]:
    """Compare the drawing as it stands with the rules that were promised."""
    drawing = stored.drawing
    promised = (rules.drawing_id, rules.close_at, rules.draw_at)
    if promised != (drawing.drawing_id, drawing.ticket_sales_close, drawing.drawing_time):
        yield _finding(subject, "close and draw are not those of its published rules")
    prizes = [(prize.prize_id, prize.rank, prize.quantity) for prize in rules.prizes]
    if prizes != [(prize.prize_id, prize.rank, prize.quantity) for prize in drawing.prizes]:
        yield _finding(subject, "its prizes are not those of its published rules")


def check_draw(
    subject: str,
    record: Record,
    entered: Entered,
    winners: Sequence[StoredWinner],
    chains: Mapping[str, Chain],
) -> Iterator[Finding]:
    """Verify the published record, and compare the stored winners with those it names."""
    for check in verify_record(record, chains).checks:
        if not check.ok:
            yield _finding(subject, f"its record does not verify ({check.name}): {check.sentence}")
    rows = record.fields.winners
    first = [winner for winner in winners if winner.taken_over is None]
    if len(rows) != len(first):
        yield _finding(subject, f"its record names {len(rows)} winners, {len(first)} are stored")
    held = entered.entries.tickets_of(winner.tag for winner in winners)
    for row, winner in zip(rows, first, strict=False):
        stored = winner.user_id, winner.tickets_held, _as_published(winner)
        if stored != (entered.holders.get(winner.tag), held[winner.tag], row):
            yield _finding(subject, f"the winner in slot {row.slot} is not stored as published")
    prizes = {row.slot: (row.rank, row.prize_id) for row in rows}
    for winner in winners:
        if winner.taken_over is not None:
            took = winner.user_id, winner.tickets_held, (winner.prize_rank, str(winner.prize_id))
            if took != (entered.holders.get(winner.tag), held[winner.tag], prizes.get(winner.slot)):
                yield _finding(subject, f"the alternate in slot {winner.slot} is not stored as published")


def _as_published(winner: StoredWinner) -> WinnerRow:
    return WinnerRow(
        slot=winner.draw_order,
        rank=winner.prize_rank,
        prize_id=str(winner.prize_id),
        ticket=winner.winning_ticket_number,
        tag=winner.tag.hex(),
        word=winner.word,
    )


def check_followed(
    subject: str, winners: Sequence[StoredWinner], followed: Sequence[Followed]
) -> Iterator[Finding]:
    """Compare winners with their fulfilments: one each, with one notice."""
    expected = [(winner.draw_order, winner.prize_id, winner.user_id) for winner in winners]
    if [(row.draw_order, row.prize_id, row.user_id) for row in followed] != expected:
        yield _finding(subject, f"{len(winners)} winners do not have just the {len(followed)} fulfilments")
    for row in followed:
        if row.notices != 1:
            yield _finding(subject, f"the winner of prize {row.draw_order} has {row.notices} notices")


def _finding(subject: str, sentence: str) -> Finding:
    return Finding(Invariant.DRAWS, subject, sentence)

"""Invariant 7: drawing again from what was published gives the stored winners (FAIRNESS 2-4). Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from fittrack.check.findings import Finding, Invariant
from fittrack.drawings.stored import StoredDrawing, StoredWinner
from fittrack.fairness import ftd1
from fittrack.fairness.closing import Closing
from fittrack.fairness.rules_text import DrawRules
from fittrack.kit.calendar import rfc3339
from fittrack.kit.ids import UserId


class Won(NamedTuple):
    """A filled prize slot, in all that follows from the published inputs, and who is behind the tag."""

    slot: int
    prize_id: UUID
    prize_rank: int
    user_id: UUID
    tag: bytes
    ticket: int
    word: int
    tickets_held: int

    @classmethod
    def as_stored(cls, winner: StoredWinner) -> "Won":
        """What the tables say of the slot."""
        return cls(
            winner.draw_order,
            winner.prize_id,
            winner.prize_rank,
            winner.user_id,
            winner.tag,
            winner.winning_ticket_number,
            winner.word,
            winner.tickets_held,
        )


def draw_again(closing: Closing, rules: DrawRules, holders: Mapping[bytes, UserId]) -> list[Won]:
    """The winners that follow from what was published; prizes as the published rules have them."""
    drawn = closing.winners(None)
    held = closing.entries.tickets_of(winner.tag for winner in drawn)
    return [
        Won(slot, prize.prize_id, prize.rank, holders[tag], tag, ticket, word, held[tag])
        for slot, (prize, (ticket, tag, word)) in enumerate(zip(rules.slots(), drawn, strict=False), 1)
    ]


class Followed(NamedTuple):
    """What follows from a prize won: the fulfilment's prize and winner, and the notice to the latter."""

    draw_order: int
    prize_id: UUID
    user_id: UUID
    notices: int
    """Owed and delivered together: one, always."""


def check_closing(
    subject: str, stored: StoredDrawing, closing: Closing, holders: Mapping[bytes, UserId]
) -> Iterator[Finding]:
    """Compare what the close froze and opened with the entries and the commitment.

    `closing` holds the entries as the log tells them; `holders` are the pseudonyms behind them.
    """
    frozen, committed = stored.closing, stored.commitment
    assert frozen is not None and committed is not None, "the caller gives drawings that were closed"
    if ftd1.root(closing.drawing_id, closing.entries) != frozen.root:
        yield _finding(subject, "its entries do not have the published root")
    if len(holders) != frozen.entrants:
        yield _finding(subject, f"{frozen.entrants} entrants were frozen, {len(holders)} hold entries")
    if ftd1.commit(closing.drawing_id, frozen.seed) != committed.seed_commit:
        yield _finding(subject, "its seed is not the one that was committed to")
    for tag, reason in closing.passed_over:
        if tag not in holders:
            yield _finding(subject, f"{tag.hex()} was passed over as {reason}, but holds no entry")


def check_winners(
    subject: str, again: Sequence[Won], stored: StoredDrawing, winners: Sequence[StoredWinner]
) -> Iterator[Finding]:
    """Compare the stored winners with those who were drawn again."""
    if stored.completed_at is not None and stored.completed_at < stored.drawing.drawing_time:
        yield _finding(subject, f"it was drawn at {rfc3339(stored.completed_at)}, before its time")
    if len({winner.tag for winner in winners}) != len(winners):
        yield _finding(subject, "somebody has won twice")
    if len(again) != len(winners):
        yield _finding(subject, f"drawing again gives {len(again)} winners, {len(winners)} are stored")
    for expected, winner in zip(again, winners, strict=False):
        if expected != Won.as_stored(winner):
            yield _finding(
                subject,
                f"drawing again gives slot {expected.slot} to ticket {expected.ticket}, "
                f"stored is ticket {winner.winning_ticket_number} in slot {winner.draw_order}",
            )


def check_promises(subject: str, stored: StoredDrawing, rules: DrawRules) -> Iterator[Finding]:
    """Compare the drawing as it stands with the rules that were promised."""
    drawing = stored.drawing
    promised = (rules.drawing_id, rules.close_at, rules.draw_at)
    if promised != (drawing.drawing_id, drawing.ticket_sales_close, drawing.drawing_time):
        yield _finding(subject, "close and draw are not those of its published rules")
    prizes = [(prize.prize_id, prize.rank, prize.quantity) for prize in rules.prizes]
    if prizes != [(prize.prize_id, prize.rank, prize.quantity) for prize in drawing.prizes]:
        yield _finding(subject, "its prizes are not those of its published rules")


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

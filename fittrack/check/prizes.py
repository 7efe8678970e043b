"""Invariant: a prize has one holder at most, and its history leads to where it is (SPEC 6). Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from fittrack.check.findings import Finding, Invariant
from fittrack.drawings.model import FulfillmentType
from fittrack.drawings.stored import StoredWinner
from fittrack.fulfilments.model import FulfillmentStatus
from fittrack.fulfilments.rules import LIVE, TRANSITIONS, WAITING


class PrizeStep(NamedTuple):
    number: int
    from_status: str | None
    to_status: str


class PrizeRow(NamedTuple):
    """A fulfilment as its row and its steps tell it."""

    draw_order: int
    status: str
    fulfillment_type: str
    forfeit_reason: str | None
    forfeited_at: datetime | None
    delivered_at: datetime | None
    next_due_at: datetime | None
    steps: Sequence[PrizeStep]


def check_prizes(
    subject: str, prizes: Sequence[PrizeRow], winners: Sequence[StoredWinner]
) -> Iterator[Finding]:
    """Compare the prizes of a drawing with their histories, and with who was drawn for which."""
    for prize in prizes:
        yield from _check_history(subject, prize)
        yield from _check_row(subject, prize)
    yield from _check_holders(subject, {prize.draw_order: prize for prize in prizes}, winners)


def _check_history(subject: str, prize: PrizeRow) -> Iterator[Finding]:
    allowed = {(before, after) for (before, _), after in _transitions(prize).items()}
    status: str = FulfillmentStatus.PENDING
    for number, step in enumerate(prize.steps, 1):
        if (step.number, step.from_status) != (number, status):
            yield _finding(
                subject, f"step {step.number} of prize {prize.draw_order} does not follow the one before"
            )
        elif (step.from_status, step.to_status) not in allowed:
            yield _finding(
                subject, f"prize {prize.draw_order} went from {step.from_status} to {step.to_status}"
            )
        status = step.to_status
    if status != prize.status:
        yield _finding(subject, f"prize {prize.draw_order} is {prize.status}; its history says {status}")


def _transitions(prize: PrizeRow) -> dict[tuple[str, str], str]:
    kind = FulfillmentType(prize.fulfillment_type)
    return {(before, deed): after for (before, deed), after in TRANSITIONS[kind].items()}


def _check_row(subject: str, prize: PrizeRow) -> Iterator[Finding]:
    lost = prize.status not in LIVE
    if (lost, lost) != (prize.forfeit_reason is not None, prize.forfeited_at is not None):
        yield _finding(subject, f"prize {prize.draw_order} is {prize.status}, but not on record as such")
    if (prize.status == FulfillmentStatus.DELIVERED) is not (prize.delivered_at is not None):
        yield _finding(
            subject, f"prize {prize.draw_order} is {prize.status}, but not delivered at an instant"
        )
    waits = prize.status in WAITING and prize.fulfillment_type == FulfillmentType.PHYSICAL
    if waits is not (prize.next_due_at is not None):
        yield _finding(subject, f"prize {prize.draw_order} is {prize.status}, but its timer says otherwise")


def _check_holders(
    subject: str, prizes: dict[int, PrizeRow], winners: Sequence[StoredWinner]
) -> Iterator[Finding]:
    holders: defaultdict[int, list[StoredWinner]] = defaultdict(list)
    for winner in winners:
        former = holders[winner.slot][-1] if holders[winner.slot] else None
        holders[winner.slot].append(winner)
        if not _follows(winner, former):
            yield _finding(subject, f"number {winner.draw_order} took over what its holder had not forfeited")
    for slot, chain in holders.items():
        live = [w.draw_order for w in chain if (row := prizes.get(w.draw_order)) and row.status in LIVE]
        if live not in ([], [chain[-1].draw_order]):
            yield _finding(subject, f"prize slot {slot} has the live fulfilments {live}")
        returned = [
            w.draw_order
            for w in chain[:-1]
            if (row := prizes.get(w.draw_order)) and row.status == FulfillmentStatus.RETURNED
        ]
        if returned:
            yield _finding(subject, f"prize slot {slot} went back and was drawn again")


def _follows(winner: StoredWinner, former: StoredWinner | None) -> bool:
    over = winner.taken_over
    if over is None or former is None:
        return over is None and former is None
    lost = former.forfeited
    return (
        over.after_order == former.draw_order
        and lost is not None
        and lost.reason == over.reason
        and lost.at <= over.at
    )


def _finding(subject: str, sentence: str) -> Finding:
    return Finding(Invariant.PRIZES, subject, sentence)

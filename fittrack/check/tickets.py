"""Invariants 2 and 4: what a player paid for entries, and got back for cancelled ones. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

from fittrack.check.findings import Finding, Invariant
from fittrack.db import effect_queries
from fittrack.drawings.effects import REFUND
from fittrack.drawings.entry_queries import PURCHASE


class Payment(NamedTuple):
    """A ledger entry that has to do with tickets: a spend or a refund. `amount` is signed, in points."""

    seq: int
    transaction_id: UUID
    amount: int
    reference_id: str | None


class EntryRow(NamedTuple):
    """An entry with what its drawing says about it. `price` is that of one ticket, in points."""

    drawing_id: UUID
    unit_id: UUID
    kind: str
    tickets: int
    price: int | None
    """None: there is no such drawing."""
    cancelled: bool
    refund_owed: bool
    refund_applied: bool

    @property
    def is_bought(self) -> bool:
        return self.kind == PURCHASE

    @property
    def cost(self) -> int:
        """What was paid for it, in points."""
        return self.tickets * (self.price or 0)

    @property
    def refund_id(self) -> UUID:
        """The id that its refund has in the ledger."""
        return effect_queries.transaction_id(REFUND, self.unit_id)

    def __str__(self) -> str:
        return f"the entry {self.unit_id} of drawing {self.drawing_id}"


def check_purchases(
    subject: str, entries: Collection[EntryRow], spends: Iterable[Payment], purchases: Iterable[UUID]
) -> Iterator[Finding]:
    """Compare one player's entries with what was paid, and with the purchases in the player's own log."""
    unpaid, own = _by_id(spends), set(purchases)
    for entry in entries:
        paid = unpaid.pop(entry.unit_id, [])
        for sentence in _faults_of_purchase(entry, paid, in_own_log=entry.unit_id in own):
            yield Finding(Invariant.PURCHASES, subject, sentence)
        own.discard(entry.unit_id)
    for payments in unpaid.values():
        for spend in payments:
            yield Finding(
                Invariant.PURCHASES, subject, f"ledger entry {spend.seq} spends {-spend.amount} for no entry"
            )
    for unit_id in own:
        yield Finding(Invariant.PURCHASES, subject, f"the purchase {unit_id} made no entry in any drawing")


def _faults_of_purchase(entry: EntryRow, paid: list[Payment], *, in_own_log: bool) -> Iterator[str]:
    if entry.price is None:
        yield f"{entry} belongs to no drawing"
        return
    if not entry.is_bought:
        if paid:
            yield f"{entry} is free, but {-paid[0].amount} points were paid for it"
        return
    if not in_own_log:
        yield f"{entry} is missing in the player's log"
    if len(paid) != 1:
        yield f"{entry} was paid {len(paid)} times"
        return
    if paid[0].amount != -entry.cost:
        yield f"{entry} costs {entry.cost} points, {-paid[0].amount} were paid"
    if paid[0].reference_id != str(entry.drawing_id):
        yield f"{entry} was paid as one of drawing {paid[0].reference_id}"


def check_refunds(
    subject: str, entries: Iterable[EntryRow], refunds: Iterable[Payment], *, settled: bool
) -> Iterator[Finding]:
    """Compare one player's entries with what was refunded. When `settled`, nothing may still be owed."""
    open_refunds = _by_id(refunds)
    for entry in entries:
        booked = open_refunds.pop(entry.refund_id, [])
        for sentence in _faults_of_refund(entry, booked, settled=settled):
            yield Finding(Invariant.REFUNDS, subject, sentence)
    for payments in open_refunds.values():
        for refund in payments:
            sentence = f"ledger entry {refund.seq} refunds {refund.amount} for no entry"
            yield Finding(Invariant.REFUNDS, subject, sentence)


def _faults_of_refund(entry: EntryRow, booked: list[Payment], *, settled: bool) -> Iterator[str]:
    if not (entry.is_bought and entry.cancelled):
        if booked or entry.refund_owed or entry.refund_applied:
            yield f"{entry} was refunded, though it was {_why_none(entry)}"
        return
    if entry.refund_owed and (booked or entry.refund_applied):
        yield f"{entry} was refunded and its refund still waits"
    elif entry.refund_owed:
        if settled:
            yield f"the refund of {entry} still waits"
    elif len(booked) != 1:
        yield f"{entry} was refunded {len(booked)} times"
    elif not entry.refund_applied:
        yield f"{entry} was refunded without a receipt: it could be refunded again"
    for refund in booked:
        if refund.amount != entry.cost:
            yield f"{entry} cost {entry.cost} points, {refund.amount} were refunded"


def _why_none(entry: EntryRow) -> str:
    return "not cancelled" if entry.is_bought else "free"


def _by_id(payments: Iterable[Payment]) -> dict[UUID, list[Payment]]:
    found: defaultdict[UUID, list[Payment]] = defaultdict(list)
    for payment in payments:
        found[payment.transaction_id].append(payment)
    return found

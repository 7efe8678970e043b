"""A purchase: the one unit that appends to two logs at once, the drawing's and the player's (DESIGN 1).

The player offers: who he is, what he has, where his log stands, what he wants. The drawing, whose turns
decide, settles it: both logs' rows and the ledger entry of a purchase are one unit, committed together or
not at all. Of several wishes each is decided on what those before it leave; none stands without them.
"""

from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

import msgspec

from actors.runtime import Promise
from fittrack.db.journal import Head, PeerRow, Unit
from fittrack.db.tables.logs import user_log
from fittrack.drawings.entry_queries import PURCHASE
from fittrack.drawings.model import Drawing, Player
from fittrack.drawings.rules import check_affordable, price_tickets
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import Problem
from fittrack.points import ledger
from fittrack.points.ledger import Entry, LedgerHead
from protocol.outbound import TicketsBought

DESCRIPTIONS_KEPT: Final = 256
"""Texts of ledger entries: nearly all purchases are of a few tickets in a few drawings."""


class Wish(msgspec.Struct, frozen=True, gc=False):
    """One purchase that is wanted, under its key."""

    quantity: int
    key: UUID | None
    request_hash: bytes | None


class Offer(msgspec.Struct, frozen=True, gc=False):
    """A player's side of purchases. His turn waits until they are settled, so nothing of it changes."""

    player: Player
    ledger: LedgerHead
    log: Head
    """Where the player's log stands: the purchases take the next places."""
    wishes: tuple[Wish, ...]


class Sale(msgspec.Struct, frozen=True, gc=False):
    """A purchase whose unit is durable, or is on its way to be: what the player's side becomes then."""

    answer: TicketsBought
    entry: Entry
    unit_id: UUID


Settled = Sale | Problem | None
"""What became of a wish: durable, refused or failed, or None: the player's log moved on without him."""


class DrawingSide(msgspec.Struct, frozen=True, gc=False):
    """The drawing's side of purchases. What is in flight counts on neither side of the odds: it may fail."""

    drawing: Drawing
    subject: str
    """The drawing's id as text."""
    mine: int
    """Tickets of the player that are durable."""
    total: int
    """Tickets of everybody that are durable."""


class OfferReply:
    """Gathers what became of the wishes of one offer; the reply comes when that is known of all."""

    __slots__ = ("_failure", "_left", "_settled", "promise")

    def __init__(self, wishes: int) -> None:
        self.promise = Promise()
        self._settled: list[Settled] = [None] * wishes
        self._left = wishes
        self._failure: BaseException | None = None

    def put(self, at: int, settled: Settled) -> None:
        """What became of the wish at this place."""
        self._settled[at] = settled
        self._left -= 1
        if not self._left:
            self.promise.settle(self._settled if self._failure is None else self._failure)

    def fail(self, at: int, failure: BaseException) -> None:
        """A mistake of the program: the reply will be a crash, and what happened not be known."""
        self._failure = failure
        self.put(at, None)


Decision = tuple[Unit, Sale] | Problem
"""The unit of a purchase and what it answers once it is durable; or why it is refused."""


def decide(offer: Offer, side: DrawingSide, now: datetime) -> list[Decision]:
    """What the drawing decides of each wish."""
    sides = _Sides(offer, side, now)
    decisions: list[Decision] = []
    for wish in offer.wishes:
        try:
            decisions.append(sides.sell(wish))
        except Problem as refusal:
            decisions.append(refusal)
    return decisions


class _Sides:
    """Both sides as they stand after each sale."""

    __slots__ = ("_book", "_log", "_mine", "_now", "_side", "_total", "_user_id")

    def __init__(self, offer: Offer, side: DrawingSide, now: datetime) -> None:
        self._user_id = offer.player.user_id
        self._book, self._log = offer.ledger, offer.log
        self._mine, self._total = side.mine, side.total
        self._side, self._now = side, now

    def sell(self, wish: Wish) -> tuple[Unit, Sale]:
        """The unit of the purchase and what it answers. Raises what refuses it."""
        drawing, now, quantity = self._side.drawing, self._now, wish.quantity
        price = price_tickets(drawing, quantity, now)
        check_affordable(self._book.balance, price)
        self._mine += quantity
        self._total += quantity
        purchase_id = uuid7()
        entry = ledger.append(
            self._book,
            user_id=self._user_id,
            transaction_id=purchase_id,
            transaction_type="spend",
            amount=-price,
            reference_type="drawing",
            reference_id=self._side.subject,
            description=_description(drawing.name, quantity),
            created_at=now,
        )
        answer = TicketsBought(
            transaction_id=purchase_id,
            drawing_id=drawing.drawing_id,
            quantity=quantity,
            points_spent=price,
            balance=entry.balance_after,
            my_tickets=self._mine,
            odds=self._mine / self._total,
        )
        unit = Unit(purchase_id, PURCHASE, now)
        unit.entry = (self._user_id, quantity)
        unit.peer = self._players_row(wish, purchase_id, answer)
        unit.inserts = [entry.row]
        self._book = entry.head
        return unit, Sale(answer, entry, purchase_id)

    def _players_row(self, wish: Wish, purchase_id: UUID, answer: TicketsBought) -> PeerRow:
        before = self._log
        self._log = Head(before.rev + 1, purchase_id)
        return PeerRow(
            log=user_log,
            key=self._user_id,
            rev=before.rev + 1,
            prev_unit=before.unit_id,
            unit_id=purchase_id,
            kind=PURCHASE,
            created_at=self._now,
            idem_key=wish.key,
            request_hash=wish.request_hash,
            answer=None if wish.key is None else msgspec.json.encode(answer),
        )


@lru_cache(DESCRIPTIONS_KEPT)
def _description(name: str, quantity: int) -> str:
    return f"{quantity:,} ticket{'' if quantity == 1 else 's'}: {name}"

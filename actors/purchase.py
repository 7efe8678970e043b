"""A purchase: the one unit that appends to two logs at once, the drawing's and the player's (DESIGN 1).

The player offers: who he is, what he has, where his log stands. The drawing, whose turns decide,
settles: both logs' rows and the ledger entry are one unit, committed together or not at all.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from fittrack.db.journal import Head, PeerRow, Unit
from fittrack.db.tables.logs import user_log
from fittrack.drawings.model import Drawing, Player
from fittrack.drawings.queries import PURCHASE
from fittrack.drawings.rules import check_affordable
from fittrack.kit.ids import UserId, uuid7
from fittrack.points import ledger
from fittrack.points.ledger import Entry, LedgerHead
from protocol.outbound import TicketsBought


class Offer(msgspec.Struct, frozen=True, gc=False):
    """A player's side of a purchase. His turn waits until it is settled, so nothing of it changes."""

    player: Player
    quantity: int
    ledger: LedgerHead
    log: Head
    """Where the player's log stands: the purchase takes the next place."""
    key: UUID | None
    request_hash: bytes | None


class Sale(msgspec.Struct, frozen=True, gc=False):
    """A settled purchase: what the player's side becomes once the unit is durable."""

    answer: TicketsBought
    entry: Entry
    unit_id: UUID
    subject: str
    """The drawing's id as text."""


class Shelf(msgspec.Struct, frozen=True, gc=False):
    """The drawing's side: what is sold, and what holds with this purchase."""

    drawing: Drawing
    subject: str
    """The drawing's id as text."""
    price: int
    """Points for all the tickets of the offer."""
    mine: int
    """Tickets that the player will hold."""
    total: int
    """Tickets that are sold for certain, these included."""


def settle(offer: Offer, shelf: Shelf, now: datetime) -> tuple[Unit, Sale]:
    """The unit of the purchase and what it answers. Raises `InsufficientPoints`."""
    drawing, price, purchase_id = shelf.drawing, shelf.price, uuid7()
    check_affordable(offer.ledger.balance, price)
    user_id = offer.player.user_id
    entry = ledger.append(
        offer.ledger,
        user_id=user_id,
        transaction_id=purchase_id,
        transaction_type="spend",
        amount=-price,
        reference_type="drawing",
        reference_id=shelf.subject,
        description=_description(drawing, offer.quantity),
        created_at=now,
    )
    answer = TicketsBought(
        transaction_id=purchase_id,
        drawing_id=drawing.drawing_id,
        quantity=offer.quantity,
        points_spent=price,
        balance=entry.balance_after,
        my_tickets=shelf.mine,
        odds=shelf.mine / shelf.total,
    )
    unit = Unit(purchase_id, PURCHASE, now)
    unit.entry = (user_id, offer.quantity)
    unit.peer = _players_row(offer, user_id, purchase_id, answer, now)
    unit.inserts = [entry.row]
    return unit, Sale(answer, entry, purchase_id, shelf.subject)


def _players_row(
    offer: Offer, user_id: UserId, purchase_id: UUID, answer: TicketsBought, now: datetime
) -> PeerRow:
    return PeerRow(
        log=user_log,
        key=user_id,
        rev=offer.log.rev + 1,
        prev_unit=offer.log.unit_id,
        unit_id=purchase_id,
        kind=PURCHASE,
        created_at=now,
        idem_key=offer.key,
        request_hash=offer.request_hash,
        answer=None if offer.key is None else msgspec.json.encode(answer),
    )


def _description(drawing: Drawing, quantity: int) -> str:
    return f"{quantity:,} ticket{'' if quantity == 1 else 's'}: {drawing.name}"

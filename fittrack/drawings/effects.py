"""What a drawing owes players: written with the unit that causes it, applied by the player's own log."""

from uuid import UUID, uuid5

import msgspec
from msgspec import Struct

from fittrack.drawings.model import Drawing, FulfillmentType
from fittrack.drawings.stored import Winner
from fittrack.kit.ids import DrawingId

REFUND = "refund"
"""Give the points of an entry back. The subject is the purchase's unit, so it happens once."""

REFUND_NOTICE = "refund_notice"
"""Tell who bought tickets of a cancelled drawing, once. The subject follows from both: `refund_notice_id`."""

WINNER_NOTICE = "winner_notice"
"""Tell a winner. The subject is the fulfilment."""


class Refund(Struct, frozen=True):
    """The price of an entry is `ticket_cost_points` times its tickets."""

    drawing_id: DrawingId
    drawing_name: str
    ticket_cost_points: int


class WinnerNotice(Struct, frozen=True):
    drawing_id: DrawingId
    drawing_name: str
    prize_name: str
    winning_ticket_number: int
    needs_address: bool = False


def refund_notice_id(drawing_id: DrawingId, user_id: UUID) -> UUID:
    """The subject of a buyer's notice, however many entries it is for."""
    return uuid5(drawing_id, f"{REFUND_NOTICE}/{user_id}")


def refund_payload(drawing: Drawing) -> bytes:
    """The same for every entry of the drawing: the amount is the entry's own."""
    return msgspec.json.encode(Refund(drawing.drawing_id, drawing.name, drawing.ticket_cost_points))


def winner_payload(drawing: Drawing, winner: Winner) -> bytes:
    [prize] = (prize for prize in drawing.prizes if prize.prize_id == winner.prize_id)
    return msgspec.json.encode(
        WinnerNotice(
            drawing.drawing_id,
            drawing.name,
            winner.prize_name,
            winner.winning_ticket_number,
            prize.fulfillment_type is FulfillmentType.PHYSICAL,
        )
    )


def read_refund(payload: bytes) -> Refund:
    return msgspec.json.decode(payload, type=Refund)


def read_winner(payload: bytes) -> WinnerNotice:
    return msgspec.json.decode(payload, type=WinnerNotice)

"""What third parties are told: the types of events, and what each carries. As little as will do: whose it is
by id alone, and what else there is to know is asked for with that id, by whoever may.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from protocol.shapes import Instant, WireInstant


class EventType(StrEnum):
    """Types of events, as endpoints subscribe to them."""

    POINTS_EARNED = "points.earned"
    POINTS_ADJUSTED = "points.adjusted"
    TICKETS_PURCHASED = "tickets.purchased"
    DRAWING_CLOSED = "drawing.closed"
    DRAWING_COMPLETED = "drawing.completed"
    DRAWING_CANCELLED = "drawing.cancelled"
    FULFILLMENT_CREATED = "fulfillment.created"
    FULFILLMENT_UPDATED = "fulfillment.updated"


TEST = "webhook.test"
"""The type of a message that an endpoint is sent on demand; nobody subscribes to it."""


class PointsChanged(Struct, frozen=True, kw_only=True):
    """`points.earned`, `points.adjusted`: an entry of a player's ledger."""

    user_id: UUID
    transaction_id: UUID
    seq: int
    """Its place in the ledger: of two events of a player, the later one has the higher."""
    amount: Annotated[int, Meta(description="Points, signed")]
    reference_type: str
    reference_id: str | None


class TicketsPurchased(Struct, frozen=True, kw_only=True):
    """`tickets.purchased`."""

    user_id: UUID
    transaction_id: UUID
    seq: int
    drawing_id: UUID
    quantity: int
    points_spent: int


class DrawingChanged(Struct, frozen=True, kw_only=True):
    """`drawing.closed`, `drawing.completed`, `drawing.cancelled`."""

    drawing_id: UUID
    status: str


class FulfillmentChanged(Struct, frozen=True, kw_only=True):
    """`fulfillment.created`, `fulfillment.updated`: a prize on its way. Never an address."""

    fulfillment_id: UUID
    status: str
    step: Annotated[int, Meta(description="0 when it is created, then 1, 2, 3 …")]


class Tested(Struct, frozen=True, kw_only=True):
    """`webhook.test`."""

    endpoint_id: UUID


Data = PointsChanged | TicketsPurchased | DrawingChanged | FulfillmentChanged | Tested


class _Body(Struct, frozen=True):
    """What is sent, as the Standard Webhooks specification recommends it."""

    type: str
    timestamp: Instant
    data: Data


_encode = msgspec.json.Encoder().encode


def body_of(event_type: str, at: WireInstant, data: Data) -> bytes:
    """The body of a message: it is stored, signed and sent byte for byte."""
    return _encode(_Body(event_type, at, data))

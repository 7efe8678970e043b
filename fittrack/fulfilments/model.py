"""A prize on its way to its winner. Values only; instants are aware UTC datetimes, money is US dollars."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from fittrack.drawings.model import FulfillmentType
from fittrack.kit.ids import DrawingId, FulfillmentId, PrizeId, UserId


class FulfillmentStatus(StrEnum):
    """Where a prize is on its way (SPEC 6)."""

    PENDING = "pending"
    WINNER_NOTIFIED = "winner_notified"
    ADDRESS_CONFIRMED = "address_confirmed"
    ADDRESS_INVALID = "address_invalid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    FORFEITED = "forfeited"
    RETURNED = "returned"


class ForfeitReason(StrEnum):
    """Why a winner lost a prize, as the public record names it. What else there is to say stays inside."""

    UNCLAIMED = "unclaimed"  # no address in time
    DELETED = "deleted"  # the account is gone
    DISQUALIFIED = "disqualified"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfillment:
    """One prize of one winner."""

    fulfillment_id: FulfillmentId
    drawing_id: DrawingId
    drawing_name: str
    draw_order: int
    prize_id: PrizeId
    prize_name: str
    prize_rank: int
    value_usd: Decimal
    fulfillment_type: FulfillmentType
    user_id: UserId
    status: FulfillmentStatus
    steps: int
    """Transitions so far."""
    created_at: datetime
    updated_at: datetime
    carrier: str | None = None
    tracking_number: str | None = None
    notes: str | None = None
    next_due_at: datetime | None = None
    """When the clock next acts upon it."""
    address_due_at: datetime | None = None
    """While the winner is waited for: when the prize is forfeited."""
    warned_at: datetime | None = None
    forfeit_reason: ForfeitReason | None = None
    forfeited_at: datetime | None = None
    delivered_at: datetime | None = None
    successor_id: FulfillmentId | None = None
    """Of whoever took the forfeited prize over."""

    @property
    def needs_address(self) -> bool:
        return self.fulfillment_type is FulfillmentType.PHYSICAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A transition that happened. `actor_id` is None for the clock."""

    number: int
    from_status: FulfillmentStatus
    to_status: FulfillmentStatus
    actor_id: UserId | None
    note: str | None
    at: datetime

"""What `/fulfillments` takes and answers (SPEC 6 and 10)."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from fittrack.drawings.model import FulfillmentType
from fittrack.fulfilments.addresses import CITY_LENGTH_MAX, RECIPIENT_LENGTH_MAX, STREET_LENGTH_MAX
from fittrack.fulfilments.model import ForfeitReason, FulfillmentStatus
from fittrack.server.schemas import Answer, Input, PageQuery
from protocol.shapes import Instant

Reason = Annotated[str, Meta(min_length=3, max_length=500, pattern=r"\S")]
Carrier = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S")]
TrackingNumber = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
Notes = Annotated[str, Meta(max_length=1_000)]

Sort = Literal["-created_at", "created_at", "-updated_at", "updated_at", "due", "-value"]


class FulfillmentsQuery(PageQuery, frozen=True, kw_only=True):
    """Parameters of `GET fulfillments`. `user_id` is for admins."""

    status: FulfillmentStatus | None = None
    drawing_id: UUID | None = None
    user_id: UUID | None = None
    overdue: bool | None = None
    """Whether the winner has left it for seven days without an address."""
    sort: Sort = "-created_at"


class TaxQuery(Input, frozen=True, kw_only=True):
    """Parameters of `GET fulfillments/tax-totals.csv`."""

    year: Annotated[int, Meta(ge=2020, le=9998, description="Year of delivery, the platform's")] | None = None


class NewFulfillment(Input, frozen=True, kw_only=True):
    """`POST fulfillments`: a winner of the drawing who has none."""

    drawing_id: UUID
    user_id: UUID


class FulfillmentEdit(Input, frozen=True, kw_only=True):
    """`PUT fulfillments/{id}`: what is left out stays."""

    notes: Notes | None | UnsetType = UNSET
    carrier: Carrier | None | UnsetType = UNSET
    tracking_number: TrackingNumber | None | UnsetType = UNSET


class Shipment(Input, frozen=True, kw_only=True):
    """`POST fulfillments/{id}/ship`. A digital prize needs neither."""

    carrier: Carrier | None = None
    tracking_number: TrackingNumber | None = None


class AddressInput(Input, frozen=True, kw_only=True):
    """`POST fulfillments/{id}/confirm-address`."""

    street: Annotated[str, Meta(max_length=STREET_LENGTH_MAX)]
    city: Annotated[str, Meta(max_length=CITY_LENGTH_MAX)]
    state: Annotated[str, Meta(max_length=40)]
    zip_code: Annotated[str, Meta(max_length=20)]
    recipient: Annotated[str, Meta(max_length=RECIPIENT_LENGTH_MAX)] | None = None
    """Whose name the label bears, where it is not the account's."""


class WrongAddress(Input, frozen=True, kw_only=True):
    """`POST fulfillments/{id}/invalidate-address`: what is wrong with it, which the winner is told."""

    reason: Reason


class Forfeiture(Input, frozen=True, kw_only=True):
    """`POST fulfillments/{id}/forfeit`. `cause` is on the public record, `reason` is not."""

    reason: Reason
    cause: Literal["disqualified", "declined", "unreachable"] = "disqualified"


class Fulfillment(Answer, frozen=True, kw_only=True):
    """A prize on its way. What is only for admins is left out of what its winner sees."""

    fulfillment_id: UUID
    drawing_id: UUID
    drawing_name: str
    prize_id: UUID
    prize_name: str
    prize_rank: int
    value_usd: str
    fulfillment_type: FulfillmentType
    user_id: UUID
    status: FulfillmentStatus
    carrier: str | None
    tracking_number: str | None
    address_due_at: Instant | None
    """When the prize is forfeited, while it waits for an address."""
    warned_at: Instant | None
    forfeit_reason: ForfeitReason | None
    forfeited_at: Instant | None
    delivered_at: Instant | None
    created_at: Instant
    updated_at: Instant
    etag: str
    """For `If-Match`."""
    notes: str | None | UnsetType = UNSET
    successor_id: UUID | None | UnsetType = UNSET
    """The fulfilment of whoever took the forfeited prize over."""


class ListedFulfillment(Fulfillment, frozen=True, kw_only=True):
    """One line of `GET fulfillments`."""

    display_name: str | UnsetType = UNSET
    on_hold: bool | UnsetType = UNSET
    """Whether nothing can be shipped: the winner is under review, or the account is not active."""


class ShownAddress(Answer, frozen=True, kw_only=True):
    """Where a prize is sent."""

    street: str
    city: str
    state: str
    zip_code: str
    recipient: str | None
    confirmed_at: Instant


class ShownStep(Answer, frozen=True, kw_only=True):
    """One transition. `actor_id` is for admins."""

    step: int
    from_status: FulfillmentStatus
    to_status: FulfillmentStatus
    by: Literal["winner", "admin", "clock"]
    note: str | None
    at: Instant
    actor_id: UUID | None | UnsetType = UNSET


class FulfillmentDetail(ListedFulfillment, frozen=True, kw_only=True):
    """`GET fulfillments/{id}`."""

    address: ShownAddress | None
    """None before it is confirmed, after it is erased, and when its key is gone."""
    history: list[ShownStep]

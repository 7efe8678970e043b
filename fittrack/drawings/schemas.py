"""Drawings as REST takes and gives them (SPEC 10). What the WebSocket shares is in `protocol.shapes`."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from fittrack.drawings.model import (
    DEFAULT_FREE_TICKETS_PER_PERSON,
    DrawingStatus,
    DrawingType,
    FulfillmentType,
    UserType,
)
from fittrack.fairness.closing_record import ClosingFields
from fittrack.fairness.record import Fields
from fittrack.fairness.rules_text import BeaconPlan
from fittrack.server.schemas import NAME_PATTERN, PageQuery
from protocol.limits import TICKETS_PER_PURCHASE_MAX
from protocol.shapes import Instant, Prize, Winner

NAME_LENGTH_MAX = 120  # characters; fits a phone's headline
DESCRIPTION_LENGTH_MAX = 4_000  # characters
PRIZE_DESCRIPTION_LENGTH_MAX = 2_000  # characters
TICKET_COST_MAX = 1_000_000  # points; a million tickets of it still fit a 64-bit balance
ACCOUNT_AGE_DAYS_MAX = 3_650
EMAIL_LENGTH_MAX = 254  # characters, RFC 5321
EVIDENCE_LENGTH_MAX = 120  # characters
PRIZE_VALUE_USD_MAX = 10_000_000
PRIZE_RANK_MAX = 1_000
PRIZE_QUANTITY_MAX = 10_000
BEACON_ROUND_MAX = (
    2**53 - 1
)  # what every JSON reader takes; a round every 3 s reaches it in 850 million years

Name = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX, pattern=NAME_PATTERN)]
Description = Annotated[str, Meta(max_length=DESCRIPTION_LENGTH_MAX)]
PrizeDescription = Annotated[str, Meta(max_length=PRIZE_DESCRIPTION_LENGTH_MAX)]
TicketCost = Annotated[int, Meta(ge=1, le=TICKET_COST_MAX)]
Moment = Annotated[datetime, Meta(tz=True)]
Value = Annotated[
    str,
    Meta(
        max_length=11,
        pattern=r"^[0-9]{1,8}(\.[0-9]{1,2})?$",
        description='US dollars as a decimal string, e.g. "50.00"',
    ),
]
Rank = Annotated[int, Meta(ge=1, le=PRIZE_RANK_MAX)]
PrizeQuantity = Annotated[int, Meta(ge=1, le=PRIZE_QUANTITY_MAX)]
FreeTickets = Annotated[
    int,
    Meta(
        ge=0,
        le=TICKETS_PER_PURCHASE_MAX,
        description="Tickets that one person may get without purchase; 0: there are none",
    ),
]
ImageUrl = Annotated[str, Meta(max_length=500, pattern=r"^(https://|/)\S+$")]


class BuyTickets(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST drawings/{id}/tickets`."""

    quantity: Annotated[int, Meta(ge=1, le=TICKETS_PER_PURCHASE_MAX)]


class BuyTicketsOf(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST tickets`: the same purchase, with the drawing in the body."""

    drawing_id: UUID
    quantity: Annotated[int, Meta(ge=1, le=TICKETS_PER_PURCHASE_MAX)]


class Eligibility(Struct, frozen=True, forbid_unknown_fields=True):
    user_type: UserType = UserType.ALL
    min_account_age_days: Annotated[int, Meta(ge=0, le=ACCOUNT_AGE_DAYS_MAX)] = 7


class NewDrawing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST drawings`. Costs and instants that are left out are those of the drawing's type (SPEC 5)."""

    drawing_type: DrawingType
    name: Name
    description: Description | None = None
    ticket_cost_points: TicketCost | None = None
    sales_open: Moment | None = None
    ticket_sales_close: Moment | None = None
    drawing_time: Moment | None = None
    eligibility: Eligibility = Eligibility()
    auto_execute: bool = True
    free_tickets_per_person: FreeTickets = DEFAULT_FREE_TICKETS_PER_PERSON


class DrawingPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`PATCH drawings/{id}`: what is left out stays."""

    drawing_type: DrawingType | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    description: Description | None | UnsetType = UNSET
    ticket_cost_points: TicketCost | UnsetType = UNSET
    sales_open: Moment | None | UnsetType = UNSET
    ticket_sales_close: Moment | UnsetType = UNSET
    drawing_time: Moment | UnsetType = UNSET
    eligibility: Eligibility | UnsetType = UNSET
    auto_execute: bool | UnsetType = UNSET
    free_tickets_per_person: FreeTickets | UnsetType = UNSET


class PrizeFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of prize, as it is typed."""

    rank: Rank
    name: Name
    value_usd: Value
    description: PrizeDescription | None = None
    quantity: PrizeQuantity = 1
    fulfillment_type: FulfillmentType = FulfillmentType.DIGITAL
    sponsor_id: UUID | None = None
    image_url: ImageUrl | None = None


class NewPrize(PrizeFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST prizes`."""

    drawing_id: UUID


class PrizePatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`PATCH prizes/{id}`: what is left out stays."""

    rank: Rank | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    description: PrizeDescription | None | UnsetType = UNSET
    value_usd: Value | UnsetType = UNSET
    quantity: PrizeQuantity | UnsetType = UNSET
    fulfillment_type: FulfillmentType | UnsetType = UNSET
    sponsor_id: UUID | None | UnsetType = UNSET
    image_url: ImageUrl | None | UnsetType = UNSET


class Cancellation(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST drawings/{id}/cancel`."""

    reason: Annotated[str, Meta(min_length=3, max_length=200)]


class EnteredBeacon(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST drawings/{id}/beacon`: a round of the promised chain as drand publishes it."""

    round: Annotated[int, Meta(ge=1, le=BEACON_ROUND_MAX)]
    signature: Annotated[
        str,
        Meta(pattern=r"^[0-9a-f]{96}$", max_length=96, description="96 hexadecimal digits, in lower case"),
    ]


class NewFreeEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST drawings/{id}/free-entries`: of the account with this id or this email, one of them."""

    user_id: UUID | None = None
    email: Annotated[str, Meta(min_length=3, max_length=EMAIL_LENGTH_MAX)] | None = None
    quantity: Annotated[int, Meta(ge=1, le=TICKETS_PER_PURCHASE_MAX)] = 1
    evidence: Annotated[
        str,
        Meta(
            min_length=3,
            max_length=EVIDENCE_LENGTH_MAX,
            description="What the entry rests on, such as a postmark and a number; it makes one entry, ever",
        ),
    ]


class FreeEntryRecorded(Struct, frozen=True, kw_only=True):
    """What a free entry came to. `evidence` is as it is compared; `transaction_id` is the receipt."""

    transaction_id: UUID
    drawing_id: UUID
    user_id: UUID
    quantity: int
    evidence: str
    my_tickets: int
    odds: float


class FreeEntry(Struct, frozen=True, kw_only=True):
    """One line of `GET drawings/{id}/free-entries`. A former player has no name."""

    transaction_id: UUID
    user_id: UUID
    display_name: str | None
    quantity: int
    evidence: str
    recorded_by: UUID
    recorded_at: Instant


class MyResult(Struct, frozen=True):
    """What a drawing came to for the one who asks."""

    tickets_held: int
    won: bool


class ForfeitedPrize(Struct, frozen=True, kw_only=True):
    """That a winner lost a prize. `tag` is the pseudonym under which the proof names them."""

    rank: int
    prize_id: UUID
    prize_name: str
    tag: str
    winning_ticket_number: int
    reason: str
    forfeited_at: Instant


class Results(Struct, frozen=True, kw_only=True):
    """A completed drawing (SPEC 10). `my` is there for whoever is signed in.

    `winners` are those who have the prizes now: who took over what was forfeited stands in the place of
    whoever lost it.
    """

    drawing_id: UUID
    completed_at: Instant
    total_tickets: int
    entrants: int
    winners: list[Winner]
    forfeited: list[ForfeitedPrize] = []
    my: MyResult | UnsetType = UNSET


class TicketPurchase(Struct, frozen=True, kw_only=True):
    """One entry: a contiguous range of tickets. The numbers are known from the close on (FAIRNESS 2)."""

    transaction_id: UUID
    drawing_id: UUID
    user_id: UUID
    quantity: int
    source: str
    purchased_at: Instant
    rules_version: int | None
    """The official rules under which it was made: those of the opening, since when none changed."""
    first_ticket: int | None = None


class MyTickets(Struct, frozen=True, kw_only=True):
    """`GET drawings/{id}/my-tickets`."""

    drawing_id: UUID
    my_tickets: int
    odds: float | None
    purchases: list[TicketPurchase]


class PrizeSort(StrEnum):
    """By what prizes are sorted; a minus turns it round."""

    LATEST = "-drawing_time"
    EARLIEST = "drawing_time"
    NAME = "name"
    NAME_DOWN = "-name"
    CHEAPEST = "value_usd"
    DEAREST = "-value_usd"


class PrizesQuery(PageQuery, frozen=True, kw_only=True):
    """Parameters of `GET prizes`. `q` is part of the name, `status` the drawing's."""

    q: Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX)] | None = None
    drawing_id: UUID | None = None
    sponsor_id: UUID | None = None
    status: DrawingStatus | None = None
    fulfillment_type: FulfillmentType | None = None
    sort: PrizeSort = PrizeSort.LATEST


class ListedPrize(Struct, frozen=True, kw_only=True):
    """One line of `GET prizes`."""

    drawing_id: UUID
    drawing_status: DrawingStatus
    prize: Prize
    sponsor_id: UUID | None
    awarded: int
    """How many of `quantity` have a winner; one who forfeited it counts no more."""
    delivered: int
    """How many of these have arrived."""
    returned: int
    """How many of `quantity` went back to the sponsor after their winner forfeited them."""
    etag: str
    """For `If-Match` of an edit."""


class Proof(Fields, frozen=True, kw_only=True):
    """`GET drawings/{id}/proof`: the published record (FAIRNESS), in the layout of the test vectors.

    An entry is `[first, count, tag, receipt]`; bytes are hexadecimal.
    """

    entries: list[tuple[int, int, str, str]]
    digest: str


class PublishedClosing(ClosingFields, frozen=True, kw_only=True):
    """`GET drawings/{id}/closing`: what the close fixed. An entry is `[first, count, tag, receipt]`."""

    entries: list[tuple[int, int, str, str]]


class OfficialRules(Struct, frozen=True, kw_only=True):
    """`GET drawings/{id}/rules`: the text under which people enter. Every version stays, and is public."""

    drawing_id: UUID
    rules_version: int
    latest_version: int
    """Entries are made under this one: nothing of it changes once sales are open."""
    text: str
    sha256: str
    """Of the text in UTF-8."""
    published_at: Instant


class PublishedSlots(Struct, frozen=True, kw_only=True):
    """`quantity` consecutive prize slots."""

    prize_id: UUID
    rank: int
    name: str
    quantity: int


class PublishedRules(Struct, frozen=True, kw_only=True):
    """`GET drawings/{id}/draw-rules`: what was promised, byte for byte (FAIRNESS 1)."""

    algo: str
    drawing_id: UUID
    version: int
    close_at: Instant
    draw_at: Instant
    prizes: list[PublishedSlots]
    beacon: BeaconPlan | None

"""Webhooks as REST takes and gives them (SPEC 10)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Raw, UnsetType

from fittrack.server.schemas import Answer, CursorQuery, Input, PageQuery
from fittrack.webhooks.events import EventType
from fittrack.webhooks.rules import DeliveryStatus, DisabledReason
from protocol.shapes import Instant

URL_LENGTH_MAX = 500  # characters
DESCRIPTION_LENGTH_MAX = 200

Url = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=URL_LENGTH_MAX,
        pattern=r"^https?://[!-~]+$",
        description="Where messages are sent: `https`, a public address, port 443 or 8443",
    ),
]
Description = Annotated[str, Meta(min_length=1, max_length=DESCRIPTION_LENGTH_MAX, pattern=r"^\S(.*\S)?$")]
EventTypes = Annotated[tuple[EventType, ...], Meta(min_length=1, max_length=len(EventType))]
TypeName = Annotated[
    str, Meta(max_length=60, pattern=r"^[a-z]+\.[a-z]+$", description="Such as `points.earned`")
]
Moment = Annotated[datetime, Meta(tz=True)]


class EndpointsQuery(PageQuery, frozen=True, kw_only=True):
    """Parameters of `GET webhooks`."""

    active: bool | None = None
    client_id: UUID | None = None


class NewEndpoint(Input, frozen=True, kw_only=True):
    """`POST webhooks`."""

    url: Url
    event_types: EventTypes
    description: Description | None = None
    client_id: UUID | None = None
    """The API client whose it is; none: the house's own."""


class EndpointPatch(Input, frozen=True, kw_only=True):
    """`PATCH webhooks/{id}`: what is left out stays. `active: true` switches an endpoint on again."""

    url: Url | UnsetType = UNSET
    event_types: EventTypes | UnsetType = UNSET
    description: Description | None | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class Endpoint(Answer, frozen=True, kw_only=True):
    """An endpoint."""

    endpoint_id: UUID
    client_id: UUID | None
    url: str
    description: str | None
    event_types: list[EventType]
    active: bool
    disabled_reason: DisabledReason | None
    disabled_at: Instant | None
    failing_since: Instant | None
    """Since when it has taken nothing; null while it takes what it is sent."""
    former_secret_until: Instant | None
    """Until when messages are signed with the former secret as well."""
    created_at: Instant
    updated_at: Instant
    secret: str | UnsetType = UNSET
    """What signs its messages, `whsec_…`: shown when it is made, and never again."""


class DeliveriesQuery(CursorQuery, frozen=True, kw_only=True):
    """Parameters of `GET webhooks/{id}/deliveries`."""

    status: DeliveryStatus | None = None
    event_type: TypeName | None = None


class Delivery(Answer, frozen=True, kw_only=True):
    """One message for an endpoint."""

    message_id: UUID
    """The header `webhook-id`: the same each time it is sent."""
    event_type: str
    status: DeliveryStatus
    attempts: int
    next_attempt_at: Instant | None
    delivered_at: Instant | None
    failed_at: Instant | None
    """When it was given up."""
    last_status_code: int | None
    last_error: str | None
    created_at: Instant


class Attempt(Answer, frozen=True, kw_only=True):
    """How one attempt went."""

    attempt: int
    attempted_at: Instant
    duration_ms: int
    status_code: int | None
    error: str | None
    answer: str | None
    """How the answer began."""


class DeliveryDetail(Delivery, frozen=True, kw_only=True):
    """A delivery with what is sent, and each attempt."""

    payload: Annotated[Raw, Meta(extra_json_schema={"type": "object"})]
    attempt_log: list[Attempt]


class RedeliverMany(Input, frozen=True, kw_only=True):
    """`POST webhooks/{id}/redeliver`: messages of events from `since` up to `until`, by default now.

    Sent again is what was given up, and for the first time what the endpoint missed while it was switched
    off or not subscribed; `include_delivered` adds what it has taken already.
    """

    since: Moment
    until: Moment | None = None
    include_delivered: bool = False


class Redelivered(Answer, frozen=True, kw_only=True):
    """How many messages are due now."""

    messages: int

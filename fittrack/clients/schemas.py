"""Clients, their secrets and their usage, as REST takes and gives them (SPEC 10)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from fittrack.server.access import Scope
from fittrack.server.schemas import NAME_PATTERN, Answer, Input, PageQuery
from protocol.shapes import Instant

NAME_LENGTH_MAX = 120  # characters
REQUESTS_PER_MINUTE_DEFAULT = 600
"""More than a person's: a program asks for many."""
REQUESTS_PER_MINUTE_MAX = 60_000
OVERLAP_HOURS_DEFAULT = 24
OVERLAP_HOURS_MAX = 720
"""A month: whoever runs the program may be away."""
USAGE_DAYS_DEFAULT = 30
USAGE_DAYS_MAX = 400

Name = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX, pattern=NAME_PATTERN)]
Part = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX, description="Part of the name")]
Scopes = Annotated[list[Scope], Meta(min_length=1, max_length=len(Scope), description="What it may do")]
PerMinute = Annotated[
    int, Meta(ge=1, le=REQUESTS_PER_MINUTE_MAX, description="Requests within any sixty seconds")
]
OverlapHours = Annotated[
    int, Meta(ge=0, le=OVERLAP_HOURS_MAX, description="Hours for which the former secret still counts")
]
Days = Annotated[int, Meta(ge=1, le=USAGE_DAYS_MAX, description="Days up to today")]


class Sort(StrEnum):
    """By what clients are sorted; a minus turns it round."""

    NAME = "name"
    NAME_DOWN = "-name"
    NEWEST = "-created_at"
    OLDEST = "created_at"


class ClientsQuery(PageQuery, frozen=True, kw_only=True):
    """Parameters of `GET admin/clients`."""

    q: Part | None = None
    active: bool | None = None
    sort: Sort = Sort.NAME


class NewClient(Input, frozen=True, kw_only=True):
    """`POST admin/clients`."""

    name: Name
    scopes: Scopes
    requests_per_minute: PerMinute = REQUESTS_PER_MINUTE_DEFAULT


class ClientPatch(Input, frozen=True, kw_only=True):
    """`PATCH admin/clients/{id}`: what is left out stays. Tokens feel it at once."""

    name: Name | UnsetType = UNSET
    scopes: Scopes | UnsetType = UNSET
    requests_per_minute: PerMinute | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class NewSecret(Input, frozen=True, kw_only=True):
    """`POST admin/clients/{id}/secrets`."""

    overlap_hours: OverlapHours = OVERLAP_HOURS_DEFAULT


class Secret(Answer, frozen=True, kw_only=True):
    """A secret that counts, without the secret."""

    secret_id: str
    created_at: Instant
    expires_at: Instant | None
    """Null: until it is replaced or revoked."""


class Client(Answer, frozen=True, kw_only=True):
    """A client, as admins see it."""

    client_id: UUID
    name: str
    scopes: list[str]
    active: bool
    requests_per_minute: int
    secrets: list[Secret]
    created_by: UUID | None
    created_at: Instant
    updated_at: Instant


class MadeClient(Client, frozen=True, kw_only=True):
    """A new client, with its secret, which is shown this once."""

    client_secret: str


class MadeSecret(Answer, frozen=True, kw_only=True):
    """A new secret, shown this once; `client` tells until when the former one counts."""

    client_secret: str
    client: Client


class UsageQuery(Input, frozen=True, kw_only=True):
    """Parameters of `GET admin/clients/{id}/usage`."""

    days: Days = USAGE_DAYS_DEFAULT


class UsageLine(Answer, frozen=True, kw_only=True):
    """Requests of one day to one route that were answered with one status."""

    day: date
    method: str
    route: str
    status: int
    requests: int


class Usage(Answer, frozen=True, kw_only=True):
    """What a client asked for, by day, route and status; a minute late at most."""

    client_id: UUID
    since: date
    until: date
    requests: int
    items: list[UsageLine]


class TokenRequest(Struct, frozen=True, kw_only=True):
    """The form of `POST oauth/token` (RFC 6749, 4.4.2).

    The credentials may stand in `Authorization: Basic` instead.
    """

    grant_type: Literal["client_credentials"]
    client_id: UUID | UnsetType = UNSET
    client_secret: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET
    scope: (
        Annotated[str, Meta(max_length=1_000, description="Scopes with spaces between; all by default")]
        | UnsetType
    ) = UNSET


class Token(Answer, frozen=True, kw_only=True):
    """An access token of a client (RFC 6749, 5.1)."""

    access_token: str
    expires_in: int
    """Seconds."""
    scope: str
    """What it may do, with spaces between."""
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a word of the RFC


class TokenError(Answer, frozen=True, kw_only=True):
    """Why there is none (RFC 6749, 5.2): the shape that OAuth libraries know, no problem document."""

    error: Literal["invalid_request", "invalid_client", "invalid_scope", "unsupported_grant_type"]
    error_description: str

"""Connections as REST gives and takes them (SPEC 10)."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from fittrack.server.schemas import Answer, Input, Pagination
from protocol.shapes import Instant

SyncStatus = Literal["pending", "syncing", "idle", "delayed", "reconnect"]
Availability = Literal["active", "sunset", "disabled"]

ProviderName = Annotated[str, Meta(pattern="^[a-z_]+$", min_length=1, max_length=40)]
Uri = Annotated[str, Meta(min_length=1, max_length=500)]


class Connection(Struct, frozen=True, kw_only=True):
    """A tracker of the player. `sync_error` says in a sentence what is wrong, if anything is."""

    connection_id: UUID
    provider: str
    service: str
    """Names of one service share one connection."""
    is_primary: bool
    sync_status: SyncStatus
    sync_error: str | None
    last_sync_at: Instant | None
    next_sync_at: Instant | None
    """Null where the phone's app reports, or only the player can go on."""
    anchor: str | None
    """Where the phone's app goes on, as it told us last."""
    created_at: Instant


class AvailableProvider(Struct, frozen=True, kw_only=True):
    """A name under which a tracker can be connected here."""

    provider: str
    title: str
    service: str
    availability: Availability
    pushes: bool
    """Whether the phone's app reports it."""


class Connections(Answer, frozen=True, kw_only=True):
    """`GET connections`."""

    items: list[Connection]
    pagination: Pagination
    providers: list[AvailableProvider]


class Initiation(Input, frozen=True, kw_only=True):
    """`POST connections/{provider}/initiate`. Without a redirect URI the usual one is taken."""

    redirect_uri: Uri | None = None


class Initiated(Answer, frozen=True, kw_only=True):
    """How to go on: open the address, and bring back code and state. A phone's own store is connected."""

    provider: str
    authorization_url: str | None = None
    state: str | None = None
    """Single-use. An aggregator wants it as the reference of the person."""
    expires_at: Instant | None = None
    connection: Connection | None = None


class Callback(Input, frozen=True, kw_only=True):
    """`POST connections/{provider}/callback`: what the provider sent the person back with."""

    code: Annotated[str, Meta(min_length=1, max_length=2_000)]
    state: Annotated[str, Meta(min_length=1, max_length=200)]


class ConnectionChange(Input, frozen=True, kw_only=True):
    """`PATCH connections/{provider}`."""

    is_primary: bool


class Disconnected(Struct, frozen=True, kw_only=True):
    """What disconnecting comes to; REST answers nothing."""

    provider: str


class Imported(Answer, frozen=True, kw_only=True):
    """`POST connections/{provider}/archive`: how many activities were taken, known, or left out, and why."""

    accepted: int
    duplicates: int
    rejected: int
    """Impossible, or withdrawn without ever having been told."""
    withdrawn: int
    too_old: int
    """From more than 7 days ago."""
    unreadable: int
    points_earned: int
    balance: int


class Received(Answer, frozen=True, kw_only=True):
    """`POST hooks/{provider}`: how many messages were understood."""

    received: int


class Told(Struct, frozen=True, kw_only=True):
    """What telling the player of a connection comes to."""

    provider: str


class HandshakeQuery(Input, frozen=True, kw_only=True):
    """Parameters of `GET hooks/{provider}`."""

    verify: Annotated[str, Meta(min_length=1, max_length=500)] | None = None

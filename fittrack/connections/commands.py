"""What a player's actor decides about trackers: which are connected. See also `SetPrimarySource`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from fittrack.connections import schemas
from fittrack.kit.ids import ConnectionId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectTracker:
    """Connect, or connect anew: another connection to the same service (`names`) ends.

    The first tracker is the primary one until the player chooses. Tokens are sealed.
    """

    connection_id: ConnectionId
    provider: str
    service: str
    names: Sequence[str]
    account: str | None = None
    account_key: bytes | None = None
    scopes: str | None = None
    sealed_access: bytes | None = None
    sealed_refresh: bytes | None = None
    token_expires_at: datetime | None = None
    next_due_at: datetime | None = None
    ANSWER: ClassVar[type[Struct]] = schemas.Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectTracker:
    """End the connection. Its provider is told later, for as long as it takes."""

    names: Sequence[str]
    ANSWER: ClassVar[type[Struct]] = schemas.Disconnected


class News(StrEnum):
    """What a player is told about a connection."""

    FIRST_SYNC = "first-sync"
    CONSENT_GONE = "consent-gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class TellOfTracker:
    """Put news of a connection into the inbox, unless it is no longer there."""

    connection_id: ConnectionId
    provider: str
    title: str
    news: News
    activities: int = 0
    ANSWER: ClassVar[type[Struct]] = schemas.Told

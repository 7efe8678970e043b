"""What the server says about the session itself."""

from typing import ClassVar
from uuid import UUID

from protocol.frames import Payload
from protocol.limits import Limits
from protocol.shapes import Instant, PlayerCard, Streak, Today


class Hello(Payload, frozen=True, kw_only=True):
    """First frame of every connection. `now` is the server's clock; durations are milliseconds."""

    TYPE: ClassVar[str] = "hello"
    now: Instant
    heartbeat_ms: int
    auth_within_ms: int
    server: str
    node: str


class Welcome(Payload, frozen=True, kw_only=True):
    """The session is open. `resumed`: all that was missed follows, in order, before anything new."""

    TYPE: ClassVar[str] = "welcome"
    session_id: UUID
    user: PlayerCard
    balance: int
    ledger_seq: int
    inbox_seq: int
    unread: int
    streak: Streak
    today: Today
    expires_at: Instant
    limits: Limits
    resumed: bool


class Pong(Payload, frozen=True, kw_only=True):
    """Answer to `ping`: the server's clock, for the client's offset."""

    TYPE: ClassVar[str] = "pong"
    now: Instant


class Expiring(Payload, frozen=True, kw_only=True):
    """The token ends soon; a `refresh` keeps the connection."""

    TYPE: ClassVar[str] = "expiring"
    expires_at: Instant


class GoAway(Payload, frozen=True, kw_only=True):
    """The node drains: connect anew after `after_ms`, then close this connection, before `deadline`."""

    TYPE: ClassVar[str] = "goaway"
    after_ms: int
    deadline: Instant

"""What the server says: one struct per type of frame. `OUTBOUND` lists them all."""

from typing import ClassVar, Literal
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from protocol.frames import Payload
from protocol.limits import Limits
from protocol.shapes import (
    Drawing,
    DrawingStatus,
    Instant,
    Period,
    PlayerCard,
    Ranking,
    RejectedItem,
    Streak,
    Today,
    Transaction,
    Winner,
)

# --- Session ----------------------------------------------------------------------------------------------


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


# --- Answers ----------------------------------------------------------------------------------------------


class Ok(Payload, frozen=True, kw_only=True, omit_defaults=True):
    """A command was done, or had been before under the same key (`replayed`)."""

    TYPE: ClassVar[str] = "ok"
    replayed: bool = False


class ActivitiesLogged(Ok, frozen=True, kw_only=True):
    """Answer to `activity.log`: numbers of items, points earned by all of them, the balance after."""

    accepted: int
    duplicates: int
    flagged: int
    rejected: list[RejectedItem]
    points: int
    balance: int


class TicketsBought(Ok, frozen=True, kw_only=True):
    """Answer to `tickets.buy`, as in REST. `odds` is from 0 to 1."""

    transaction_id: UUID
    drawing_id: UUID
    quantity: int
    points_spent: int
    balance: int
    my_tickets: int
    odds: float | None


class InboxRead(Ok, frozen=True, kw_only=True):
    """Answer to `inbox.read`: notifications still unread."""

    unread: int


class Refreshed(Ok, frozen=True, kw_only=True):
    """Answer to `refresh`: the new end of the token."""

    expires_at: Instant


class ErrorField(Struct, frozen=True, kw_only=True):
    """One thing wrong with the data: a JSON pointer into `d`, and what about it."""

    pointer: str
    detail: str


class Err(Payload, frozen=True, kw_only=True):
    """A refusal: a problem of the catalogue that REST uses too. `after_ms` says when to try again."""

    TYPE: ClassVar[str] = "err"
    code: str
    status: int
    detail: str
    retryable: bool
    after_ms: int | UnsetType = UNSET
    errors: list[ErrorField] | UnsetType = UNSET


# --- Streams of a player ----------------------------------------------------------------------------------


class PointsChanged(Payload, frozen=True, kw_only=True):
    """Stream `ledger`: one per ledger entry; `seq` is the entry's own. `today` and `streak` are current."""

    TYPE: ClassVar[str] = "points.changed"
    transaction: Transaction
    balance: int
    today: Today
    streak: Streak


NotificationType = Literal[
    "winner_selected",
    "fulfillment_update",
    "account_status_change",
    "point_adjustment",
    "streak",
    "verification",
    "password_reset",
    "general",
]


class Notification(Payload, frozen=True, kw_only=True):
    """Stream `inbox`: one per notification; `seq` is its position in the player's inbox."""

    TYPE: ClassVar[str] = "notification"
    notification_id: UUID
    notification_type: NotificationType
    title: str
    body: str
    reference_type: str | None
    reference_id: str | None
    created_at: Instant
    read: bool
    unread: int


class StreakChanged(Payload, frozen=True, kw_only=True):
    """Unnumbered: the streak and the day as they are now."""

    TYPE: ClassVar[str] = "streak.changed"
    streak: Streak
    today: Today


class RankChanged(Payload, frozen=True, kw_only=True):
    """Unnumbered: one's own place on one board; `rank` is null without points."""

    TYPE: ClassVar[str] = "rank.changed"
    period: Period
    tier_code: str
    rank: int | None
    points_earned: int
    total_players: int


class TicketsChanged(Payload, frozen=True, kw_only=True):
    """Unnumbered: one's own tickets and odds (0 to 1, null without tickets) in one drawing."""

    TYPE: ClassVar[str] = "tickets.changed"
    drawing_id: UUID
    my_tickets: int
    odds: float | None


# --- Drawings ---------------------------------------------------------------------------------------------


class DrawingTick(Payload, frozen=True, kw_only=True):
    """Channel `drawing:{id}`: the countdown; the same bytes for everybody."""

    TYPE: ClassVar[str] = "drawing.tick"
    status: DrawingStatus
    closes_at: Instant
    draws_at: Instant
    now: Instant
    tickets: int
    entrants: int


class DrawingAdded(Payload, frozen=True, kw_only=True):
    """Channel `drawings`: a drawing was scheduled."""

    TYPE: ClassVar[str] = "drawing.added"
    drawing: Drawing


class DrawingOpened(Payload, frozen=True, kw_only=True):
    """Channels `drawings` and `drawing:{id}`: sales have opened."""

    TYPE: ClassVar[str] = "drawing.opened"
    drawing: Drawing


class DrawingClosed(Payload, frozen=True, kw_only=True):
    """Channels `drawings` and `drawing:{id}`: sales have closed; `root` commits to the entries."""

    TYPE: ClassVar[str] = "drawing.closed"
    drawing_id: UUID
    closed_at: Instant
    root: str
    tickets: int
    entrants: int
    draws_at: Instant
    seed: str | None = None


class DrawingResult(Payload, frozen=True, kw_only=True):
    """Channel `drawing:{id}`: the winners and where the proof is."""

    TYPE: ClassVar[str] = "drawing.result"
    drawing_id: UUID
    completed_at: Instant
    tickets: int
    entrants: int
    winners: list[Winner]
    proof_url: str


class DrawingCompleted(Payload, frozen=True, kw_only=True):
    """Channel `drawings`: a drawing has its winners."""

    TYPE: ClassVar[str] = "drawing.completed"
    drawing_id: UUID
    completed_at: Instant
    winners: int
    proof_url: str


class DrawingCancelled(Payload, frozen=True, kw_only=True):
    """Channels `drawings` and `drawing:{id}`: cancelled; bought tickets are refunded."""

    TYPE: ClassVar[str] = "drawing.cancelled"
    drawing_id: UUID
    cancelled_at: Instant
    reason: str


# --- Leaderboards and ops ---------------------------------------------------------------------------------


class Leaderboard(Payload, frozen=True, kw_only=True):
    """Channel `leaderboard:{period}:{tier}`: the whole top 100. `reset_time` is null for `alltime`."""

    TYPE: ClassVar[str] = "leaderboard"
    period: Period
    tier_code: str
    tier_name: str
    total_players: int
    reset_time: Instant | None
    rankings: list[Ranking]


class OpsLive(Payload, frozen=True, kw_only=True):
    """Channel `ops`: live figures, once a second. Rates are per second."""

    TYPE: ClassVar[str] = "ops.live"
    now: Instant
    nodes: int
    connections: int
    actors: int
    messages_per_s: float
    commands_per_s: float
    purchases_per_s: float
    errors_per_s: float
    journal_batch_ms: float
    loop_lag_ms: float


class OpsAction(Payload, frozen=True, kw_only=True):
    """Channel `ops`: what an admin did."""

    TYPE: ClassVar[str] = "ops.action"
    at: Instant
    actor: str
    action: str
    entity_type: str
    entity_id: str | None
    reason: str | None


class OpsAlert(Payload, frozen=True, kw_only=True):
    """Channel `ops`: something needs an eye."""

    TYPE: ClassVar[str] = "ops.alert"
    at: Instant
    severity: Literal["info", "warning", "critical"]
    code: str
    detail: str


# --- Snapshots: the whole state of a channel, right after the `ok` of `sub` -------------------------------


class DrawingsSnapshot(Payload, frozen=True, kw_only=True):
    """State of `drawings`: those scheduled, open and closed, and the latest completed."""

    TYPE: ClassVar[str] = "snapshot"
    drawings: list[Drawing]


class DrawingSnapshot(Payload, frozen=True, kw_only=True):
    """State of `drawing:{id}`: the drawing, its countdown, one's own odds, results if any."""

    TYPE: ClassVar[str] = "snapshot"
    drawing: Drawing
    tick: DrawingTick
    odds: float | None
    closed: DrawingClosed | None = None
    result: DrawingResult | None = None


class LeaderboardSnapshot(Payload, frozen=True, kw_only=True):
    """State of `leaderboard:{period}:{tier}`."""

    TYPE: ClassVar[str] = "snapshot"
    board: Leaderboard


class OpsSnapshot(Payload, frozen=True, kw_only=True):
    """State of `ops`: the latest figures, none in the first second of a node."""

    TYPE: ClassVar[str] = "snapshot"
    live: OpsLive | None
    alerts: list[OpsAlert]


SESSION: tuple[type[Payload], ...] = (Hello, Welcome, Pong, Expiring, GoAway)
ANSWERS: tuple[type[Payload], ...] = (Ok, ActivitiesLogged, TicketsBought, InboxRead, Refreshed, Err)
STREAMS: tuple[type[Payload], ...] = (
    PointsChanged,
    Notification,
    StreakChanged,
    RankChanged,
    TicketsChanged,
)
CHANNEL_EVENTS: tuple[type[Payload], ...] = (
    DrawingTick,
    DrawingAdded,
    DrawingOpened,
    DrawingClosed,
    DrawingResult,
    DrawingCompleted,
    DrawingCancelled,
    Leaderboard,
    OpsLive,
    OpsAction,
    OpsAlert,
)
SNAPSHOTS: tuple[type[Payload], ...] = (DrawingsSnapshot, DrawingSnapshot, LeaderboardSnapshot, OpsSnapshot)
OUTBOUND: tuple[type[Payload], ...] = (*SESSION, *ANSWERS, *STREAMS, *CHANNEL_EVENTS, *SNAPSHOTS)
"""Every payload the server sends. Several share a type: answers are `ok`, snapshots `snapshot`."""

"""Events of channels: drawings, leaderboards, ops. The same bytes for every subscriber."""

from typing import ClassVar, Literal
from uuid import UUID

from msgspec import Struct

from protocol.frames import Payload
from protocol.shapes import Drawing, DrawingStatus, Instant, Period, Ranking, Winner


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


class Leaderboard(Payload, frozen=True, kw_only=True):
    """Channel `leaderboard:{period}:{tier}`: the whole top 100. `reset_time` is null for `alltime`."""

    TYPE: ClassVar[str] = "leaderboard"
    period: Period
    tier_code: str
    tier_name: str
    total_players: int
    reset_time: Instant | None
    rankings: list[Ranking]


class OpsFigures(Struct, frozen=True, kw_only=True):
    """What is said of one node and of all together. Rates are per second."""

    connections: int
    actors: int
    messages_per_s: float
    commands_per_s: float
    purchases_per_s: float
    errors_per_s: float
    journal_batch_ms: float
    loop_lag_ms: float


class OpsNode(OpsFigures, frozen=True, kw_only=True):
    """One node."""

    node: str


class OpsLive(Payload, OpsFigures, frozen=True, kw_only=True):
    """Channel `ops`: live figures of all nodes together, once a second."""

    TYPE: ClassVar[str] = "ops.live"
    now: Instant
    nodes: int
    journal_batches_per_s: float
    mailbox_age_ms: float
    """How long the oldest message of a mailbox waited, on average."""
    by_node: list[OpsNode]


OpsEntity = Literal[
    "drawing", "drawing_template", "user", "fulfillment", "review", "sponsor", "client", "webhook"
]
"""What an admin may have open."""


class OpsAction(Payload, frozen=True, kw_only=True):
    """Channel `ops`: what an admin did."""

    TYPE: ClassVar[str] = "ops.action"
    at: Instant
    actor: str
    action: str
    entity_type: str
    entity_id: str | None
    reason: str | None
    audit_id: UUID
    part: UUID | None = None
    """What of it was changed, where that has an id of its own: a player's prize or review."""


class OpsLooking(Payload, frozen=True, kw_only=True):
    """Channel `ops`: what an admin has open. Said again every 20 s, and over 50 s after it was said last."""

    TYPE: ClassVar[str] = "ops.looking"
    at: Instant
    actor: str
    entity_type: OpsEntity
    entity_id: UUID
    gone: bool = False
    """Whether the admin looks there no more."""


class OpsAlert(Payload, frozen=True, kw_only=True):
    """Channel `ops`: something needs an eye, or no longer does. `code` and `subject` say what it is."""

    TYPE: ClassVar[str] = "ops.alert"
    at: Instant
    severity: Literal["info", "warning", "critical"]
    code: str
    detail: str
    subject: str | None = None
    cleared: bool = False

"""Events of a player: the two numbered streams, and the unnumbered ones beside them."""

from typing import ClassVar, Literal
from uuid import UUID

from protocol.frames import Payload
from protocol.shapes import Instant, Period, Streak, Today, Transaction


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


class InboxChanged(Payload, frozen=True, kw_only=True):
    """Unnumbered: some of the inbox was read, perhaps on another device; so many are unread now."""

    TYPE: ClassVar[str] = "inbox.changed"
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

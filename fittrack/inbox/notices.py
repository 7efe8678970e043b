"""A notification on its way into a player's inbox: its place, its words, its row."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from fittrack.db.handles import Table
from fittrack.db.tables.logs import inbox
from fittrack.kit.ids import UserId
from fittrack.mail.letters import Letter, StatusChanged
from protocol.outbound import Notification, NotificationType
from protocol.shapes import instant


class Notice(NamedTuple):
    """What is to be told. `reference` names what it is about, e.g. a drawing."""

    notification_type: NotificationType
    title: str
    body: str
    reference_type: str | None = None
    reference_id: str | None = None
    letter: Letter | None = None
    """What says it by email as well."""


class InboxHead(NamedTuple):
    """Where a player's inbox stands: the last `seq` (0: empty), and how many are unread."""

    seq: int = 0
    unread: int = 0


class Delivered(NamedTuple):
    """A notice with its place in the inbox."""

    user_id: UserId
    seq: int
    notification_id: UUID
    notice: Notice
    created_at: datetime
    unread: int

    @property
    def head(self) -> InboxHead:
        return InboxHead(self.seq, self.unread)

    @property
    def row(self) -> tuple[Table, tuple[Any, ...]]:
        """What a unit inserts."""
        return inbox, (
            self.user_id,
            self.seq,
            self.notification_id,
            self.notice.notification_type,
            self.notice.title,
            self.notice.body,
            self.notice.reference_type,
            self.notice.reference_id,
            None,
            self.created_at,
        )

    def event(self) -> Notification:
        """The event on the player's `inbox` stream."""
        return Notification(
            notification_id=self.notification_id,
            notification_type=self.notice.notification_type,
            title=self.notice.title,
            body=self.notice.body,
            reference_type=self.notice.reference_type,
            reference_id=self.notice.reference_id,
            created_at=instant(self.created_at),
            read=False,
            unread=self.unread,
        )


def deliver(
    head: InboxHead, user_id: UserId, notification_id: UUID, notice: Notice, now: datetime
) -> Delivered:
    """Put `notice` at the next place after `head`."""
    return Delivered(user_id, head.seq + 1, notification_id, notice, now, head.unread + 1)


def refund(drawing_name: str, points: int, drawing_id: UUID) -> Notice:
    """A drawing was cancelled; its tickets were given back."""
    return Notice(
        "point_adjustment",
        f"{points:,} points refunded",
        f"“{drawing_name}” was cancelled. What your tickets cost is back in your balance.",
        "drawing",
        str(drawing_id),
    )


def winner(drawing_name: str, prize_name: str, ticket: int, drawing_id: UUID) -> Notice:
    """A prize was won."""
    return Notice(
        "winner_selected",
        f"You won: {prize_name}",
        f"Your ticket {ticket:,} was drawn in “{drawing_name}”. Congratulations!",
        "drawing",
        str(drawing_id),
    )


def streak_bonus(days: int, points: int) -> Notice:
    """A week of active days is complete."""
    return Notice("streak", f"{days}-day streak", f"{days} active days in a row: {points:,} bonus points.")


def points_adjusted(points: int, reason: str) -> Notice:
    """An admin gave or took points."""
    deed = "added" if points > 0 else "taken"
    return Notice(
        "point_adjustment", f"{abs(points):,} points {deed}", f"Your balance was adjusted: {reason}"
    )


def status_changed(status: str) -> Notice:
    """The account may do more, or less, than before."""
    return Notice(
        "account_status_change",
        f"Your account is {status}",
        f"Its status changed to {status}.",
        letter=StatusChanged(status, ""),
    )

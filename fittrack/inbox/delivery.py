"""A notice on its way into a player's inbox: its place, its row, its event."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from fittrack.db.handles import Table
from fittrack.db.tables.logs import inbox
from fittrack.inbox.notices import Notice
from fittrack.kit.ids import UserId
from protocol.outbound import Notification
from protocol.shapes import instant


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

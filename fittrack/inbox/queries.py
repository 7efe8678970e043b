"""Reading the inbox, and marking it read."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, Select, Update, func, select, update

from fittrack.db.tables.logs import inbox
from fittrack.inbox.notices import InboxHead
from fittrack.kit.ids import NotificationId, UserId
from protocol.outbound import Notification
from protocol.shapes import instant


class Kept(NamedTuple):
    """A notification with its position in the player's inbox."""

    seq: int
    notification: Notification


def head(conn: Connection, user_id: UserId) -> InboxHead:
    """The last position, and how many are unread."""
    row = conn.execute(
        select(func.max(inbox.c.seq), func.count(inbox.c.seq) - func.count(inbox.c.read_at)).where(
            inbox.c.user_id == user_id
        )
    ).one()
    return InboxHead(row[0] or 0, row[1])


def last_seq(conn: Connection, user_id: UserId) -> int:
    """The last position; 0 when the inbox is empty."""
    last = conn.execute(select(func.max(inbox.c.seq)).where(inbox.c.user_id == user_id)).scalar_one()
    return last or 0


def after(conn: Connection, user_id: UserId, seq: int, limit: int) -> list[Kept]:
    """The notifications that follow `seq`, in order: what a resumed connection has missed."""
    unread = head(conn, user_id).unread
    rows = conn.execute(_of(user_id).where(inbox.c.seq > seq).order_by(inbox.c.seq).limit(limit))
    return [_kept(row, unread) for row in rows]


def page(
    conn: Connection, user_id: UserId, *, before: int | None, offset: int, limit: int
) -> tuple[list[Kept], int]:
    """A page, the latest first, by offset or before a position; and how many there are."""
    counts = head(conn, user_id)
    matching = _of(user_id) if before is None else _of(user_id).where(inbox.c.seq < before)
    rows = conn.execute(matching.order_by(inbox.c.seq.desc()).offset(offset).limit(limit))
    return [_kept(row, counts.unread) for row in rows], counts.seq


def find(conn: Connection, user_id: UserId, notification_id: NotificationId) -> Kept | None:
    """One notification of this player."""
    row = conn.execute(_of(user_id).where(inbox.c.notification_id == notification_id)).one_or_none()
    return None if row is None else _kept(row, head(conn, user_id).unread)


def unread_after(conn: Connection, user_id: UserId, seq: int) -> int:
    """How many stay unread once everything up to `seq` is read."""
    return conn.execute(
        select(func.count()).where(inbox.c.user_id == user_id, inbox.c.seq > seq, inbox.c.read_at.is_(None))
    ).scalar_one()


def mark_read(user_id: UserId, up_to: int, now: datetime) -> Update:
    """Everything up to the position counts as read."""
    return (
        update(inbox)
        .where(inbox.c.user_id == user_id, inbox.c.seq <= up_to, inbox.c.read_at.is_(None))
        .values(read_at=now)
    )


def mark_one_read(user_id: UserId, notification_id: UUID, now: datetime) -> Update:
    """One notification counts as read."""
    return (
        update(inbox)
        .where(
            inbox.c.user_id == user_id, inbox.c.notification_id == notification_id, inbox.c.read_at.is_(None)
        )
        .values(read_at=now)
    )


def _of(user_id: UserId) -> Select[Any]:
    return select(inbox).where(inbox.c.user_id == user_id)


def _kept(row: Row[Any], unread: int) -> Kept:
    return Kept(
        row.seq,
        Notification(
            notification_id=row.notification_id,
            notification_type=row.notification_type,
            title=row.title,
            body=row.body,
            reference_type=row.reference_type,
            reference_id=row.reference_id,
            created_at=instant(row.created_at),
            read=row.read_at is not None,
            unread=unread,
        ),
    )

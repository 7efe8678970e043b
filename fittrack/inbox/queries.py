"""Reading the inbox, and marking it read."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, Update, bindparam, func, select, update

from fittrack.db.tables.logs import inbox
from fittrack.db.tables.messages import notification_preferences
from fittrack.inbox.delivery import InboxHead
from fittrack.inbox.rules import EVERYTHING, OPTIONAL, Preferences
from fittrack.inbox.schemas import InboxQuery
from fittrack.kit.ids import NotificationId, UserId
from protocol.outbound import Notification
from protocol.shapes import instant


class StoredNotification(NamedTuple):
    """A notification with its position in the player's inbox."""

    seq: int
    notification: Notification


_HEAD = select(func.max(inbox.c.seq), func.count(inbox.c.seq) - func.count(inbox.c.read_at)).where(
    inbox.c.user_id == bindparam("user_id")
)

_LAST_SEQ = select(func.max(inbox.c.seq)).where(inbox.c.user_id == bindparam("user_id"))

_PREFERENCES = select(notification_preferences).where(
    notification_preferences.c.user_id == bindparam("user_id"),
    notification_preferences.c.category.in_(OPTIONAL),
)


def head(conn: Connection, user_id: UserId) -> InboxHead:
    """The last position, and how many are unread."""
    row = conn.execute(_HEAD, {"user_id": user_id}).one()
    return InboxHead(row[0] or 0, row[1])


def last_seq(conn: Connection, user_id: UserId) -> int:
    """The last position; 0 when the inbox is empty."""
    last = conn.execute(_LAST_SEQ, {"user_id": user_id}).scalar_one()
    return last or 0


def after(conn: Connection, user_id: UserId, seq: int, limit: int) -> list[StoredNotification]:
    """The notifications that follow `seq`, in order: what a resumed connection has missed."""
    unread = head(conn, user_id).unread
    rows = conn.execute(_of(user_id).where(inbox.c.seq > seq).order_by(inbox.c.seq).limit(limit))
    return [_stored(row, unread) for row in rows]


def page(
    conn: Connection, user_id: UserId, query: InboxQuery, before: int | None
) -> tuple[list[StoredNotification], int]:
    """The page that `query` asks for, the latest first, or what follows `before`; and how many there are."""
    unread, matching = head(conn, user_id).unread, _of(user_id).where(*_sought(query))
    total = conn.execute(select(func.count()).select_from(matching.subquery())).scalar_one()
    page = matching if before is None else matching.where(inbox.c.seq < before)
    offset = query.offset if before is None else 0
    rows = conn.execute(page.order_by(inbox.c.seq.desc()).offset(offset).limit(query.limit))
    return [_stored(row, unread) for row in rows], total


def find(conn: Connection, user_id: UserId, notification_id: NotificationId) -> StoredNotification | None:
    """One notification of this player."""
    row = conn.execute(_of(user_id).where(inbox.c.notification_id == notification_id)).one_or_none()
    return None if row is None else _stored(row, head(conn, user_id).unread)


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


def preferences(conn: Connection, user_id: UserId) -> Preferences:
    """What the player wants to be told of. What became required since it was switched off is on again."""
    rows = conn.execute(_PREFERENCES, {"user_id": user_id}).all()
    if not rows:
        return EVERYTHING
    return Preferences(
        frozenset(row.category for row in rows if not row.in_app),
        frozenset(row.category for row in rows if not row.by_email),
    )


def preference_rows(
    user_id: UserId, preferences: Preferences, now: datetime
) -> list[tuple[Table, tuple[Any, ...]]]:
    """What a unit upserts: every category that there is a choice about."""
    return [
        (
            notification_preferences,
            (user_id, category, preferences.in_app(category), preferences.by_email(category), now),
        )
        for category in OPTIONAL
    ]


def _sought(query: InboxQuery) -> list[ColumnElement[bool]]:
    wanted = [] if query.type is None else [inbox.c.notification_type == query.type]
    if query.read is not None:
        wanted.append(inbox.c.read_at.is_not(None) if query.read else inbox.c.read_at.is_(None))
    return wanted


def _of(user_id: UserId) -> Select[Any]:
    return select(inbox).where(inbox.c.user_id == user_id)


def _stored(row: Row[Any], unread: int) -> StoredNotification:
    return StoredNotification(
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

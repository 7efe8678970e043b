"""An account as administrators see it."""

from datetime import date, datetime

import msgspec

from fittrack.accounts import views
from fittrack.admin import queries
from fittrack.admin.schemas import UserDetail
from fittrack.db.handles import Connection
from fittrack.kit.ids import UserId
from protocol.shapes import instant


def user(conn: Connection, user_id: UserId, today: date, now: datetime) -> UserDetail:
    """`GET admin/users/{id}`, in one snapshot. Raises `NotFound`."""
    seen = views.me(conn, user_id, today)
    extras = queries.extras(conn, user_id, now)
    return UserDetail(
        **msgspec.structs.asdict(seen),
        under_review=extras.under_review,
        mfa_enrolled=extras.mfa_enrolled,
        live_sessions=extras.live_sessions,
        last_seen_at=None if extras.last_seen_at is None else instant(extras.last_seen_at),
        standing_changed_at=instant(extras.standing_changed_at),
    )

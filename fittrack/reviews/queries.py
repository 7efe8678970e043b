"""Reviews: rows in, typed values out."""

from sqlalchemy import Connection, select

from fittrack.db.tables.accounts import users
from fittrack.kit.ids import UserId


def is_under_review(conn: Connection, user_id: UserId) -> bool:
    """Whether no prize of the account may ship. Its actor knows without asking: `account.under_review`."""
    flag = select(users.c.under_review).where(users.c.user_id == user_id)
    return bool(conn.execute(flag).scalar_one_or_none())

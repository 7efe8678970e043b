"""Looking up what a deletion needs to know."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from fittrack.db.tables.accounts import users
from fittrack.db.tables.sessions import sessions
from fittrack.kit.ids import SessionId, UserId
from fittrack.kit.standing import AccountStatus, Role
from fittrack.privacy.statements import STEPS, Step


class Proof(NamedTuple):
    """How somebody can show that it is them."""

    has_password: bool
    signed_in_at: datetime | None


def proof(conn: Connection, user_id: UserId, session_id: SessionId) -> Proof:
    """Whether there is a password, and when this session began."""
    password_hash = conn.execute(
        select(users.c.password_hash).where(users.c.user_id == user_id)
    ).scalar_one_or_none()
    began = conn.execute(
        select(sessions.c.created_at).where(
            sessions.c.session_id == session_id, sessions.c.user_id == user_id
        )
    ).scalar_one_or_none()
    return Proof(bool(password_hash), began)


def is_last_admin(conn: Connection, user_id: UserId) -> bool:
    """Whether nobody else administers."""
    admins = conn.execute(
        select(users.c.user_id).where(
            users.c.role == Role.ADMIN.value, users.c.status == AccountStatus.ACTIVE.value
        )
    ).scalars()
    return list(admins) == [user_id]


def next_step(conn: Connection, user_id: UserId) -> Step | None:
    """What is to be erased next of somebody who left; none when nothing is left."""
    for step in STEPS:
        if conn.execute(step.left(user_id)).first() is not None:
            return step
    return None

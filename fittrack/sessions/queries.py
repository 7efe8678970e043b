"""Reading and writing sessions and their refresh tokens."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Update, and_, bindparam, insert, select, update

from fittrack.db import device_queries, row_queries
from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.sessions import refresh_tokens, sessions
from fittrack.kit.ids import SessionId, UserId
from fittrack.kit.standing import AccountStatus, Role
from fittrack.server.principal import Standing
from fittrack.sessions.rules import PresentedToken

# Made once: every token that a node sees for the first time costs this query.
_STANDING = (
    select(users.c.user_id, users.c.role, users.c.status, profiles.c.tier_code, sessions.c.mfa_checked_at)
    .select_from(sessions)
    .join(users, users.c.user_id == sessions.c.user_id)
    .outerjoin(profiles, profiles.c.user_id == users.c.user_id)
    .where(
        sessions.c.session_id == bindparam("session_id"),
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > bindparam("now"),
    )
)


class EndReason(StrEnum):
    """Why a session ended."""

    LOGOUT = "logout"
    LOGOUT_ALL = "logout-all"
    REPLACED = "replaced"  # signed in again on the same device
    REPLAYED = "replayed"  # a refresh token was used twice
    PASSWORD = "password"  # noqa: S105 - the password was reset or changed
    MFA = "mfa"  # the second factor was set up, replaced or taken away
    CLAIMED = "claimed"  # the address of the account was proved to be somebody else's
    EMAIL = "email"  # the account has another address, which is to be verified
    STATUS = "status"  # suspended, banned, deleted


class EndedSession(NamedTuple):
    """A session that is over, and whose it was."""

    user_id: UserId
    session_id: SessionId
    ended_at: datetime


class LiveSession(NamedTuple):
    """A session as its owner sees it; the fields are columns."""

    session_id: SessionId
    device_id: str | None
    user_agent: str | None
    ip_address: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A sign-in about to begin."""

    session_id: SessionId
    user_id: UserId
    device_id: str | None
    device_key: bytes | None
    user_agent: str | None
    ip_address: str | None
    token_hash: bytes
    now: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FoundToken:
    """A refresh token that was presented, and what its successor is made of once it was used."""

    presented: PresentedToken
    successor_salt: bytes | None


def hold_account(conn: Connection, user_id: UserId) -> None:
    """Let nobody else begin, refresh or end sessions of the account until the transaction ends.

    Who holds more than this holds the account first, so that no two wait for each other. A unit that changes
    the account's row before it ends sessions holds it as well.
    """
    row_queries.hold(conn, users.c.user_id, user_id)


def open_session(conn: Connection, new: NewSession) -> list[EndedSession]:
    """Begin a session of an account that is held, or new; the one that lived on the same device ends.

    Returns what ended.
    """
    ended = []
    if new.device_key is not None:
        ended = _end(conn, sessions.c.live_device == new.device_key, new.now, EndReason.REPLACED)
    conn.execute(
        insert(sessions).values(
            session_id=new.session_id,
            user_id=new.user_id,
            device_id=new.device_id,
            live_device=new.device_key,
            user_agent=new.user_agent,
            ip_address=new.ip_address,
            created_at=new.now,
            last_used_at=new.now,
            expires_at=new.expires_at,
        )
    )
    _issue(conn, new.session_id, new.token_hash, new.now, new.expires_at)
    if new.device_id is not None:
        device_queries.note(conn, new.user_id, new.device_id, new.now)
    return ended


def find_token(conn: Connection, token_hash: bytes) -> FoundToken | None:
    """The refresh token of this hash."""
    following = refresh_tokens.alias("next_token")
    row = conn.execute(
        select(
            refresh_tokens.c.expires_at,
            refresh_tokens.c.used_at,
            refresh_tokens.c.successor_salt,
            following.c.used_at.label("successor_used_at"),
            sessions.c.session_id,
            sessions.c.user_id,
            sessions.c.user_agent,
            sessions.c.ended_at,
        )
        .join(sessions, sessions.c.session_id == refresh_tokens.c.session_id)
        .outerjoin(following, following.c.token_hash == refresh_tokens.c.successor_hash)
        .where(refresh_tokens.c.token_hash == token_hash)
    ).one_or_none()
    return None if row is None else _found(row)


def rotate(
    conn: Connection,
    token_hash: bytes,
    session_id: SessionId,
    *,
    salt: bytes,
    successor_hash: bytes,
    user_agent: str | None,
    ip_address: str | None,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Take a token out of use and put its successor in its place; the session lives on until `expires_at`."""
    conn.execute(
        update(refresh_tokens)
        .where(refresh_tokens.c.token_hash == token_hash)
        .values(used_at=now, successor_salt=salt, successor_hash=successor_hash)
    )
    _issue(conn, session_id, successor_hash, now, expires_at)
    conn.execute(
        update(sessions)
        .where(sessions.c.session_id == session_id)
        .values(last_used_at=now, expires_at=expires_at, user_agent=user_agent, ip_address=ip_address)
    )


def end_session(
    conn: Connection, user_id: UserId, session_id: SessionId, now: datetime, reason: EndReason
) -> list[EndedSession]:
    """End one session of this account. Returns it, or nothing when there is no such live session."""
    hold_account(conn, user_id)
    return _end(conn, and_(sessions.c.user_id == user_id, sessions.c.session_id == session_id), now, reason)


def end_all(
    conn: Connection,
    user_id: UserId,
    now: datetime,
    reason: EndReason,
    *,
    but: SessionId | None = None,
) -> list[EndedSession]:
    """End every session of this account, `but` one. Returns those that lived."""
    hold_account(conn, user_id)
    these = sessions.c.user_id == user_id
    if but is not None:
        these = and_(these, sessions.c.session_id != but)
    return _end(conn, these, now, reason)


def end_all_statement(user_id: UserId, now: datetime, reason: EndReason) -> Update:
    """Ends every session of this account within a unit of its log; nodes see it within a second.

    A statement before it changes the account's row: a session that begins meanwhile is ended, or not begun.
    """
    return _ending(now, reason).where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None))


def note_check(conn: Connection, session_id: SessionId, now: datetime) -> bool:
    """The session showed its second factor; nodes read its standing anew. False: it has ended."""
    live = sessions.c.session_id == session_id, sessions.c.ended_at.is_(None)
    if not conn.execute(update(sessions).where(*live).values(mfa_checked_at=now)).rowcount:
        return False
    holder = select(sessions.c.user_id).where(sessions.c.session_id == session_id).scalar_subquery()
    conn.execute(update(users).where(users.c.user_id == holder).values(standing_changed_at=now))
    return True


def live_sessions(conn: Connection, user_id: UserId, now: datetime) -> list[LiveSession]:
    """The account's sessions that are neither ended nor expired, the last used first."""
    rows = conn.execute(
        select(*(sessions.c[name] for name in LiveSession._fields))
        .where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None), sessions.c.expires_at > now)
        .order_by(sessions.c.last_used_at.desc(), sessions.c.session_id.desc())
    )
    return [LiveSession(*row) for row in rows]


def standing(conn: Connection, session_id: SessionId, now: datetime) -> Standing | None:
    """The holder of a live session, as the tables know the account now."""
    row = conn.execute(_STANDING, {"session_id": session_id, "now": now}).one_or_none()
    if row is None:
        return None
    return Standing(
        user_id=UserId(row.user_id),
        role=Role(row.role),
        status=AccountStatus(row.status),
        profile_complete=row.tier_code is not None,
        mfa_checked_at=row.mfa_checked_at,
    )


def ended_since(conn: Connection, since: datetime) -> list[EndedSession]:
    """The sessions that ended at `since` or later."""
    rows = conn.execute(
        select(sessions.c.user_id, sessions.c.session_id, sessions.c.ended_at).where(
            sessions.c.ended_at >= since
        )
    )
    return [EndedSession(*row) for row in rows]


def changed_since(conn: Connection, since: datetime) -> list[tuple[UserId, datetime]]:
    """The accounts whose role, status or profile changed at `since` or later, and when."""
    rows = conn.execute(
        select(users.c.user_id, users.c.standing_changed_at).where(users.c.standing_changed_at >= since)
    )
    return [(UserId(row.user_id), row.standing_changed_at) for row in rows]


def _issue(
    conn: Connection, session_id: SessionId, token_hash: bytes, now: datetime, expires_at: datetime
) -> None:
    conn.execute(
        insert(refresh_tokens).values(
            token_hash=token_hash, session_id=session_id, issued_at=now, expires_at=expires_at
        )
    )


def _ending(now: datetime, reason: EndReason) -> Update:
    return update(sessions).values(ended_at=now, end_reason=reason.value, live_device=None)


def _end(conn: Connection, these: Any, now: datetime, reason: EndReason) -> list[EndedSession]:
    # Read first: Oracle returns no rows from an UPDATE of many. None begins in between: the account is held.
    rows = conn.execute(
        select(sessions.c.user_id, sessions.c.session_id).where(these, sessions.c.ended_at.is_(None))
    ).all()
    if rows:
        conn.execute(_ending(now, reason).where(these, sessions.c.ended_at.is_(None)))
    return [EndedSession(row.user_id, row.session_id, now) for row in rows]


def _found(row: Row[*tuple[Any, ...]]) -> FoundToken:
    presented = PresentedToken(
        session_id=row.session_id,
        user_id=row.user_id,
        user_agent=row.user_agent,
        session_ended=row.ended_at is not None,
        expires_at=row.expires_at,
        used_at=row.used_at,
        successor_used=row.successor_used_at is not None,
    )
    return FoundToken(presented, row.successor_salt)

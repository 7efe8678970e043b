"""Accounts: made, read, held. What changes role or status is in `statements`, for units of their logs."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, Select, and_, exists, func, insert, select, update

from fittrack.db.tables.accounts import users
from fittrack.db.tables.drawings import fulfillments, winners
from fittrack.db.tables.logs import drawing_log, user_log
from fittrack.db.tables.partners import tracker_connections
from fittrack.db.tables.sessions import refresh_tokens, sessions
from fittrack.kit.ids import UserId
from fittrack.kit.standing import AccountStatus, Role

REGISTERED = "registered"
"""The kind of the first unit of every player's log."""


_CREDENTIALS: Select[Any] = select(
    users.c.user_id,
    users.c.email,
    users.c.password_hash,
    users.c.role,
    users.c.status,
    users.c.email_verified_at,
).where(users.c.deleted_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account about to be made. `email_verified_at` is set for those an admin vouches for."""

    user_id: UserId
    unit_id: UUID
    email: str
    email_key: str
    password_hash: str | None
    """None: it signs in by the word of others only."""
    date_of_birth: date
    state: str
    role: Role
    status: AccountStatus
    rules_version: str | None
    """None: terms and rules are not accepted yet, because somebody else makes the account."""
    now: datetime
    email_verified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What signing in needs to know of an account."""

    user_id: UserId
    email: str
    password_hash: str | None
    role: Role
    status: AccountStatus
    email_verified: bool


class ConnectedTracker(NamedTuple):
    """A tracker of the account's holder."""

    provider: str
    is_primary: bool
    sync_status: str
    last_sync_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """An account as its owner sees it, beside profile and points."""

    email: str
    status: AccountStatus
    role: Role
    premium_expires_at: datetime | None
    email_verified: bool
    created_at: datetime
    connections: list[ConnectedTracker]
    drawings_entered: int
    prizes_won: int


def email_exists(conn: Connection, email_key: str) -> bool:
    """Whether there is an account with this email."""
    return conn.execute(select(users.c.user_id).where(users.c.email_key == email_key)).first() is not None


def create(conn: Connection, new: NewAccount) -> None:
    """Make the account and begin its log, in one transaction (DESIGN 1: a player is a log)."""
    conn.execute(
        insert(users).values(
            user_id=new.user_id,
            email=new.email,
            email_key=new.email_key,
            password_hash=new.password_hash,
            status=new.status.value,
            role=new.role.value,
            date_of_birth=new.date_of_birth,
            state_of_residence=new.state,
            email_verified_at=new.email_verified_at,
            accepted_terms_at=None if new.rules_version is None else new.now,
            accepted_rules_at=None if new.rules_version is None else new.now,
            accepted_rules_version=new.rules_version,
            under_review=False,
            standing_changed_at=new.now,
            created_at=new.now,
        )
    )
    conn.execute(
        insert(user_log).values(
            user_id=new.user_id, rev=1, unit_id=new.unit_id, kind=REGISTERED, created_at=new.now
        )
    )


def credentials(conn: Connection, email_key: str) -> Credentials | None:
    """The account with this email, unless it was deleted."""
    return _credentials(conn, users.c.email_key == email_key)


def credentials_of(conn: Connection, user_id: UserId) -> Credentials | None:
    """The account of this id, unless it was deleted."""
    return _credentials(conn, users.c.user_id == user_id)


def held_credentials(conn: Connection, user_id: UserId) -> Credentials | None:
    """The same, held as by `sessions.queries.hold_account`."""
    return _read(conn, _CREDENTIALS.where(users.c.user_id == user_id).with_for_update())


def held_credentials_by_token(conn: Connection, token_hash: bytes) -> Credentials | None:
    """The account whose refresh token this is, held: of two nodes with one token the second waits."""
    holder = (
        _CREDENTIALS.join(sessions, sessions.c.user_id == users.c.user_id)
        .join(refresh_tokens, refresh_tokens.c.session_id == sessions.c.session_id)
        .where(refresh_tokens.c.token_hash == token_hash)
    )
    return _read(conn, holder.with_for_update(of=users.c.user_id))


def set_password(conn: Connection, user_id: UserId, password_hash: str) -> None:
    """Replace the password's hash."""
    conn.execute(update(users).where(users.c.user_id == user_id).values(password_hash=password_hash))


def accept_invitation(
    conn: Connection, user_id: UserId, password_hash: str, rules_version: str, now: datetime
) -> bool:
    """The holder has a password, and accepts terms and rules. False: that was done before, or is too late."""
    invited = (
        users.c.user_id == user_id,
        users.c.accepted_rules_at.is_(None),
        users.c.deleted_at.is_(None),
    )
    accepted = {
        "password_hash": password_hash,
        "accepted_terms_at": now,
        "accepted_rules_at": now,
        "accepted_rules_version": rules_version,
    }
    return conn.execute(update(users).where(*invited).values(accepted)).rowcount == 1


def standing_changed_at(conn: Connection, user_id: UserId) -> datetime | None:
    """When status, role or profile last changed: the version of the account's standing."""
    return conn.execute(
        select(users.c.standing_changed_at).where(users.c.user_id == user_id)
    ).scalar_one_or_none()


def overview(conn: Connection, user_id: UserId) -> Overview | None:
    """The account as its owner sees it, beside profile and points."""
    row = conn.execute(
        select(users).where(users.c.user_id == user_id, users.c.deleted_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    entered = select(func.count(drawing_log.c.drawing_id.distinct())).where(drawing_log.c.user_id == user_id)
    lost = and_(
        fulfillments.c.drawing_id == winners.c.drawing_id,
        fulfillments.c.draw_order == winners.c.draw_order,
        fulfillments.c.forfeited_at.is_not(None),
    )
    won = select(func.count()).select_from(winners).where(winners.c.user_id == user_id, ~exists().where(lost))
    return Overview(
        email=row.email,
        status=AccountStatus(row.status),
        role=Role(row.role),
        premium_expires_at=row.premium_expires_at,
        email_verified=row.email_verified_at is not None,
        created_at=row.created_at,
        connections=[ConnectedTracker(*found) for found in conn.execute(_trackers(user_id))],
        drawings_entered=conn.execute(entered).scalar_one(),
        prizes_won=conn.execute(won).scalar_one(),
    )


def joined_at(conn: Connection, user_id: UserId) -> datetime | None:
    """When a player joined; none for accounts that are no players (any more)."""
    playing = (AccountStatus.ACTIVE.value, AccountStatus.PENDING.value)
    found: datetime | None = conn.execute(
        select(users.c.created_at).where(
            users.c.user_id == user_id, users.c.status.in_(playing), users.c.role != Role.ADMIN.value
        )
    ).scalar_one_or_none()
    return found


def _trackers(user_id: UserId) -> Select[*tuple[Any, ...]]:
    return (
        select(
            tracker_connections.c.provider,
            tracker_connections.c.is_primary,
            tracker_connections.c.sync_status,
            tracker_connections.c.last_sync_at,
        )
        .where(tracker_connections.c.user_id == user_id)
        .order_by(tracker_connections.c.provider)
    )


def _credentials(conn: Connection, which: Any) -> Credentials | None:
    return _read(conn, _CREDENTIALS.where(which))


def _read(conn: Connection, credentials: Select[Any]) -> Credentials | None:
    row = conn.execute(credentials).one_or_none()
    return None if row is None else _read_credentials(row)


def _read_credentials(row: Row[*tuple[Any, ...]]) -> Credentials:
    return Credentials(
        user_id=UserId(row.user_id),
        email=row.email,
        password_hash=row.password_hash,
        role=Role(row.role),
        status=AccountStatus(row.status),
        email_verified=row.email_verified_at is not None,
    )

"""Connections in the database: reading, claiming them for a sync, and what comes of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, and_, case, delete, func, insert, literal, or_, select, update

from fittrack.connections.problems import InvalidState
from fittrack.connections.rules import SyncStatus, at_once
from fittrack.db.row_queries import take_due
from fittrack.db.tables.partners import oauth_states, tracker_connections, tracker_revocations
from fittrack.kit.ids import ConnectionId, UserId

_C = tracker_connections.c


class Known(NamedTuple):
    """A connection as its player sees it."""

    connection_id: ConnectionId
    user_id: UserId
    provider: str
    is_primary: bool
    sync_status: str
    sync_error: str | None
    sync_cursor: bytes | None
    last_sync_at: datetime | None
    next_due_at: datetime | None
    created_at: datetime
    account_key: bytes | None = None
    not_before: datetime | None = None


_KNOWN: tuple[Any, ...] = (
    _C.connection_id,
    _C.user_id,
    _C.provider,
    _C.is_primary,
    _C.sync_status,
    _C.sync_error,
    _C.sync_cursor,
    _C.last_sync_at,
    _C.next_due_at,
    _C.created_at,
    _C.account_key,
    _C.not_before,
)


def of_player(
    conn: Connection, user_id: UserId, *, offset: int = 0, limit: int = 100
) -> tuple[list[Known], int]:
    """A page of somebody's connections, the oldest first, and how many there are."""
    total = conn.execute(select(func.count()).where(_C.user_id == user_id)).scalar_one()
    rows = conn.execute(
        select(*_KNOWN)
        .where(_C.user_id == user_id)
        .order_by(_C.created_at, _C.connection_id)
        .offset(offset)
        .limit(limit)
    )
    return [Known(*row) for row in rows], total


def find(conn: Connection, user_id: UserId, names: Sequence[str]) -> Known | None:
    """Somebody's connection under one of these names."""
    row = conn.execute(select(*_KNOWN).where(_C.user_id == user_id, _C.provider.in_(names))).one_or_none()
    return None if row is None else Known(*row)


def find_by_account(conn: Connection, account_key: bytes) -> Known | None:
    """The connection of an account at a service, whoever's it is."""
    row = conn.execute(select(*_KNOWN).where(_C.account_key == account_key)).one_or_none()
    return None if row is None else Known(*row)


# --- Consent ----------------------------------------------------------------------------------------------


class State(NamedTuple):
    """What belongs to a state that was brought back."""

    user_id: UserId
    provider: str
    sealed_verifier: bytes
    redirect_uri: str


def keep_state(
    conn: Connection,
    state_hash: bytes,
    *,
    user_id: UserId,
    provider: str,
    sealed_verifier: bytes,
    redirect_uri: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Remember a state that was handed out."""
    conn.execute(
        insert(oauth_states).values(
            state_hash=state_hash,
            user_id=user_id,
            provider=provider,
            sealed_verifier=sealed_verifier,
            redirect_uri=redirect_uri,
            created_at=now,
            expires_at=expires_at,
        )
    )


def use_state(
    conn: Connection, state_hash: bytes, names: Sequence[str], now: datetime, user_id: UserId | None = None
) -> State:
    """Use up a state. Raises `InvalidState` unless it is fresh, and of these names and this account, if one
    is given.
    """
    columns = oauth_states.c
    used = conn.execute(
        update(oauth_states)
        .where(columns.state_hash == state_hash, columns.used_at.is_(None), columns.expires_at > now)
        .values(used_at=now)
    )
    row = conn.execute(
        select(columns.user_id, columns.provider, columns.sealed_verifier, columns.redirect_uri).where(
            columns.state_hash == state_hash
        )
    ).one_or_none()
    if used.rowcount != 1 or row is None or row.provider not in names:
        raise InvalidState
    state = State(UserId(row.user_id), row.provider, row.sealed_verifier, row.redirect_uri)
    if user_id not in (None, state.user_id):
        raise InvalidState
    return state


# --- Syncs ------------------------------------------------------------------------------------------------


class Claim(NamedTuple):
    """A connection that is ours to sync until `until`."""

    claim_id: UUID
    until: datetime
    connection_id: ConnectionId
    user_id: UserId
    provider: str
    account_key: bytes | None
    sealed_access: bytes | None
    sealed_refresh: bytes | None
    token_expires_at: datetime | None
    sync_cursor: bytes | None
    sync_failures: int
    last_sync_at: datetime | None
    due_at: datetime


class Wanted(NamedTuple):
    """What is to be claimed: connections under these names that are due now."""

    names: Sequence[str]
    claim_id: UUID
    """New each time."""
    now: datetime
    until: datetime
    limit: int


def claim_due(conn: Connection, wanted: Wanted) -> list[Claim]:
    """Connections that are due and that nobody syncs: ours until `until`.

    Two nodes that claim at once get different ones: a row is taken by a statement that looks again whether
    it is free.
    """
    names, claim_id, now, until, limit = wanted
    due = and_(_C.provider.in_(names), _C.next_due_at <= now, _free(now))
    ids = conn.execute(select(_C.connection_id).where(due).order_by(_C.next_due_at).limit(limit)).scalars()
    found = list(ids)
    if not found:
        return []
    conn.execute(
        update(tracker_connections)
        .where(_C.connection_id.in_(found), due)
        .values(claim_id=claim_id, claimed_until=until, sync_status=SyncStatus.SYNCING.value)
    )
    rows = conn.execute(
        select(
            _C.connection_id,
            _C.user_id,
            _C.provider,
            _C.account_key,
            _C.sealed_access_token,
            _C.sealed_refresh_token,
            _C.token_expires_at,
            _C.sync_cursor,
            _C.sync_failures,
            _C.last_sync_at,
            _C.next_due_at,
        ).where(_C.claim_id == claim_id)
    )
    return [Claim(claim_id, until, *row) for row in rows]


def _free(now: datetime) -> Any:
    return or_(_C.claimed_until.is_(None), _C.claimed_until <= now)


class NewTokens(NamedTuple):
    """Tokens that a provider handed out anew, sealed."""

    access: bytes
    refresh: bytes | None
    """None: the former one stays good."""
    expires_at: datetime


def keep_tokens(conn: Connection, claim: Claim, tokens: NewTokens, now: datetime) -> bool:
    """Replace the tokens while the claim holds; says whether it did. A rotated token is kept before use."""
    changed = {
        "sealed_access_token": tokens.access,
        "token_expires_at": tokens.expires_at,
        "updated_at": now,
        **({} if tokens.refresh is None else {"sealed_refresh_token": tokens.refresh}),
    }
    return bool(conn.execute(update(tracker_connections).where(_held(claim)).values(changed)).rowcount)


class SyncEnd(NamedTuple):
    """How a sync ended. Without an instant it is not due again by itself."""

    status: SyncStatus
    next_due_at: datetime | None
    error: str | None = None
    not_before: datetime | None = None
    """Until when the provider wants to be left alone."""
    cursor: bytes | None = None
    """None: as it was."""


def end_sync(conn: Connection, claim: Claim, end: SyncEnd, now: datetime) -> bool:
    """Let go of the claim; says whether it still held.

    Who asked for a sync meanwhile gets one, as soon as the provider can be asked.
    """
    values: dict[str, Any] = {
        "sync_status": end.status.value,
        "sync_error": end.error,
        "next_due_at": _next_due(claim, end),
        "not_before": end.not_before,
        "claim_id": None,
        "claimed_until": None,
        "updated_at": now,
    }
    if end.status is SyncStatus.IDLE:
        values |= {"last_sync_at": now, "sync_failures": 0}
    else:
        values["sync_failures"] = _C.sync_failures + 1
    if end.cursor is not None:
        values["sync_cursor"] = end.cursor
    return bool(conn.execute(update(tracker_connections).where(_held(claim)).values(values)).rowcount)


def _next_due(claim: Claim, end: SyncEnd) -> Any:
    if end.next_due_at is None:
        return None
    asked_for = literal(end.not_before, _C.not_before.type) if end.not_before else _C.next_due_at
    return case(
        (_C.next_due_at != claim.due_at, asked_for), else_=literal(end.next_due_at, _C.next_due_at.type)
    )


def _held(claim: Claim) -> Any:
    return and_(_C.connection_id == claim.connection_id, _C.claim_id == claim.claim_id)


def ask_for_sync(conn: Connection, connection_id: ConnectionId, now: datetime) -> bool:
    """Somebody waits for a sync: it comes next, unless only the player can go on, or as soon as its provider
    can be asked again.
    """
    due = case((_C.not_before > now, _C.not_before), else_=literal(at_once(now), _C.next_due_at.type))
    return bool(
        conn.execute(
            update(tracker_connections)
            .where(_C.connection_id == connection_id, _C.sync_status != SyncStatus.RECONNECT.value)
            .values(next_due_at=due, updated_at=now)
        ).rowcount
    )


def ask_for_sync_of(conn: Connection, account_keys: Sequence[bytes], now: datetime) -> int:
    """The connections of these accounts are due now, or when their provider can be asked; returns how many.

    What waits for its turn keeps it.
    """
    waits = and_(_C.next_due_at <= now, _free(now))
    due = case(
        (_C.not_before > now, _C.not_before),
        (waits, _C.next_due_at),
        else_=literal(now, _C.next_due_at.type),
    )
    return conn.execute(
        update(tracker_connections)
        .where(_C.account_key.in_(account_keys), _C.next_due_at.is_not(None))
        .values(next_due_at=due, updated_at=now)
    ).rowcount


def lose_consent(conn: Connection, connection_id: ConnectionId, sentence: str, now: datetime) -> None:
    """The person took back consent at the provider."""
    conn.execute(
        update(tracker_connections)
        .where(_C.connection_id == connection_id)
        .values(sync_status=SyncStatus.RECONNECT.value, sync_error=sentence, next_due_at=None, updated_at=now)
    )


def note_push(conn: Connection, connection_id: ConnectionId, now: datetime) -> None:
    """Something came by itself. Where consent is gone, that stays so until the player connects again."""
    conn.execute(
        update(tracker_connections)
        .where(_C.connection_id == connection_id, _C.sync_status != SyncStatus.RECONNECT.value)
        .values(sync_status=SyncStatus.IDLE.value, sync_error=None, last_sync_at=now, updated_at=now)
    )


# --- Ends -------------------------------------------------------------------------------------------------


class Revocation(NamedTuple):
    """Tokens whose provider is still to be told."""

    connection_id: ConnectionId
    provider: str
    sealed_access: bytes | None
    sealed_refresh: bytes | None
    attempts: int
    created_at: datetime


def claim_revocations(conn: Connection, now: datetime, until: datetime, limit: int) -> list[Revocation]:
    """Revocations that are due: ours until `until`, unless another node takes them at the same time."""
    columns = tracker_revocations.c
    rows = conn.execute(
        select(
            columns.connection_id,
            columns.provider,
            columns.sealed_access_token,
            columns.sealed_refresh_token,
            columns.attempts,
            columns.created_at,
        )
        .where(columns.next_due_at <= now)
        .order_by(columns.next_due_at)
        .limit(limit)
    ).all()
    return [Revocation(*row) for row in take_due(conn, tracker_revocations, rows, now=now, until=until)]


def postpone_revocation(conn: Connection, connection_id: ConnectionId, at: datetime) -> None:
    """Try again then."""
    conn.execute(
        update(tracker_revocations)
        .where(tracker_revocations.c.connection_id == connection_id)
        .values(next_due_at=at)
    )


def forget_revocation(conn: Connection, connection_id: ConnectionId) -> None:
    """The provider knows, or will never hear of it."""
    conn.execute(delete(tracker_revocations).where(tracker_revocations.c.connection_id == connection_id))

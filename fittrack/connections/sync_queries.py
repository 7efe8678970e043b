"""Syncs: connections claimed when they are due, what a sync leaves behind, and what makes one due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, and_, case, literal, or_, select, update

from fittrack.connections.rules import SyncStatus, at_once
from fittrack.db.tables.partners import tracker_connections
from fittrack.kit.ids import ConnectionId, UserId

_C = tracker_connections.c


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
    ids = conn.execute(  # with an offset, as every limit that varies: it is bound then (db/oracle/compiling)
        select(_C.connection_id).where(due).order_by(_C.next_due_at).offset(0).limit(limit)
    ).scalars()
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

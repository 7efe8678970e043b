"""What units of a player's log write about connections."""

from datetime import datetime
from typing import Any

from sqlalchemy import Executable, delete, insert, literal, or_, select, update

from fittrack.activities.commands import Push
from fittrack.connections.commands import ConnectTracker
from fittrack.connections.rules import Cursor, SyncStatus, stored
from fittrack.db.tables.partners import tracker_connections, tracker_revocations
from fittrack.kit.ids import ConnectionId, UserId

_C = tracker_connections.c


def connect(user_id: UserId, command: ConnectTracker, *, is_primary: bool, now: datetime) -> list[Executable]:
    """The connection takes the place of a former one to the same service, whose tokens are to be revoked."""
    former = (_C.user_id == user_id, _C.provider.in_(command.names))
    return [
        *_keep_consent(command),
        revoke(*former, now=now),
        delete(tracker_connections).where(*former),
        insert(tracker_connections).values(
            **_connected(command, is_primary=is_primary, now=now), user_id=user_id
        ),
    ]


def connect_again(
    user_id: UserId, command: ConnectTracker, *, is_primary: bool, now: datetime
) -> list[Executable]:
    """The same account is connected anew, perhaps under another name: what was told of it stays known.

    Its former tokens are not revoked: where one consent covers them all, that would end the new ones too.
    """
    former = (_C.user_id == user_id, _C.provider.in_(command.names))
    forgotten = {"sync_error": None, "last_sync_at": None, "claim_id": None, "claimed_until": None}
    return [
        *_keep_consent(command),
        update(tracker_connections)
        .where(*former)
        .values(**_connected(command, is_primary=is_primary, now=now), **forgotten),
    ]


def _keep_consent(command: ConnectTracker) -> list[Executable]:
    """What was to be revoked of the account stays."""
    if command.account_key is None:
        return []
    return [delete(tracker_revocations).where(tracker_revocations.c.account_key == command.account_key)]


def _connected(command: ConnectTracker, *, is_primary: bool, now: datetime) -> dict[str, Any]:
    pushed = command.next_due_at is None
    return {
        "connection_id": command.connection_id,
        "provider": command.provider,
        "is_primary": is_primary,
        "provider_user_id": command.account,
        "scopes": command.scopes,
        "sealed_access_token": command.sealed_access,
        "sealed_refresh_token": command.sealed_refresh,
        "token_expires_at": command.token_expires_at,
        "sync_status": (SyncStatus.IDLE if pushed else SyncStatus.PENDING).value,
        "sync_failures": 0,
        "next_due_at": command.next_due_at,
        "created_at": now,
        "updated_at": now,
        "account_key": command.account_key,
    }


def revoke(*which: object, now: datetime) -> Executable:
    """Have the tokens of these connections revoked, before their rows go."""
    columns = tracker_revocations.c
    tokens = select(
        _C.connection_id,
        _C.provider,
        _C.account_key,
        _C.sealed_access_token,
        _C.sealed_refresh_token,
        literal(0, columns.attempts.type),
        literal(now, columns.next_due_at.type),
        literal(now, columns.created_at.type),
    ).where(*which, or_(_C.sealed_access_token.is_not(None), _C.sealed_refresh_token.is_not(None)))  # type: ignore[arg-type]
    names = [column.name for column in tracker_revocations.columns]
    return insert(tracker_revocations).from_select(names, tokens)


def revoke_all(user_id: UserId, now: datetime) -> Executable:
    """Have every token of somebody revoked."""
    return revoke(_C.user_id == user_id, now=now)


def disconnect(user_id: UserId, connection_id: ConnectionId, now: datetime) -> list[Executable]:
    """The connection ends, and its tokens are to be revoked."""
    which = (_C.user_id == user_id, _C.connection_id == connection_id)
    return [revoke(*which, now=now), delete(tracker_connections).where(*which)]


def pushed(user_id: UserId, push: Push, now: datetime) -> Executable:
    """The phone's app reported, and goes on from its anchor."""
    values: dict[str, Any] = {
        "sync_status": SyncStatus.IDLE.value,
        "sync_error": None,
        "last_sync_at": now,
        "updated_at": now,
    }
    if push.anchor is not None:
        values["sync_cursor"] = stored(Cursor(anchor=push.anchor))
    return (
        update(tracker_connections).where(_C.user_id == user_id, _C.provider == push.provider).values(values)
    )

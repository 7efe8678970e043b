"""States that go with somebody to a provider and back: handed out, and used up once."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from fittrack.connections.problems import InvalidState
from fittrack.db.tables.partners import oauth_states
from fittrack.kit.ids import UserId


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

"""Codes that were mailed, by their hashes: one verifies an address, or resets a password, once."""

from datetime import datetime

from sqlalchemy import Connection, Executable, Insert, Update, insert, literal, select, update

from fittrack.accounts.rules import EmailToken
from fittrack.db.tables.accounts import users
from fittrack.db.tables.sessions import email_tokens
from fittrack.kit.ids import UserId


def issue(
    conn: Connection, token_hash: bytes, user_id: UserId, purpose: str, *, now: datetime, expires_at: datetime
) -> None:
    """Keep the hash of a token that is about to be mailed; former ones of its purpose end.

    For an account that nobody has the same statements run, and keep nothing.
    """
    conn.execute(_end_tokens(user_id, now).where(email_tokens.c.purpose == purpose))
    conn.execute(_new_token(token_hash, user_id, purpose, now, expires_at))


def replace(
    token_hash: bytes, user_id: UserId, purpose: str, *, now: datetime, expires_at: datetime
) -> list[Executable]:
    """The same as statements of a unit; former tokens of every purpose end."""
    return [_end_tokens(user_id, now), _new_token(token_hash, user_id, purpose, now, expires_at)]


def _end_tokens(user_id: UserId, now: datetime) -> Update:
    its_own = (email_tokens.c.user_id == user_id, email_tokens.c.used_at.is_(None))
    return update(email_tokens).where(*its_own).values(used_at=now)


def _new_token(
    token_hash: bytes, user_id: UserId, purpose: str, now: datetime, expires_at: datetime
) -> Insert:
    kept = email_tokens.c
    holder = select(
        literal(token_hash, kept.token_hash.type),
        users.c.user_id,
        literal(purpose, kept.purpose.type),
        literal(now, kept.issued_at.type),
        literal(expires_at, kept.expires_at.type),
    ).where(users.c.user_id == user_id)
    columns = [kept.token_hash, kept.user_id, kept.purpose, kept.issued_at, kept.expires_at]
    return insert(email_tokens).from_select(columns, holder)


def find(conn: Connection, token_hash: bytes, purpose: str) -> EmailToken | None:
    """The token of this hash, if it is for this purpose."""
    row = conn.execute(
        select(
            email_tokens.c.user_id,
            email_tokens.c.expires_at,
            email_tokens.c.used_at,
            users.c.accepted_rules_at,
        )
        .join(users, users.c.user_id == email_tokens.c.user_id)
        .where(email_tokens.c.token_hash == token_hash, email_tokens.c.purpose == purpose)
    ).one_or_none()
    if row is None:
        return None
    return EmailToken(
        user_id=UserId(row.user_id),
        expires_at=row.expires_at,
        used_at=row.used_at,
        invited=row.accepted_rules_at is None,
    )


def use(token_hash: bytes, now: datetime) -> Update:
    """The token has done its work. No row is updated when it had before."""
    unused = (email_tokens.c.token_hash == token_hash, email_tokens.c.used_at.is_(None))
    return update(email_tokens).where(*unused).values(used_at=now)

"""Login, refresh and logout (SPEC 1). Work and answer are the same whether an account exists or not."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from fittrack.accounts import queries, rules, schemas
from fittrack.accounts.attempts import LOGIN, count_failure, succeed
from fittrack.accounts.problems import AccountNotOpen, InvalidCredentials, InvalidRefreshToken
from fittrack.accounts.queries import Credentials
from fittrack.accounts.services import AccountServices, Client
from fittrack.db.handles import Connection
from fittrack.kit.ids import SessionId, UserId, uuid7
from fittrack.kit.problems import NotFound
from fittrack.points.queries import head as ledger_head
from fittrack.server.principal import Principal
from fittrack.sessions import queries as sessions
from fittrack.sessions.queries import EndedSession, EndReason, NewSession
from fittrack.sessions.rules import SESSION_LIFETIME, Verdict, judge_refresh
from fittrack.sessions.tokens import (
    REFRESH_PREFIX,
    device_key,
    hash_token,
    new_salt,
    new_token,
    successor,
)

NOBODY = UserId(UUID(int=0))


class _Rotation(NamedTuple):
    """What a refresh came to. Without a session it is refused; `ended` is what a replay ended."""

    ended: list[EndedSession]
    session_id: SessionId | None = None
    account: Credentials | None = None
    refresh_token: str = ""
    balance: int = 0


async def sign_in(services: AccountServices, form: schemas.Login, client: Client) -> schemas.SignedIn:
    """Begin a session.

    Raises `InvalidCredentials`, `LoginLocked`, or, to who knows the password, `AccountNotOpen`.
    """
    key = rules.email_key(form.email)
    account, balance = await services.reads.run(_account_and_balance, key)
    stored_hash = account.password_hash if account else None
    matches = await services.passwords.verify(form.password, stored_hash)
    rehashed = None
    if matches and stored_hash and services.passwords.is_outdated(stored_hash):
        rehashed = await services.passwords.hash(form.password)
    if account is None or not matches:
        await services.journal.transact(count_failure, LOGIN, key, services.clock.now())
        raise InvalidCredentials
    if not rules.can_sign_in(account.status):
        raise AccountNotOpen(f"The account is {account.status}")
    token = new_token(REFRESH_PREFIX)
    session = new_session(account.user_id, token, client, services.clock.now())
    ended = await services.journal.transact(_begin, session, key, stored_hash, rehashed)
    services.watch.ended(ended)
    return signed_in(services, account, session.session_id, token, balance)


async def refresh(services: AccountServices, token: str, client: Client) -> schemas.SignedIn:
    """Rotate a refresh token. Raises `InvalidRefreshToken`; one that was stolen ends its session."""
    rotation = await services.journal.transact(_rotate, token, client, services.clock.now())
    services.watch.ended(rotation.ended)
    if rotation.session_id is None or rotation.account is None:
        raise InvalidRefreshToken
    return signed_in(
        services, rotation.account, rotation.session_id, rotation.refresh_token, rotation.balance
    )


async def sign_out(services: AccountServices, principal: Principal) -> None:
    """End this session; that it has ended already is no error."""
    await _end(services, principal.user_id, principal.session_id)


async def sign_out_everywhere(services: AccountServices, principal: Principal) -> None:
    """End every session of the account."""
    ended = await services.journal.transact(
        sessions.end_all, principal.user_id, services.clock.now(), EndReason.LOGOUT_ALL
    )
    services.watch.ended(ended)


async def end_session(services: AccountServices, user_id: UserId, session_id: SessionId) -> None:
    """End one of one's sessions. Raises `NotFound`."""
    if not await _end(services, user_id, session_id):
        raise NotFound("There is no such session")


async def _end(services: AccountServices, user_id: UserId, session_id: SessionId) -> bool:
    ended = await services.journal.transact(
        sessions.end_session, user_id, session_id, services.clock.now(), EndReason.LOGOUT
    )
    services.watch.ended(ended)
    return bool(ended)


def _account_and_balance(conn: Connection, email_key: str) -> tuple[Credentials | None, int]:
    account = queries.credentials(conn, email_key)
    # Nobody's ledger is read as well: it takes as long.
    return account, ledger_head(conn, account.user_id if account else NOBODY).balance


def _begin(
    conn: Connection, session: NewSession, email_key: str, known_hash: str | None, rehashed: str | None
) -> list[EndedSession]:
    """Open the session, unless many guesses at a time have locked the account or its password has changed."""
    account = queries.held_credentials(conn, session.user_id)
    if account is None or account.password_hash != known_hash or not rules.can_sign_in(account.status):
        raise InvalidCredentials
    succeed(conn, LOGIN, email_key, session.now)
    if rehashed is not None:
        queries.set_password(conn, session.user_id, rehashed)
    return sessions.open_session(conn, session)


def _rotate(conn: Connection, token: str, client: Client, now: datetime) -> _Rotation:
    token_hash = hash_token(token)
    account = queries.held_credentials_by_token(conn, token_hash)
    if account is None or not rules.can_sign_in(account.status):
        return _Rotation([])
    found = sessions.find_token(conn, token_hash)
    if found is None:
        return _Rotation([])
    presented = found.presented
    match judge_refresh(presented, client.user_agent, now):
        case Verdict.REFUSE:
            return _Rotation([])
        case Verdict.REPLAYED:
            return _Rotation(
                sessions.end_session(conn, presented.user_id, presented.session_id, now, EndReason.REPLAYED)
            )
        case Verdict.REPEAT:
            assert found.successor_salt is not None, "a used token has its successor's salt"
            following = successor(token, found.successor_salt)
        case Verdict.ROTATE:
            salt = new_salt()
            following = successor(token, salt)
            sessions.rotate(
                conn,
                token_hash,
                presented.session_id,
                salt=salt,
                successor_hash=hash_token(following),
                user_agent=client.user_agent,
                ip_address=client.ip_address,
                now=now,
                expires_at=now + SESSION_LIFETIME,
            )
    balance = ledger_head(conn, presented.user_id).balance
    return _Rotation([], presented.session_id, account, following, balance)


def new_session(user_id: UserId, token: str, client: Client, now: datetime) -> NewSession:
    """A session of this account, about to begin, that `token` refreshes."""
    device = client.device_id
    return NewSession(
        session_id=SessionId(uuid7()),
        user_id=user_id,
        device_id=device,
        device_key=device_key(user_id.bytes, device) if device else None,
        user_agent=client.user_agent,
        ip_address=client.ip_address,
        token_hash=hash_token(token),
        now=now,
        expires_at=now + SESSION_LIFETIME,
    )


def signed_in(
    services: AccountServices, account: Credentials, session_id: SessionId, token: str, balance: int
) -> schemas.SignedIn:
    """What is answered when a session has begun or goes on."""
    access = services.access_tokens.issue(account.user_id, session_id)
    return schemas.SignedIn(
        access_token=access.token,
        refresh_token=token,
        token_type="bearer",  # noqa: S106 - the type, not a token
        expires_in=access.expires_in,
        user=schemas.SignedInUser(
            user_id=account.user_id,
            email=account.email,
            role=account.role,
            status=account.status,
            point_balance=balance,
        ),
    )

"""Passwords that were forgotten or are to be changed (SPEC 1). A reset ends every session."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from fittrack.accounts import attempt_queries, codes, email_token_queries, queries, rules, schemas
from fittrack.accounts.attempts import CHANGE_PASSWORD, LOGIN, count_failure, succeed
from fittrack.accounts.problems import InvalidToken, NoPassword
from fittrack.accounts.registration import letter_once
from fittrack.accounts.services import AccountServices, subject_hash
from fittrack.accounts.social.queries import forget_identities
from fittrack.db.handles import Connection
from fittrack.kit.idempotency import request_hash
from fittrack.kit.ids import UserId, uuid7
from fittrack.kit.problems import FieldError, Validation
from fittrack.mail.letters import PasswordChanged
from fittrack.mail.postbox import OutboxRow
from fittrack.mail.queries import put
from fittrack.server.idempotency import Kept, kept_answer, scope_of
from fittrack.server.once import Once, run_once
from fittrack.server.principal import Principal
from fittrack.server.queries import find_kept
from fittrack.sessions import queries as sessions
from fittrack.sessions.queries import EndedSession, EndReason
from fittrack.sessions.tokens import hash_token


class _Change(NamedTuple):
    """The hash that is replaced, the one that replaces it, and the letter that says so."""

    known: str | None
    password_hash: str
    notice: OutboxRow


async def forgot_password(services: AccountServices, email: str, key: UUID | None) -> Kept:
    """Post a letter with a reset code, if there is such an account. Nobody learns whether there is."""
    now = services.clock.now()
    email_key = rules.email_key(email)
    found = await services.reads.run(queries.credentials, email_key)
    code = codes.password_reset(services.postbox, found.user_id if found else UserId(uuid7()), now)
    kept = kept_answer(services.letter_sent(), status=202)
    once = letter_once("forgot-password", email_key, key, now)
    return await services.journal.transact(run_once, once, codes.mail_on_request, code, email_key, kept)


async def reset_password(services: AccountServices, form: schemas.ResetPassword, key: UUID | None) -> Kept:
    """Set a new password with the code from the letter. Raises `Validation` or `InvalidToken`."""
    _check_new(form.new_password)
    now, token_hash = services.clock.now(), hash_token(form.token)
    once = Once(
        scope_id=scope_of(token_hash.hex()),
        key=key,
        request_hash=request_hash("reset-password", services.veil(form.new_password)),
        now=now,
    )
    # Looked at before the costly hash; what decides is the look within the transaction.
    holder = await services.reads.run(_worth_hashing, token_hash, once)
    _check_new(form.new_password, "" if holder is None else holder.email)
    notice = None if holder is None else services.postbox.row(holder.user_id, PasswordChanged(), now)
    password_hash = await services.passwords.hash(form.new_password)
    kept, ended = await services.journal.transact(_reset_once, once, token_hash, password_hash, notice)
    services.watch.ended(ended)
    return kept


async def change_password(
    services: AccountServices, principal: Principal, form: schemas.ChangePassword
) -> None:
    """Replace the password; every other session ends.

    Raises `Validation`, `NoPassword`, or `LoginLocked` after many guesses.
    """
    account = await services.reads.run(queries.credentials_of, principal.user_id)
    _check_new(form.new_password, account.email if account else "")
    known = await check_again(services, principal.user_id, form.current_password, "/current_password")
    password_hash = await services.passwords.hash(form.new_password)
    now = services.clock.now()
    change = _Change(known, password_hash, services.postbox.row(principal.user_id, PasswordChanged(), now))
    ended = await services.journal.transact(_change, principal, change, now)
    services.watch.ended(ended)


async def check_again(services: AccountServices, user_id: UserId, password: str, pointer: str) -> str | None:
    """The hash that `password` of somebody signed in belongs to; failures count (`attempts.succeed` ends it).

    Raises `Validation`, `NoPassword`, or `LoginLocked` after many guesses.
    """
    account = await services.reads.run(queries.credentials_of, user_id)
    if account is not None and account.password_hash is None:
        raise NoPassword
    known = account.password_hash if account else None
    if not await services.passwords.verify(password, known):
        await services.journal.transact(count_failure, CHANGE_PASSWORD, str(user_id), services.clock.now())
        raise Validation(errors=[FieldError(pointer, "That is not the current password")])
    return known


def _check_new(password: str, email: str = "") -> None:
    errors = rules.check_password(password, "/new_password", email=email)
    if errors:
        raise Validation(errors=errors)


def _holder(conn: Connection, token_hash: bytes, now: datetime) -> UserId:
    found = email_token_queries.find(conn, token_hash, rules.RESET_PASSWORD)
    rules.check_token(found, now)
    assert found is not None, "it was checked"
    return found.user_id


def _worth_hashing(conn: Connection, token_hash: bytes, once: Once) -> queries.Credentials | None:
    """Who may set a password; nobody when the answer is known already."""
    if once.key is not None and find_kept(conn, once.scope_id, once.key) is not None:
        return None
    return queries.credentials_of(conn, _holder(conn, token_hash, once.now))


def _reset_once(
    conn: Connection, once: Once, token_hash: bytes, password_hash: str, notice: OutboxRow | None
) -> tuple[Kept, list[EndedSession]]:
    """The answer, and the sessions that ended: none when it was done before."""
    ended: list[EndedSession] = []

    def effect(conn: Connection) -> Kept:
        ended.extend(_reset(conn, token_hash, password_hash, once.now))
        if notice is not None:
            put(conn, notice)
        return kept_answer(schemas.Message("The password is changed. Sign in with the new one."))

    return run_once(conn, once, effect), ended


def _reset(conn: Connection, token_hash: bytes, password_hash: str, now: datetime) -> list[EndedSession]:
    user_id = _holder(conn, token_hash, now)
    account = queries.held_credentials(conn, user_id)
    # It was used, or the account deleted, since the look at it.
    if account is None or not conn.execute(email_token_queries.use(token_hash, now)).rowcount:
        raise InvalidToken
    queries.set_password(conn, user_id, password_hash)
    attempt_queries.clear(conn, LOGIN, subject_hash(rules.email_key(account.email)))
    if not account.email_verified:  # whoever linked them did so without proving the address
        conn.execute(forget_identities(user_id))
    return sessions.end_all(conn, user_id, now, EndReason.PASSWORD)


def _change(conn: Connection, principal: Principal, change: _Change, now: datetime) -> list[EndedSession]:
    account = queries.held_credentials(conn, principal.user_id)
    succeed(conn, CHANGE_PASSWORD, str(principal.user_id), now)
    if account is None or account.password_hash != change.known:
        raise Validation(errors=[FieldError("/current_password", "The password has changed meanwhile")])
    queries.set_password(conn, principal.user_id, change.password_hash)
    put(conn, change.notice)
    return sessions.end_all(conn, principal.user_id, now, EndReason.PASSWORD, but=principal.session_id)

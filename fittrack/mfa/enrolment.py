"""Setting up a second factor: a secret is shown, and is in force once its first code was given (SPEC 1)."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from fittrack.accounts import queries as accounts
from fittrack.accounts.attempts import CHANGE_PASSWORD, MFA, count_failure, refuse_if_locked, succeed
from fittrack.accounts.recovery import check_again
from fittrack.accounts.services import AccountServices
from fittrack.db.handles import Connection
from fittrack.kit.ids import SessionId, UserId
from fittrack.kit.origin import Origin
from fittrack.kit.problems import FieldError, MfaRequired, NotFound, Unauthenticated, Validation
from fittrack.mail.letters import SecurityNotice
from fittrack.mail.postbox import OutboxRow
from fittrack.mail.queries import put
from fittrack.mfa import queries, rules, schemas, secret
from fittrack.mfa.actions import record_change, state_of
from fittrack.mfa.problems import MfaNotEnrolled, WrongCode
from fittrack.server.access import STEP_UP_LIFETIME, check_step_up
from fittrack.server.principal import Principal
from fittrack.sessions import queries as sessions
from fittrack.sessions.queries import EndedSession, EndReason
from protocol.shapes import instant

log = structlog.get_logger(__name__)

IN_FORCE = "A second factor was set up for your account; your other devices are signed out."


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A secret's first code. `step` is the one whose code it is, none if it is a wrong one."""

    user_id: UserId
    session_id: SessionId
    enrolled_at: datetime
    step: int | None
    code_hashes: tuple[bytes, ...]
    letter: OutboxRow
    origin: Origin
    now: datetime


async def enroll(
    services: AccountServices, principal: Principal, password: str | None, origin: Origin
) -> schemas.Enrolled:
    """Show a new secret, which waits for its first code; the one in force stays so until then.

    Raises `MfaRequired` when there is one in force, and no fresh check; else `Validation` or `LoginLocked`
    unless `password` is right.
    """
    now, user_id = services.clock.now(), principal.user_id
    account = await services.reads.run(accounts.credentials_of, user_id)
    if account is None:
        raise NotFound("There is no such account")
    factor = await services.reads.run(queries.find, user_id)
    if factor.confirmed_at is not None:
        check_step_up(principal, now)
    elif password is None:
        raise Validation(errors=[FieldError("/password", "The first enrolment needs the password")])
    else:
        await check_again(services, user_id, password, "/password")
    new = secret.new_secret()
    sealed = secret.seal(services.sealer, user_id, new)
    await services.journal.transact(_enroll, sealed, factor.confirmed_at, origin, now)
    log.info("mfa.enrolled", user_id=str(user_id), again=factor.confirmed_at is not None)
    return schemas.Enrolled(secret=new, otpauth_uri=secret.otpauth_uri(new, account.email))


async def confirm(
    services: AccountServices, principal: Principal, code: str, origin: Origin
) -> schemas.Confirmed:
    """Put the enrolled secret in force; every other session ends, and former recovery codes with them.

    It counts as a check. Raises `MfaNotEnrolled`, `WrongCode`, or `LoginLocked` after many guesses.
    """
    now, user_id = services.clock.now(), principal.user_id
    factor = await services.reads.run(queries.find, user_id)
    if factor.sealed_candidate is None or factor.updated_at is None:
        raise MfaNotEnrolled("No secret waits for its first code; enrol one")
    if not rules.is_waiting(factor.updated_at, now):
        raise MfaNotEnrolled("The secret has waited too long for its first code; enrol another")
    candidate = secret.unseal(services.sealer, user_id, factor.sealed_candidate)
    codes = secret.new_recovery_codes()
    confirmation = Confirmation(
        user_id=user_id,
        session_id=principal.session_id,
        enrolled_at=factor.updated_at,
        step=rules.matching_step(candidate, rules.bare(code), now),
        code_hashes=tuple(map(secret.hash_code, codes)),
        letter=services.postbox.row(user_id, SecurityNotice(IN_FORCE), now),
        origin=origin,
        now=now,
    )
    ended = await services.journal.transact(_confirm, confirmation)
    if ended is None:
        log.warning("mfa.refused", user_id=str(user_id), action="confirm")
        raise WrongCode
    log.info("mfa.confirmed", user_id=str(user_id), sessions_ended=len(ended))
    services.watch.ended(ended)
    services.watch.changed(user_id, now)
    return schemas.Confirmed(
        recovery_codes=list(map(rules.in_groups, codes)),
        checked_at=instant(now),
        valid_until=instant(now + STEP_UP_LIFETIME),
    )


def _enroll(
    conn: Connection, sealed: bytes, confirmed_at: datetime | None, origin: Origin, now: datetime
) -> None:
    assert origin.actor_id is not None, "who enrols is signed in"
    user_id = UserId(origin.actor_id)
    sessions.hold_account(conn, user_id)
    if queries.find(conn, user_id).confirmed_at != confirmed_at:
        raise MfaRequired("Another second factor came into force meanwhile")
    if confirmed_at is None:
        succeed(conn, CHANGE_PASSWORD, str(user_id), now)
    before = state_of(conn, user_id)
    queries.keep_candidate(conn, user_id, sealed, now)
    record_change(conn, "mfa.enroll", user_id, before, origin=origin, now=now)


def _confirm(conn: Connection, wish: Confirmation) -> list[EndedSession] | None:
    """The sessions that ended; None: the code is wrong, which is counted."""
    user_id, now = wish.user_id, wish.now
    sessions.hold_account(conn, user_id)
    refuse_if_locked(conn, MFA, str(user_id), now)
    if wish.step is None:
        count_failure(conn, MFA, str(user_id), now)
        return None
    before = state_of(conn, user_id)
    if not queries.put_in_force(conn, user_id, wish.enrolled_at, now):
        raise MfaNotEnrolled("Another secret was enrolled meanwhile")
    queries.use_step(conn, user_id, wish.step, now)
    queries.replace_recovery_codes(conn, user_id, wish.code_hashes, now)
    succeed(conn, MFA, str(user_id), now)
    if not sessions.note_check(conn, wish.session_id, now):
        raise Unauthenticated("The session has ended")
    put(conn, wish.letter)
    record_change(conn, "mfa.confirm", user_id, before, origin=wish.origin, now=now)
    return sessions.end_all(conn, user_id, now, EndReason.MFA, but=wish.session_id)

"""Checking a second factor: the check is recorded on the session that showed it (SPEC 1)."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from fittrack.accounts.attempts import MFA, count_failure, refuse_if_locked, succeed
from fittrack.accounts.services import AccountServices
from fittrack.db.handles import Connection
from fittrack.kit.ids import SessionId, UserId
from fittrack.kit.origin import Origin
from fittrack.kit.problems import Unauthenticated
from fittrack.mail.letters import SecurityNotice
from fittrack.mail.postbox import OutboxRow
from fittrack.mail.queries import put
from fittrack.mfa import queries, rules, schemas, secret
from fittrack.mfa.actions import record_change, state_of
from fittrack.mfa.problems import MfaNotEnrolled, WrongCode
from fittrack.server.access import STEP_UP_LIFETIME
from fittrack.server.principal import Principal
from fittrack.sessions import queries as sessions
from protocol.shapes import instant

log = structlog.get_logger(__name__)

RECOVERED = "A recovery code of your account was used instead of your authenticator."


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Somebody gave a code: that of `step` of the secret in force since `confirmed_at`, or else it may be the
    recovery code that hashes to `code_hash`.
    """

    user_id: UserId
    session_id: SessionId
    confirmed_at: datetime
    step: int | None
    code_hash: bytes
    letter: OutboxRow
    """What is mailed when a recovery code was used."""
    origin: Origin
    now: datetime

    @property
    def means(self) -> str:
        """By what it was checked, for the log."""
        return "recovery code" if self.step is None else "authenticator"


async def verify(
    services: AccountServices, principal: Principal, code: str, origin: Origin
) -> schemas.Checked:
    """Check a code of the authenticator, or a recovery code. Each works once.

    Raises `MfaNotEnrolled`, `WrongCode`, or `LoginLocked` after many guesses.
    """
    now, user_id = services.clock.now(), principal.user_id
    factor = await services.reads.run(queries.find, user_id)
    if factor.sealed_secret is None or factor.confirmed_at is None:
        raise MfaNotEnrolled
    typed = rules.bare(code)
    attempt = Attempt(
        user_id=user_id,
        session_id=principal.session_id,
        confirmed_at=factor.confirmed_at,
        step=rules.matching_step(secret.unseal(services.sealer, user_id, factor.sealed_secret), typed, now),
        code_hash=secret.hash_code(typed),
        letter=services.postbox.row(user_id, SecurityNotice(RECOVERED), now),
        origin=origin,
        now=now,
    )
    left = await services.journal.transact(_check, attempt)
    if left is None:
        log.warning("mfa.refused", user_id=str(user_id), action="verify")
        raise WrongCode
    log.info("mfa.checked", user_id=str(user_id), means=attempt.means)
    services.watch.changed(user_id, now)
    return schemas.Checked(
        checked_at=instant(now), valid_until=instant(now + STEP_UP_LIFETIME), recovery_codes_left=left
    )


def _check(conn: Connection, attempt: Attempt) -> int | None:
    """The recovery codes that are left; None: the code does not count, but the failure does."""
    subject, now = str(attempt.user_id), attempt.now
    sessions.hold_account(conn, attempt.user_id)
    refuse_if_locked(conn, MFA, subject, now)
    if not _is_right(conn, attempt):
        count_failure(conn, MFA, subject, now)
        return None
    succeed(conn, MFA, subject, now)
    if not sessions.note_check(conn, attempt.session_id, now):
        raise Unauthenticated("The session has ended")
    return queries.recovery_codes_left(conn, attempt.user_id)


def _is_right(conn: Connection, attempt: Attempt) -> bool:
    """Whether the code is one of the factor that is in force now; it is used up by that."""
    user_id, now = attempt.user_id, attempt.now
    if queries.find(conn, user_id).confirmed_at != attempt.confirmed_at:
        return False
    if attempt.step is not None:
        return queries.use_step(conn, user_id, attempt.step, now)
    before = state_of(conn, user_id)
    if not queries.use_recovery_code(conn, user_id, attempt.code_hash, now):
        return False
    put(conn, attempt.letter)
    record_change(conn, "mfa.recover", user_id, before, origin=attempt.origin, now=now)
    return True

"""Counting failed attempts, so that guessing is in vain (SPEC 1)."""

from datetime import datetime

from fittrack.accounts import attempt_queries, rules
from fittrack.accounts.problems import LoginLocked
from fittrack.accounts.rules import Attempts
from fittrack.accounts.services import subject_hash
from fittrack.db.handles import Connection

LOGIN = "login"
CHANGE_PASSWORD = "change-password"  # noqa: S105 - a purpose
MFA = "mfa"


def refuse_if_locked(conn: Connection, purpose: str, subject: str, now: datetime) -> None:
    """Raise `LoginLocked` while too many have failed."""
    _refuse(attempt_queries.find(conn, purpose, subject_hash(subject)), now)


def _refuse(so_far: Attempts, now: datetime) -> None:
    if so_far.locked_until is not None and rules.is_locked(so_far, now):
        raise LoginLocked(after_ms=int((so_far.locked_until - now).total_seconds() * 1000))


def count_failure(conn: Connection, purpose: str, subject: str, now: datetime) -> None:
    """One more failure of `subject`, somebody or nobody. Raises `LoginLocked` while it is locked."""
    key = subject_hash(subject)
    so_far = attempt_queries.begin(conn, purpose, key, now)
    _refuse(so_far, now)
    attempt_queries.record(conn, purpose, key, rules.after_failure(so_far, now), now)


def succeed(conn: Connection, purpose: str, subject: str, now: datetime) -> None:
    """Begin to count anew. Raises `LoginLocked` when guesses at the same time have locked it."""
    refuse_if_locked(conn, purpose, subject, now)
    attempt_queries.clear(conn, purpose, subject_hash(subject))


def may_post(conn: Connection, purpose: str, email_key: str, now: datetime) -> bool:
    """Count a letter that is asked for; whether it may still be posted. Unknown addresses count alike."""
    key = subject_hash(email_key)
    so_far = attempt_queries.begin(conn, purpose, key, now)
    if rules.is_locked(so_far, now):
        return False
    attempt_queries.record(conn, purpose, key, rules.after_failure(so_far, now, rules.MAILS_MAX), now)
    return True

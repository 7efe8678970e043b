"""Letters with a code in them, which verifies an address or resets a password (SPEC 1).

Who asks for one is answered alike, and after the same work, whether there is such an account or not: for
nobody's account the same statements run, and store nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fittrack.accounts import email_token_queries, rules
from fittrack.accounts.attempts import may_post
from fittrack.db.handles import Connection
from fittrack.kit.ids import UserId
from fittrack.mail.letters import Invitation, PasswordReset, Verification
from fittrack.mail.postbox import OutboxRow, Postbox
from fittrack.mail.queries import put_if_addressed
from fittrack.server.idempotency import Kept
from fittrack.sessions.tokens import EMAIL_PREFIX, hash_token, new_token


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedCode:
    """A code about to be mailed: its hash, and the sealed letter with the code itself."""

    user_id: UserId
    purpose: str
    token_hash: bytes
    letter: OutboxRow
    now: datetime
    expires_at: datetime


def verification(postbox: Postbox, user_id: UserId, now: datetime) -> MailedCode:
    """A code that verifies the address of this account. Call it on the event loop."""
    hours = int(rules.VERIFICATION_LIFETIME.total_seconds() // 3600)
    letter = Verification(new_token(EMAIL_PREFIX), hours)
    return _mailed(postbox, user_id, letter, now)


def invitation(postbox: Postbox, user_id: UserId, now: datetime) -> MailedCode:
    """A code that opens an account which was made for its holder. It verifies the address, too."""
    return _mailed(postbox, user_id, Invitation(new_token(EMAIL_PREFIX), rules.INVITATION_LIFETIME.days), now)


def password_reset(postbox: Postbox, user_id: UserId, now: datetime) -> MailedCode:
    """A code that sets a new password for this account. Call it on the event loop."""
    minutes = int(rules.RESET_LIFETIME.total_seconds() // 60)
    letter = PasswordReset(new_token(EMAIL_PREFIX), minutes)
    return _mailed(postbox, user_id, letter, now)


def mail(conn: Connection, code: MailedCode) -> None:
    """Post the letter; former codes of its purpose end. Nothing happens for an account that nobody has."""
    email_token_queries.issue(
        conn, code.token_hash, code.user_id, code.purpose, now=code.now, expires_at=code.expires_at
    )
    put_if_addressed(conn, code.letter)


def mail_on_request(conn: Connection, code: MailedCode, email_key: str, kept: Kept) -> Kept:
    """Post the letter, unless too many were asked for; the answer is the same."""
    if may_post(conn, code.purpose, email_key, code.now):
        mail(conn, code)
    return kept


_LIFETIMES: Final = {
    Verification: rules.VERIFICATION_LIFETIME,
    Invitation: rules.INVITATION_LIFETIME,
    PasswordReset: rules.RESET_LIFETIME,
}


def _mailed(
    postbox: Postbox, user_id: UserId, letter: Verification | PasswordReset | Invitation, now: datetime
) -> MailedCode:
    return MailedCode(
        user_id=user_id,
        purpose=rules.RESET_PASSWORD if isinstance(letter, PasswordReset) else rules.VERIFY_EMAIL,
        token_hash=hash_token(letter.token),
        letter=postbox.row(user_id, letter, now),
        now=now,
        expires_at=now + _LIFETIMES[type(letter)],
    )

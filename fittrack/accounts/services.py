"""What the accounts' routes work with, put together by the composition root."""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from aiohttp import web

from fittrack.accounts.passwords import Passwords
from fittrack.accounts.schemas import Message
from fittrack.db.journal import Journal
from fittrack.db.reads import Reads
from fittrack.integrations.oidc import IdTokens
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock
from fittrack.kit.sealing import Sealer
from fittrack.mail.postbox import Postbox
from fittrack.server.tokens import AccessTokens
from fittrack.sessions.watch import SessionWatch


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountServices:
    """One of each, for all requests."""

    clock: Clock
    calendar: PlatformCalendar
    journal: Journal
    reads: Reads
    passwords: Passwords
    access_tokens: AccessTokens
    postbox: Postbox
    sealer: Sealer
    watch: SessionWatch
    id_tokens: Mapping[str, IdTokens]
    """By provider, those with whom people sign in here."""
    excluded_states: Collection[str]
    pepper: bytes
    """Secret bytes for `veil`."""
    mail_hint: str = ""
    """Where to find the mail, in development; empty elsewhere."""

    def veil(self, secret: str) -> bytes:
        """What stands for `secret` in a request's hash: a bare hash of it would soon be guessed."""
        return hmac.digest(self.pepper, b"fittrack/request-secret/v1\0" + secret.encode(), "sha256")

    def letter_sent(self) -> Message:
        """What everybody is told who asks for a letter."""
        return Message(f"If there is such an account, we have sent it a letter. {self.mail_hint}".strip())


ACCOUNTS: web.AppKey[AccountServices] = web.AppKey("accounts", AccountServices)


@dataclass(frozen=True, slots=True)
class Client:
    """Who calls: what tells one device from another."""

    user_agent: str | None
    ip_address: str | None
    device_id: str | None = None


def subject_hash(subject: str) -> bytes:
    """What attempts are counted under (32 bytes)."""
    return hashlib.sha256(subject.encode()).digest()

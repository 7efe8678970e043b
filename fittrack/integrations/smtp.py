"""Handing mail over: to an SMTP server, or to a folder of `.eml` files in development (SPEC 8)."""

import asyncio
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

SMTP_TIMEOUT_S: Final = 20.0
"""For connecting and for each answer; greylisting servers answer late, but they answer."""
SEND_WITHIN_S: Final = 20.0
"""For a whole letter: a server that answers slowly each time must not outlast the lease of a round."""
_DEFAULT_PORTS: Final = {"smtp": 587, "smtps": 465}


class MailRefused(Exception):  # noqa: N818 - says what happened
    """The server will never take this message; trying again is in vain."""


class MailDelayed(Exception):  # noqa: N818
    """The message could not be handed over now."""


class Mailer(Protocol):
    """Where mail goes."""

    async def send(self, message: EmailMessage) -> None:
        """Hand `message` over. Raises `MailRefused` or `MailDelayed`."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """An SMTP server. `smtps` speaks TLS from the start, `smtp` upgrades to it when the server offers it."""

    host: str
    port: int
    tls: bool
    username: str | None = None
    password: str | None = None

    @classmethod
    def from_url(cls, url: str) -> "SmtpServer":
        """Read `SMTP_URL`: `smtp[s]://[user:password@]host[:port]`. Raises ValueError with a sentence."""
        parts = urlsplit(url)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            raise ValueError("SMTP_URL is written smtp://user:password@host:587 or smtps://…")
        return cls(
            host=parts.hostname,
            port=parts.port or _DEFAULT_PORTS[parts.scheme],
            tls=parts.scheme == "smtps",
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    async def greet(self) -> None:
        """Sign in and leave: whether the server would take letters. Raises `MailRefused` or `MailDelayed`."""
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.tls,
            start_tls=None if self.tls or self.username is None else True,
            username=self.username,
            password=self.password,
            timeout=SMTP_TIMEOUT_S,
        )
        try:
            async with client:
                await client.noop()
        except aiosmtplib.SMTPResponseException as error:
            raise _judged(error) from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise MailDelayed(type(error).__name__) from error

    async def send(self, message: EmailMessage) -> None:
        """See `Mailer`. Credentials are only sent over TLS."""
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                await aiosmtplib.send(
                    message,
                    hostname=self.host,
                    port=self.port,
                    use_tls=self.tls,
                    # With a password the upgrade is required: it must not be stripped on the way.
                    start_tls=None if self.tls or self.username is None else True,
                    username=self.username,
                    password=self.password,
                    timeout=SMTP_TIMEOUT_S,
                )
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused) as error:
            raise _judged(error) from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise MailDelayed(type(error).__name__) from error


@dataclass(frozen=True, slots=True)
class MailFolder:
    """A folder that gets one `.eml` file per message, named by its Message-ID: sent again, it is the same."""

    folder: Path

    async def send(self, message: EmailMessage) -> None:
        """See `Mailer`."""
        try:
            await asyncio.get_running_loop().run_in_executor(None, self._write, message)
        except OSError as error:
            raise MailDelayed(f"{self.folder}: {error.strerror}") from error

    def _write(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").partition("@")[0]
        draft = self.folder / f".{name}.tmp"
        draft.write_bytes(bytes(message))
        draft.replace(self.folder / f"{name}.eml")  # whoever watches the folder never sees half a letter


_AGAINST_US: Final = (
    aiosmtplib.SMTPAuthenticationError,
    aiosmtplib.SMTPConnectResponseError,
    aiosmtplib.SMTPHeloError,
    aiosmtplib.SMTPSenderRefused,
)


def _judged(
    error: aiosmtplib.SMTPResponseException | aiosmtplib.SMTPRecipientsRefused,
) -> MailRefused | MailDelayed:
    """5xx is for ever, 4xx for now (RFC 5321, 4.2.1).

    What refuses us and not the letter (greeting, credentials, sender) is ours to mend: for now, too.
    """
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        codes = [refused.code for refused in error.recipients]
    else:
        codes = [error.code]
    told = f"SMTP {codes[0]}" if codes else "SMTP"
    ours = isinstance(error, _AGAINST_US)
    return MailRefused(told) if not ours and codes and min(codes) >= 500 else MailDelayed(told)

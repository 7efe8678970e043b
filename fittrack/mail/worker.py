"""Delivering what the outbox holds: at least once, each time under the same Message-ID."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from uuid import UUID

import msgspec
import structlog

from fittrack.db.journal import Journal
from fittrack.integrations.smtp import MailDelayed, Mailer, MailRefused
from fittrack.kit.correlation import cause
from fittrack.kit.sealing import SealBroken
from fittrack.mail import queries
from fittrack.mail.letters import own_address
from fittrack.mail.links import link_of
from fittrack.mail.postbox import Postbox
from fittrack.mail.rendering import Rendered, render

LETTERS_PER_ROUND: Final = 50
"""Claimed at once: what a slow server still takes within the lease."""
LEASE: Final = timedelta(minutes=20)
"""How long claimed letters belong to a worker; after a crash another one takes them then."""
ATTEMPTS_MAX: Final = 12
"""With doubling delays about a day: greylisting and outages pass, dead servers do not."""
AGE_MAX: Final = timedelta(days=3)
"""What could not leave until then is no news any more, and its code has ended."""
RETRY_FIRST: Final = timedelta(seconds=30)
RETRY_MAX: Final = timedelta(hours=4)
ERROR_LENGTH_MAX: Final = 200
"""Characters of what a server said that are kept."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class MailMetrics:
    """What became of letters since the node started."""

    delivered: int = 0
    delayed: int = 0
    failed: int = 0


class MailWorker:
    """Delivers letters from the outbox.

    `sender` is the From address, Message-IDs are of its domain; links lead to pages at `public_url`.
    """

    def __init__(
        self, journal: Journal, postbox: Postbox, mailer: Mailer, *, sender: str, public_url: str
    ) -> None:
        self._journal = journal
        self._postbox = postbox
        self._mailer = mailer
        self._sender, self._public_url = sender, public_url
        self.metrics = MailMetrics()
        self._domain = sender.rpartition("@")[2].rstrip("> ")

    async def deliver_due(self, now: datetime) -> int:
        """Deliver what is due at `now`; returns how many letters were handled.

        A full round means that there may be more: call again. Raises what the journal raises.
        """
        due = await self._journal.transact(queries.claim_due, now, now + LEASE, LETTERS_PER_ROUND)
        for letter in due:
            await self._deliver(letter, now)
        return len(due)

    async def _deliver(self, letter: queries.DueLetter, now: datetime) -> None:
        cause.set("")  # the former letter's
        if letter.recipient is None or letter.sealed is None:
            await self._give_up(letter, now, "no address")
            return
        if now - letter.created_at > AGE_MAX:
            await self._give_up(letter, now, "too old")
            return
        try:
            opened, behalf = self._postbox.open(letter.mail_id, letter.sealed)
            cause.set(behalf)
            recipient = own_address(opened) or letter.recipient
            rendered = render(opened, letter.display_name, link_of(opened, self._public_url, recipient))
        except (SealBroken, msgspec.DecodeError) as error:
            await self._give_up(letter, now, type(error).__name__)
            return
        try:
            await self._mailer.send(self._message(letter.mail_id, recipient, rendered, letter.created_at))
        except MailRefused as refusal:
            await self._give_up(letter, now, str(refusal))
        except MailDelayed as delay:
            await self._delay(letter, now, str(delay))
        else:
            await self._journal.transact(queries.mark_delivered, letter.mail_id, now)
            self.metrics.delivered += 1

    async def _delay(self, letter: queries.DueLetter, now: datetime, error: str) -> None:
        if letter.attempts + 1 >= ATTEMPTS_MAX:
            await self._give_up(letter, now, error)
            return
        self.metrics.delayed += 1
        at = now + retry_delay(letter.attempts)
        log.info("mail.delayed", mail_id=str(letter.mail_id), error=error)
        await self._journal.transact(queries.try_again, letter, at, error[:ERROR_LENGTH_MAX])

    async def _give_up(self, letter: queries.DueLetter, now: datetime, error: str) -> None:
        self.metrics.failed += 1
        log.error("mail.failed", mail_id=str(letter.mail_id), error=error)
        await self._journal.transact(queries.give_up, letter, now, error[:ERROR_LENGTH_MAX])

    def _message(self, mail_id: UUID, recipient: str, letter: Rendered, written_at: datetime) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = letter.subject
        message["From"] = self._sender
        message["To"] = recipient
        message["Date"] = format_datetime(written_at)
        message["Message-ID"] = f"<{mail_id}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        # As it is wherever that will do: a link that is read in a file is not broken into lines.
        message.set_content(letter.text, cte="7bit" if letter.text.isascii() else None)
        message.add_alternative(letter.html, subtype="html")
        return message


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after `attempts` former failures: doubling, up to a bound."""
    doublings = 1 << min(attempts, 16)
    return min(RETRY_FIRST * doublings, RETRY_MAX)

"""What admins are told of endpoints that take nothing. Pure."""

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from fittrack.inbox.notices import Notice
from fittrack.mail.letters import WebhookTrouble
from fittrack.webhooks.rules import DISABLE_AFTER, DisabledReason

_WHY: Final = {
    DisabledReason.GONE: "It answered 410 Gone: it wants nothing more.",
    DisabledReason.FAILING: f"It took nothing for {DISABLE_AFTER.days} days.",
}


def failing(endpoint_id: UUID, url: str, since: datetime) -> Notice:
    """An endpoint has taken nothing for a day."""
    return _notice(
        endpoint_id,
        f"A webhook is failing: {host_of(url)}",
        f"It has taken nothing since {since:%B} {since.day}. If it stays so, it is switched off after "
        f"{DISABLE_AFTER.days} days; what waits is kept.",
    )


def disabled(endpoint_id: UUID, url: str, reason: DisabledReason) -> Notice:
    """An endpoint was switched off."""
    return _notice(
        endpoint_id,
        f"A webhook was switched off: {host_of(url)}",
        f"{_WHY[reason]} Nothing is sent to it until you switch it on again; then what it missed can be "
        "sent.",
    )


def host_of(url: str) -> str:
    """What of an address is shown to people: paths may hold secrets."""
    return urlsplit(url).hostname or url


def _notice(endpoint_id: UUID, title: str, body: str) -> Notice:
    return Notice("general", title, body, "webhook", str(endpoint_id), WebhookTrouble(title, body))

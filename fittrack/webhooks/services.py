"""What the routes of webhooks work with, handed over by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fittrack.db.reads import Reads
from fittrack.integrations.webhooks import Sender
from fittrack.kit.sealing import Sealer
from fittrack.webhooks import queries
from fittrack.webhooks.following import Following

SUBSCRIPTIONS_EVERY_S: Final = 5.0
"""How soon a node knows of subscriptions at the latest; usually it is told at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookServices:
    """One of each for a node."""

    reads: Reads
    sealer: Sealer
    sender: Sender
    following: Following
    subscriptions_changed: Callable[[], None]
    """Tells the other nodes."""
    messages_due: Callable[[], None]
    """Tells the node that sends."""

    async def know_subscriptions(self) -> None:
        """From now on events are written of the types that somebody wants now."""
        self.following.wanted = await self.reads.run(queries.wanted_types)


WEBHOOKS: web.AppKey[WebhookServices] = web.AppKey("webhooks", WebhookServices)

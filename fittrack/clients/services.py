"""What the slice's routes work with."""

from dataclasses import dataclass

from aiohttp import web

from fittrack.clients import queries
from fittrack.clients.rules import live_secrets
from fittrack.clients.usage import UsageCounter
from fittrack.db.reads import Reads
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock
from fittrack.kit.ids import ClientId
from fittrack.server.api_clients import ApiClients, ClientStanding
from fittrack.server.client_tokens import ClientTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientServices:
    """Tokens of clients, what is remembered of them, what is counted."""

    clock: Clock
    calendar: PlatformCalendar
    reads: Reads
    tokens: ClientTokens
    known: ApiClients
    usage: UsageCounter


CLIENTS: web.AppKey[ClientServices] = web.AppKey("clients", ClientServices)


async def load_standing(reads: Reads, clock: Clock, client_id: ClientId) -> ClientStanding | None:
    """How a client stands now; none when it is disabled or gone."""
    client = await reads.run(queries.load, client_id)
    if client is None or not client.active:
        return None
    secrets = live_secrets(client.secrets, clock.now())
    return ClientStanding(
        scopes=frozenset(client.scopes),
        requests_per_minute=client.requests_per_minute,
        secrets={each.secret_id: each.expires_at for each in secrets},
    )

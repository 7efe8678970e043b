"""Programs of third parties: clients with credentials and tokens."""

from collections.abc import Iterable
from dataclasses import dataclass

from fittrack.app import Node
from fittrack.clients import changing
from fittrack.clients.model import StoredClient, StoredSecret
from fittrack.clients.schemas import REQUESTS_PER_MINUTE_DEFAULT
from fittrack.kit.clock import whole_milliseconds
from fittrack.kit.ids import ClientId, uuid7
from fittrack.kit.origin import SYSTEM
from fittrack.server.access import Scope
from fittrack.sessions.tokens import CLIENT_PREFIX, hash_token, new_token


@dataclass(frozen=True, slots=True)
class Program:
    """A client, its secret, and a token that was got by it."""

    client_id: ClientId
    secret: str
    token: str


async def a_program(node: Node, name: str, scopes: Iterable[Scope] = tuple(Scope)) -> Program:
    """A program that was let in, with a token for all its scopes."""
    secret, now = new_token(CLIENT_PREFIX), whole_milliseconds(node.clock.now())
    stored = StoredSecret(secret_hash=hash_token(secret), created_at=now, expires_at=None)
    client = StoredClient(
        client_id=ClientId(uuid7()),
        name=name,
        scopes=tuple(sorted(scopes)),
        active=True,
        requests_per_minute=REQUESTS_PER_MINUTE_DEFAULT,
        created_by=None,
        created_at=now,
        updated_at=now,
        secrets=(stored,),
    )
    await node.journal.transact(changing.create, client, SYSTEM)
    token = node.identity.clients.tokens.issue(
        client.client_id, stored.secret_id, " ".join(client.scopes), secret_ends=None
    )
    return Program(client.client_id, secret, token.token)

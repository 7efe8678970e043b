"""Clients as admins see them."""

from datetime import datetime
from typing import Any

from fittrack.clients.model import StoredClient
from fittrack.clients.rules import live_secrets
from fittrack.clients.schemas import Client, MadeClient, Secret
from fittrack.server.etags import etag_of
from protocol.shapes import instant


def shown(client: StoredClient, now: datetime) -> Client:
    """A client without its secrets."""
    return Client(**_fields(client, now))


def made(client: StoredClient, client_secret: str) -> MadeClient:
    """A new client with its secret."""
    return MadeClient(**_fields(client, client.created_at), client_secret=client_secret)


def tag_of(client: StoredClient) -> str:
    """The `ETag` of a client."""
    return etag_of(client.version)


def _fields(client: StoredClient, now: datetime) -> dict[str, Any]:
    secrets = [
        Secret(
            secret_id=each.secret_id,
            created_at=instant(each.created_at),
            expires_at=None if each.expires_at is None else instant(each.expires_at),
        )
        for each in live_secrets(client.secrets, now)
    ]
    return {
        "client_id": client.client_id,
        "name": client.name,
        "scopes": list(client.scopes),
        "active": client.active,
        "requests_per_minute": client.requests_per_minute,
        "secrets": secrets,
        "created_by": client.created_by,
        "created_at": instant(client.created_at),
        "updated_at": instant(client.updated_at),
    }

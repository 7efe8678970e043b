"""Endpoints that tests make without a door."""

from datetime import datetime
from uuid import UUID

from fittrack.config.published import DEVELOPMENT_TOKEN_KEYS
from fittrack.kit.seal_contexts import webhook_secret
from fittrack.kit.sealing import Sealer
from fittrack.webhooks.model import StoredEndpoint, new_endpoint


def an_endpoint(endpoint_id: UUID, url: str, now: datetime) -> StoredEndpoint:
    """An endpoint that wants to hear of adjustments, its secret sealed as tests' nodes seal."""
    sealed = Sealer.from_text(DEVELOPMENT_TOKEN_KEYS).seal(bytes(32), webhook_secret(endpoint_id))
    return new_endpoint(endpoint_id, url, ["points.adjusted"], sealed, now)

"""What a client is, as it is stored."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fittrack.kit.ids import ClientId
from fittrack.server.etags import version_at

_SECRET_ID_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSecret:
    """One secret that counts, or will not for much longer."""

    secret_hash: bytes
    created_at: datetime
    expires_at: datetime | None
    """None: until it is replaced."""

    @property
    def secret_id(self) -> str:
        """What it is called by: the beginning of its hash, which tells nothing of it."""
        return self.secret_hash[:_SECRET_ID_BYTES].hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClient:
    """One client with its secrets."""

    client_id: ClientId
    name: str
    scopes: tuple[str, ...]
    active: bool
    requests_per_minute: int
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime
    """Grows with each change, so that it is the version too."""
    secrets: tuple[StoredSecret, ...]

    @property
    def version(self) -> str:
        """What an `If-Match` must name."""
        return version_at(self.updated_at)

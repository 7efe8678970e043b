"""Providers' tokens at rest: sealed for the connection that they are of."""

from typing import NamedTuple
from uuid import UUID

from fittrack.kit import seal_contexts
from fittrack.kit.sealing import Sealer


class Sealed(NamedTuple):
    """A pair of tokens as it is stored."""

    access: bytes
    refresh: bytes | None


def seal(sealer: Sealer, connection_id: UUID, access: str, refresh: str | None) -> Sealed:
    """The tokens, for this connection alone."""
    return Sealed(
        sealer.seal(access.encode(), seal_contexts.access_token(connection_id)),
        None
        if refresh is None
        else sealer.seal(refresh.encode(), seal_contexts.refresh_token(connection_id)),
    )


def open_access(sealer: Sealer, connection_id: UUID, sealed: bytes | None) -> str | None:
    """The access token, if there is one. Raises `SealBroken`."""
    if sealed is None:
        return None
    return sealer.open(sealed, seal_contexts.access_token(connection_id)).decode()


def open_refresh(sealer: Sealer, connection_id: UUID, sealed: bytes | None) -> str | None:
    """The refresh token, if there is one. Raises `SealBroken`."""
    if sealed is None:
        return None
    return sealer.open(sealed, seal_contexts.refresh_token(connection_id)).decode()

"""Access tokens of programs: which client, by which of its secrets, with which scopes (RFC 9068)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import jwt

from fittrack.kit.clock import Clock
from fittrack.kit.ids import ClientId
from fittrack.server.signed_tokens import IssuedToken, SignedTokens, is_compact, unusable
from fittrack.server.token_keys import TokenKeys

CLIENT_TOKEN_LIFETIME: Final = timedelta(minutes=10)
"""Short: a program gets the next one by itself."""

_OF_CLIENTS: Final = "client_id"
"""The claim that tells tokens of programs from those of people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientClaims:
    """What a verified token of a program says."""

    client_id: ClientId
    secret_id: str
    """The secret that it was got by: the token ends with it."""
    scopes: frozenset[str]
    expires_at: datetime


class ClientTokens(SignedTokens):
    """Issues and verifies access tokens of programs."""

    required = (*SignedTokens.required, _OF_CLIENTS, "scope", "cred")

    def __init__(self, keys: TokenKeys, *, issuer: str, audience: str, clock: Clock) -> None:
        super().__init__(keys, issuer=issuer, audience=audience, clock=clock, lifetime=CLIENT_TOKEN_LIFETIME)

    def issue(
        self, client_id: ClientId, secret_id: str, scope: str, *, secret_ends: datetime | None
    ) -> IssuedToken:
        """A token that begins now, with the scopes in `scope`. It does not outlive the secret."""
        claims = {_OF_CLIENTS: str(client_id), "cred": secret_id, "scope": scope}
        return self._sign(client_id, claims, until=secret_ends)

    def verify(self, token: str) -> ClientClaims:
        """What `token` says, if it is ours and has not ended. Raises `Unauthenticated`."""
        payload, expires_at = self._verify(token)
        try:
            return ClientClaims(
                client_id=ClientId(UUID(payload[_OF_CLIENTS])),
                secret_id=str(payload["cred"]),
                scopes=frozenset(str(payload["scope"]).split()),
                expires_at=expires_at,
            )
        except (ValueError, AttributeError) as error:
            raise unusable() from error


def is_of_client(token: str) -> bool:
    """Whether `token` says that it is a program's; nothing of it is believed yet."""
    if not is_compact(token):
        return False
    try:
        claims = jwt.decode(
            token, options={"verify_signature": False, "verify_exp": False, "verify_aud": False}
        )
    except (jwt.PyJWTError, ValueError, RecursionError):
        return False
    return _OF_CLIENTS in claims

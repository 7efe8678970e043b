"""Access tokens of people: they name the session, and nothing else (SPEC 1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from fittrack.kit.clock import Clock
from fittrack.kit.ids import SessionId, UserId
from fittrack.server.signed_tokens import TOKEN_LENGTH_MAX, IssuedToken, SignedTokens, unusable
from fittrack.server.token_keys import TokenKeys

__all__ = ["ACCESS_TOKEN_LIFETIME", "TOKEN_LENGTH_MAX", "AccessTokens", "Claims", "IssuedToken"]

ACCESS_TOKEN_LIFETIME: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a verified token says."""

    user_id: UserId
    session_id: SessionId
    expires_at: datetime


class AccessTokens(SignedTokens):
    """Issues and verifies access tokens of sessions."""

    required = (*SignedTokens.required, "sid")

    def __init__(
        self,
        keys: TokenKeys,
        *,
        issuer: str,
        audience: str,
        clock: Clock,
        lifetime: timedelta = ACCESS_TOKEN_LIFETIME,
    ) -> None:
        super().__init__(keys, issuer=issuer, audience=audience, clock=clock, lifetime=lifetime)

    def issue(self, user_id: UserId, session_id: SessionId) -> IssuedToken:
        """A token for a session of `user_id` that begins now."""
        return self._sign(user_id, {"sid": str(session_id)})

    def verify(self, token: str) -> Claims:
        """What `token` says, if it is ours and has not ended. Raises `Unauthenticated`."""
        payload, expires_at = self._verify(token)
        try:
            return Claims(
                user_id=UserId(UUID(payload["sub"])),
                session_id=SessionId(UUID(payload["sid"])),
                expires_at=expires_at,
            )
        except (ValueError, AttributeError) as error:
            raise unusable() from error

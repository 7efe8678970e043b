"""Access tokens: JWT made and verified by RFC 8725's rules (SPEC 1).

The algorithm is fixed by configuration, the type is `at+jwt` (RFC 9068), issuer, audience and expiry are
always checked. A token only says which session it belongs to; what its holder may do is the database's word.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import jwt

from fittrack.kit.clock import Clock
from fittrack.kit.ids import SessionId, UserId, uuid7
from fittrack.kit.problems import Unauthenticated
from fittrack.server.token_keys import TokenKeys

ACCESS_TOKEN_LIFETIME: Final = timedelta(hours=1)
TOKEN_LENGTH_MAX: Final = 3 * 1024  # characters: an RS256 token has about 800
_TYPE: Final = "at+jwt"
_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
"""RFC 7515, 7.1: no padding, no blanks. Decoders are lenient; each spelling would be remembered apart."""
_REQUIRED: Final = ["sub", "sid", "jti", "iss", "aud", "iat", "exp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a verified token says."""

    user_id: UserId
    session_id: SessionId
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A new access token and its end."""

    token: str
    expires_at: datetime
    expires_in: int
    """Seconds, as login answers them."""


class AccessTokens:
    """Issues and verifies access tokens."""

    def __init__(
        self,
        keys: TokenKeys,
        *,
        issuer: str,
        audience: str,
        clock: Clock,
        lifetime: timedelta = ACCESS_TOKEN_LIFETIME,
    ) -> None:
        self._keys = keys
        self._issuer, self._audience = issuer, audience
        self._clock = clock
        self.lifetime = lifetime
        # The injected clock decides on the expiry, not the library's.
        self._options: Any = {"require": _REQUIRED, "verify_exp": False, "verify_iat": False}

    def issue(self, user_id: UserId, session_id: SessionId) -> IssuedToken:
        """A token for a session of `user_id` that begins now."""
        now = int(self._clock.now().timestamp())
        lifetime = int(self.lifetime.total_seconds())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(user_id),
            "sid": str(session_id),
            "jti": str(uuid7()),
            "iat": now,
            "exp": now + lifetime,
        }
        headers: dict[str, Any] = {"typ": _TYPE}
        if self._keys.current is not None:
            headers["kid"] = self._keys.current
        token = jwt.encode(claims, self._keys.signing, self._keys.algorithm, headers=headers)
        return IssuedToken(
            token=token, expires_at=datetime.fromtimestamp(now + lifetime, UTC), expires_in=lifetime
        )

    def verify(self, token: str) -> Claims:
        """What `token` says, if it is ours and has not ended. Raises `Unauthenticated`."""
        if len(token) > TOKEN_LENGTH_MAX or not _COMPACT.fullmatch(token):
            raise Unauthenticated("The access token is not valid")
        try:
            claims = self._claims(self._decode(token))
        except (jwt.PyJWTError, ValueError, OverflowError, TypeError, RecursionError) as error:
            raise Unauthenticated("The access token is not valid") from error
        if self._clock.now() >= claims.expires_at:
            raise Unauthenticated("The access token has expired")
        return claims

    def _decode(self, token: str) -> Mapping[str, Any]:
        header = jwt.get_unverified_header(token)
        key = self._keys.verifying.get(header.get("kid"))
        if key is None or header.get("typ") != _TYPE:
            raise jwt.InvalidTokenError("unknown key or type")
        return jwt.decode(
            token,
            key,
            algorithms=[self._keys.algorithm],
            issuer=self._issuer,
            audience=self._audience,
            options=self._options,
        )

    @staticmethod
    def _claims(payload: Mapping[str, Any]) -> Claims:
        return Claims(
            user_id=UserId(UUID(payload["sub"])),
            session_id=SessionId(UUID(payload["sid"])),
            expires_at=datetime.fromtimestamp(int(payload["exp"]), UTC),
        )

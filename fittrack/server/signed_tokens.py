"""Access tokens of any kind: JWT made and verified by RFC 8725's rules (SPEC 1).

The algorithm is fixed by configuration, the type is `at+jwt` (RFC 9068), issuer, audience and expiry are
always checked. A token only says whose it is; what its holder may do is the database's word.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

import jwt

from fittrack.kit.clock import Clock
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import Unauthenticated
from fittrack.server.token_keys import TokenKeys

TOKEN_LENGTH_MAX: Final = 3 * 1024  # characters: an RS256 token has about 800
_TYPE: Final = "at+jwt"
_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
"""RFC 7515, 7.1: no padding, no blanks. Decoders are lenient; each spelling would be remembered apart."""
_UNREADABLE: Final = (jwt.PyJWTError, ValueError, OverflowError, TypeError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A new access token and its end."""

    token: str
    expires_at: datetime
    expires_in: int
    """Seconds, as login answers them."""


class SignedTokens:
    """Signs and verifies; a subclass says what its tokens claim beside what all do."""

    required: ClassVar[Sequence[str]] = ("sub", "jti", "iss", "aud", "iat", "exp")

    def __init__(
        self, keys: TokenKeys, *, issuer: str, audience: str, clock: Clock, lifetime: timedelta
    ) -> None:
        self._keys = keys
        self._issuer, self._audience = issuer, audience
        self._clock = clock
        self.lifetime = lifetime
        # The injected clock decides on the expiry, not the library's.
        self._options: Any = {"require": [*self.required], "verify_exp": False, "verify_iat": False}

    def _sign(
        self, subject: UUID, claims: Mapping[str, Any], *, until: datetime | None = None
    ) -> IssuedToken:
        """A token that begins now and ends after its lifetime, or at `until` if that is earlier."""
        now = int(self._clock.now().timestamp())
        ends = now + int(self.lifetime.total_seconds())
        if until is not None:
            ends = min(ends, int(until.timestamp()))
        payload = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(subject),
            **claims,
            "jti": str(uuid7()),
            "iat": now,
            "exp": ends,
        }
        headers: dict[str, Any] = {"typ": _TYPE}
        if self._keys.current is not None:
            headers["kid"] = self._keys.current
        token = jwt.encode(payload, self._keys.signing, self._keys.algorithm, headers=headers)
        return IssuedToken(token=token, expires_at=datetime.fromtimestamp(ends, UTC), expires_in=ends - now)

    def _verify(self, token: str) -> tuple[Mapping[str, Any], datetime]:
        """What `token` says and when it ends, if it is ours and has not ended. Raises `Unauthenticated`."""
        if not is_compact(token):
            raise unusable()
        try:
            payload = self._decode(token)
            expires_at = datetime.fromtimestamp(int(payload["exp"]), UTC)
        except _UNREADABLE as error:
            raise unusable() from error
        if self._clock.now() >= expires_at:
            raise Unauthenticated("The access token has expired")
        return payload, expires_at

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


def is_compact(token: str) -> bool:
    """Whether it has the form of a token, and a bearable length."""
    return len(token) <= TOKEN_LENGTH_MAX and _COMPACT.fullmatch(token) is not None


def unusable() -> Unauthenticated:
    """What is said of a token that is none of ours."""
    return Unauthenticated("The access token is not valid")

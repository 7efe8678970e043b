"""ID tokens of OpenID Connect issuers: who somebody is by the word of Google or Apple (SPEC 1; RFC 8725).

A token is believed when it is signed by a key that its issuer publishes, meant for one of our apps,
fresh, and bound to the nonce of the sign-in it was made for. Everything else about it is ignored.
"""

import hashlib
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry
from msgspec import Struct

from fittrack.integrations.jwks import ALGORITHM, RemoteKeySet
from fittrack.kit.clock import Clock

ID_TOKEN_LENGTH_MAX: Final = 8 * 1024
"""Characters: Google's have about 1,200, Apple's 900."""
KEY_ID_LENGTH_MAX: Final = 200
SUBJECT_LENGTH_MAX: Final = 255
"""ASCII characters (OpenID Connect Core, 2)."""

SKEW: Final = timedelta(seconds=60)
"""How far the issuer's clock and ours may differ."""
AGE_MAX: Final = timedelta(minutes=10)
"""Since it was issued: time to fill in a form. Apple's tokens live for a day, Google's for an hour: for
that long a stolen one must not open an account."""


class IdTokenRefused(Exception):  # noqa: N818 - says what happened
    """The token proves nothing to us; the sentence says why and quotes none of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Whom we believe, and what its tokens must say."""

    name: str
    """What identities are kept under: it outlives addresses."""
    spellings: frozenset[str]
    """How it writes itself into `iss`: Google in two ways."""
    client_ids: frozenset[str]
    """Our apps: each token is for one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody, as a verified token tells. `subject` is the issuer's own name of them and never changes."""

    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    """By the issuer; without an email it means nothing."""
    token_hash: bytes
    """SHA-256 of what is signed: the same however the signature is spelled."""
    token_ends: datetime
    """From then on the token is refused for its age."""


class _Header(Struct, frozen=True):
    """What a token says of its own signature."""

    alg: str
    kid: str
    crit: list[str] | None = None


class IdTokens:
    """Verifies the ID tokens of one issuer."""

    def __init__(self, issuer: Issuer, keys: RemoteKeySet, clock: Clock) -> None:
        self._issuer = issuer
        self._keys = keys
        self._clock = clock
        # Headers we do not know are no harm, as long as none of them is critical.
        self._registry = JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)

    async def verify(self, token: str, nonce: str | None) -> Identity:
        """Who `token` says it is. Raises `IdTokenRefused`, or `IssuerUnavailable` when nobody can tell."""
        header = _header_of(token)
        key = await self._keys.find(header.kid)
        if key is None:
            raise IdTokenRefused("It is signed with a key that its issuer does not publish")
        try:
            verified = jwt.decode(token, key, [ALGORITHM], self._registry)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise IdTokenRefused("It is not signed by its issuer") from error
        return self._identity(verified, token, nonce)

    async def stop(self) -> None:
        """Give up what is being fetched."""
        await self._keys.stop()

    def _identity(self, verified: jwt.Token, token: str, nonce: str | None) -> Identity:
        claims, now = verified.claims, self._clock.now()
        self._check_claims(verified, now)
        if int(now.timestamp()) - claims["iat"] > (AGE_MAX + SKEW).total_seconds():
            raise IdTokenRefused("It is too old: sign in with the issuer again")
        _check_nonce(claims, nonce)
        email = claims.get("email")
        return Identity(
            issuer=self._issuer.name,
            subject=_subject_of(claims),
            email=email if isinstance(email, str) and email else None,
            # Apple writes the boolean as a string.
            email_verified=str(claims.get("email_verified")).lower() == "true",
            token_hash=hashlib.sha256(token.rpartition(".")[0].encode()).digest(),
            token_ends=now + AGE_MAX + 2 * SKEW,
        )

    def _check_claims(self, verified: jwt.Token, now: datetime) -> None:
        ours = sorted(self._issuer.client_ids)
        wanted: dict[str, Any] = {
            "iss": {"essential": True, "values": sorted(self._issuer.spellings)},
            "aud": {"essential": True, "values": ours},
            "azp": {"values": ours},  # whom it was issued to, where that is not whom it is for
        }
        try:
            CodeIDToken(verified.claims, verified.header, wanted).validate(
                now=int(now.timestamp()), leeway=int(SKEW.total_seconds())
            )
        except JoseError as error:
            raise IdTokenRefused(f"Its claims are not as they must be: {error}") from error
        audience = verified.claims["aud"]
        if isinstance(audience, list) and not self._issuer.client_ids.issuperset(audience):
            raise IdTokenRefused("It is for others, too")


def _header_of(token: str) -> _Header:
    """Read before anything is verified: whatever strangers write into it ends here."""
    if len(token) > ID_TOKEN_LENGTH_MAX:
        raise IdTokenRefused(f"It has more than {ID_TOKEN_LENGTH_MAX} characters")
    encoded, _, rest = token.partition(".")
    if rest.count(".") != 1:
        raise IdTokenRefused("It is no signed JSON Web Token")
    try:
        text = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        header = msgspec.json.decode(text, type=_Header)
    except (ValueError, RecursionError) as error:  # msgspec's and base64's errors are ValueErrors, too
        raise IdTokenRefused("Its header cannot be read") from error
    if header.alg != ALGORITHM or header.crit is not None:
        raise IdTokenRefused(f"It is not signed with {ALGORITHM} alone")
    if len(header.kid) > KEY_ID_LENGTH_MAX:
        raise IdTokenRefused("The name of its key is too long")
    return header


def _check_nonce(claims: Mapping[str, Any], nonce: str | None) -> None:
    """A token that is bound to a nonce is good only with it, and the other way round.

    Issuers repeat what an app gave them: the nonce itself or, as Apple's and Firebase's kits do, its
    SHA-256 in hexadecimal digits.
    """
    bound = claims.get("nonce")
    if bound is None and nonce is None:
        return
    if bound is None or nonce is None:
        raise IdTokenRefused("It has no nonce" if bound is None else "The nonce it is bound to is missing")
    spellings = (nonce, hashlib.sha256(nonce.encode()).hexdigest())
    if bound not in spellings:
        raise IdTokenRefused("It is bound to another nonce")


def _subject_of(claims: Mapping[str, Any]) -> str:
    subject: str = claims["sub"]
    if not (0 < len(subject) <= SUBJECT_LENGTH_MAX and subject.isascii() and subject.isprintable()):
        raise IdTokenRefused("Its subject cannot be kept")
    return subject

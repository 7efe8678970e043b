"""Keys of the access tokens: a derived secret under HS256, a key pair under RS256, with rotation.

Under RS256 a key is named (`kid`) by its thumbprint (RFC 7638), so nothing has to be configured twice;
the public keys of former pairs stay listed until the last of their tokens has ended.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from jwt.algorithms import RSAAlgorithm

RSA_BITS_MIN: Final = 2048  # NIST SP 800-131A
_PUBLIC_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)


class KeyUnusableError(ValueError):
    """A configured key cannot be used; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKeys:
    """What access tokens are signed and verified with."""

    algorithm: Literal["HS256", "RS256"]
    signing: bytes | RSAPrivateKey = field(repr=False)
    current: str | None
    """The `kid` of new tokens; none under HS256."""
    verifying: Mapping[str | None, bytes | RSAPublicKey] = field(repr=False)

    @classmethod
    def from_secret(cls, secret: bytes) -> "TokenKeys":
        """HS256. The key is derived, so that the secret's other uses never share it."""
        key = hmac.digest(secret, b"fittrack/access-token/v1", hashlib.sha256)
        return cls(algorithm="HS256", signing=key, current=None, verifying={None: key})

    @classmethod
    def from_pem(cls, private_pem: str, public_pems: str = "") -> "TokenKeys":
        """RS256. `public_pems` may hold several keys: those of former pairs still verify."""
        private = _private_key(private_pem)
        public = private.public_key()
        verifying: dict[str | None, bytes | RSAPublicKey] = {thumbprint(public): public}
        for former in map(_public_key, _PUBLIC_PEM.findall(public_pems)):
            verifying[thumbprint(former)] = former
        return cls(algorithm="RS256", signing=private, current=thumbprint(public), verifying=verifying)

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """The public keys as a JSON Web Key Set (RFC 7517); empty under HS256."""
        keys = [
            {**_members(key), "kid": kid, "alg": self.algorithm, "use": "sig"}
            for kid, key in self.verifying.items()
            if isinstance(key, RSAPublicKey)
        ]
        return {"keys": keys}


def thumbprint(key: RSAPublicKey) -> str:
    """The JWK thumbprint of `key` (RFC 7638): base64url of SHA-256."""
    members = _members(key)
    canonical = f'{{"e":"{members["e"]}","kty":"RSA","n":"{members["n"]}"}}'
    return urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()


def _members(key: RSAPublicKey) -> dict[str, Any]:
    jwk = RSAAlgorithm.to_jwk(key, as_dict=True)
    return {"kty": "RSA", "n": jwk["n"], "e": jwk["e"]}


def _private_key(pem: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise KeyUnusableError("JWT_PRIVATE_KEY is not an unencrypted private key in PEM") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < RSA_BITS_MIN:
        raise KeyUnusableError(f"JWT_PRIVATE_KEY is not an RSA key of at least {RSA_BITS_MIN} bits")
    return key


def _public_key(pem: str) -> RSAPublicKey:
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError as error:
        raise KeyUnusableError("JWT_PUBLIC_KEY holds something that is no public key in PEM") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < RSA_BITS_MIN:
        raise KeyUnusableError(f"JWT_PUBLIC_KEY holds a key that is not RSA of at least {RSA_BITS_MIN} bits")
    return key

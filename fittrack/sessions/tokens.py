"""Secret tokens: 256 random bits, shown once, kept as SHA-256.

The prefixes let scanners for leaked secrets recognise them.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from typing import Final

TOKEN_BYTES: Final = 32
REFRESH_PREFIX: Final = "ftr_"
EMAIL_PREFIX: Final = "fte_"
CLIENT_PREFIX: Final = "ftc_"


def new_token(prefix: str) -> str:
    """A token nobody can guess."""
    return _written(prefix, secrets.token_bytes(TOKEN_BYTES))


def new_salt() -> bytes:
    """What makes the successor of a token unforeseeable, even for who holds the token."""
    return secrets.token_bytes(TOKEN_BYTES)


def successor(token: str, salt: bytes) -> str:
    """The refresh token that follows `token`: only who holds both token and `salt` can tell it."""
    return _written(REFRESH_PREFIX, hmac.digest(salt, token.encode(), "sha256"))


def hash_token(token: str) -> bytes:
    """What is kept of a token (32 bytes)."""
    return hashlib.sha256(token.encode()).digest()


def device_key(user_id: bytes, device_id: str) -> bytes:
    """One device of one account (32 bytes): at most one session of it lives at a time."""
    return hashlib.sha256(user_id + device_id.encode()).digest()


def _written(prefix: str, value: bytes) -> str:
    return prefix + urlsafe_b64encode(value).decode().rstrip("=")

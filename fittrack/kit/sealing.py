"""Secrets at rest: AES-256-GCM under named keys, so that keys can be replaced one after the other.

A sealed value is `version (1) ‖ length of key id (1) ‖ key id ‖ nonce (12) ‖ ciphertext and tag`. All
that precedes the nonce, and the context it was sealed for, are authenticated with it: a value copied
into another row does not open.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
"""Random: safe for 2^32 values under one key (NIST SP 800-38D, 8.3), far more than we seal."""
KEY_ID_LENGTH_MAX = 16
_VERSION = 1


class SealBroken(Exception):  # noqa: N818 - says what happened
    """The value was altered, belongs to another context, or its key is not configured."""


class Sealer:
    """Seals under the first of its keys and opens under any.

    `keys`: 32 bytes each by key id (1 to 16 ASCII characters). To rotate, put a new key first and keep
    the former ones for as long as values sealed under them are kept.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        for key_id, key in keys.items():
            if not (0 < len(key_id) <= KEY_ID_LENGTH_MAX and key_id.isascii() and key_id.isprintable()):
                raise ValueError(f"A key id has 1 to {KEY_ID_LENGTH_MAX} ASCII characters")
            if len(key) != KEY_BYTES:
                raise ValueError(f"Key {key_id!r} has {len(key)} bytes instead of {KEY_BYTES}")
        if not keys:
            raise ValueError("At least one key is needed")
        self._ciphers = {key_id.encode("ascii"): AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(self._ciphers))
        self.key_ids = tuple(keys)
        self.current = self.key_ids[0]
        """The id of the key that seals."""

    @classmethod
    def from_text(cls, text: str) -> "Sealer":
        """Read `TOKEN_KEYS`: `id:base64` pairs separated by commas, the one to seal with first.

        Raises ValueError with a sentence that quotes no key.
        """
        keys: dict[str, bytes] = {}
        for pair in filter(None, (part.strip() for part in text.split(","))):
            key_id, colon, encoded = pair.partition(":")
            if not colon:
                raise ValueError("TOKEN_KEYS are written id:base64, separated by commas")
            if key_id in keys:
                raise ValueError(f"TOKEN_KEYS name {key_id!r} twice")
            keys[key_id] = _decode_key(key_id, encoded)
        return cls(keys)

    def seal(self, plaintext: bytes, context: bytes) -> bytes:
        """`plaintext`, readable only with the key and for the same `context` (e.g. `drawing-seed:<id>`)."""
        header = bytes((_VERSION, len(self._current))) + self._current
        nonce = os.urandom(NONCE_BYTES)
        return header + nonce + self._ciphers[self._current].encrypt(nonce, plaintext, header + context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """What was sealed for `context`. Raises `SealBroken`."""
        header, body = _split(sealed)
        cipher = self._ciphers.get(header[2:])
        if cipher is None:
            raise SealBroken("it was sealed under a key that is not configured")
        try:
            return cipher.decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], header + context)
        except (InvalidTag, ValueError) as error:
            raise SealBroken("it was altered, or sealed for something else") from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether `sealed` uses the newest key; one that does not is due to be sealed again."""
        return _split(sealed)[0][2:] == self._current


def key_id_of(sealed: bytes) -> str:
    """The id of the key that `sealed` needs. Raises `SealBroken` for what is no sealed value."""
    try:
        return _split(sealed)[0][2:].decode("ascii")
    except UnicodeDecodeError as error:
        raise SealBroken("it is no sealed value") from error


def new_key_id(now: datetime) -> str:
    """An id that tells a key's day, and is no other key's of that day: `2026-03-01-9f3a`."""
    return f"{now:%Y-%m-%d}-{os.urandom(2).hex()}"


def new_key(key_id: str) -> str:
    """A new key as `TOKEN_KEYS` take it."""
    return f"{key_id}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


def _split(sealed: bytes) -> tuple[bytes, bytes]:
    if len(sealed) < 2 or sealed[0] != _VERSION:
        raise SealBroken("it is no sealed value")
    end = 2 + sealed[1]
    return sealed[:end], sealed[end:]


def _decode_key(key_id: str, encoded: str) -> bytes:
    try:
        # Both alphabets are in use for keys; padding is often lost on the way.
        plain = encoded.strip().replace("-", "+").replace("_", "/").rstrip("=")
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(f"Key {key_id!r} of TOKEN_KEYS is not base64") from error

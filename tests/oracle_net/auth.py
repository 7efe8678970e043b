"""Signing in with Oracle's 12c verifier: neither side sends the password, both prove that they know it."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

VERIFIER_12C = 0x4815
VERIFIER_ROUNDS, SESSION_KEY_ROUNDS = 4_096, 3
KEY_BYTES = 32
BLOCK_BYTES = 16


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the server keeps between the two phases of signing in."""

    password: str
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key_salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    our_part: bytes = field(default_factory=lambda: secrets.token_bytes(KEY_BYTES))

    def pairs(self) -> list[tuple[str, str, int]]:
        """The first phase's answer: names, values, flags."""
        return [
            ("AUTH_SESSKEY", _hex(_aes(self._verifier(), self.our_part, encrypt=True)), 0),
            ("AUTH_VFR_DATA", _hex(self.salt), VERIFIER_12C),
            ("AUTH_PBKDF2_CSK_SALT", _hex(self.key_salt), 0),
            ("AUTH_PBKDF2_VGEN_COUNT", str(VERIFIER_ROUNDS), 0),
            ("AUTH_PBKDF2_SDER_COUNT", str(SESSION_KEY_ROUNDS), 0),
        ]

    def proof(self, given: dict[str, str]) -> str | None:
        """What proves to the client that the server knows the password; None if the client does not."""
        their_part = _aes(self._verifier(), bytes.fromhex(given["AUTH_SESSKEY"]), encrypt=False)[:KEY_BYTES]
        material = _hex(their_part + self.our_part).encode()
        key = hashlib.pbkdf2_hmac("sha512", material, self.key_salt, SESSION_KEY_ROUNDS, KEY_BYTES)
        padded = _aes(key, bytes.fromhex(given["AUTH_PASSWORD"]), encrypt=False)
        password = padded[BLOCK_BYTES : -padded[-1]]
        if not hmac.compare_digest(password, self.password.encode()):
            return None
        return _hex(_aes(key, secrets.token_bytes(BLOCK_BYTES) + b"SERVER_TO_CLIENT", encrypt=True))

    def _verifier(self) -> bytes:
        salt = self.salt + b"AUTH_PBKDF2_SPEEDY_KEY"
        key = hashlib.pbkdf2_hmac("sha512", self.password.encode(), salt, VERIFIER_ROUNDS, 64)
        return hashlib.sha512(key + self.salt).digest()[:KEY_BYTES]


def _hex(data: bytes) -> str:
    return data.hex().upper()


def _aes(key: bytes, data: bytes, *, encrypt: bool) -> bytes:
    cipher = Cipher(algorithms.AES(key), modes.CBC(bytes(BLOCK_BYTES)))
    step = cipher.encryptor() if encrypt else cipher.decryptor()
    return step.update(data) + step.finalize()

"""Making secrets and recovery codes, and how they are kept: sealed the ones, hashed the others."""

import secrets
from base64 import b32encode
from typing import Final

from pyotp import TOTP, random_base32

from fittrack.kit.ids import UserId
from fittrack.kit.seal_contexts import mfa_secret
from fittrack.kit.sealing import Sealer
from fittrack.sessions.tokens import hash_token

ISSUER: Final = "FitTrack"
"""What authenticator apps show."""

RECOVERY_CODES: Final = 10

_RECOVERY_BYTES: Final = 15
"""120 random bits: from 112 on a plain hash protects a code as well as a slow one (OWASP ASVS 5, 6.5.2)."""


def new_secret() -> str:
    """160 random bits in base32 (RFC 4226, 4, R6)."""
    return random_base32()


def otpauth_uri(secret: str, email: str) -> str:
    """What an authenticator app reads from a QR code."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def seal(sealer: Sealer, user_id: UserId, secret: str) -> bytes:
    """The secret as it is stored: readable for this account alone."""
    return sealer.seal(secret.encode(), mfa_secret(user_id))


def unseal(sealer: Sealer, user_id: UserId, sealed: bytes) -> str:
    """The secret again."""
    return sealer.open(sealed, mfa_secret(user_id)).decode()


def new_recovery_codes() -> list[str]:
    """Codes that replace the authenticator once each."""
    return [b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]


def hash_code(code: str) -> bytes:
    """What is kept of a recovery code (32 bytes)."""
    return hash_token(code)

"""Which codes are right, and when; how codes are written (SPEC 1; RFC 6238). Pure."""

import hmac
from datetime import datetime, timedelta
from typing import Final

from pyotp import HOTP

STEP: Final = timedelta(seconds=30)
"""What authenticator apps take for granted, as well as SHA-1 and six digits."""

SKEW_STEPS: Final = 1
"""A code may be of the step before or after: phones' clocks differ, and typing takes time."""

ENROLMENT_LIFETIME: Final = timedelta(minutes=15)
"""How long a secret waits for its first code: to fetch the phone, not to be found later."""

_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00Z")
_GROUP: Final = 4
_SEPARATORS: Final = str.maketrans("", "", " -")


def time_step(now: datetime) -> int:
    """RFC 6238's T: whole steps since 1970."""
    return (now - _EPOCH) // STEP


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The step whose code this is; none if it is that of no step near `now`."""
    generator, current, found = HOTP(secret), time_step(now), None
    for step in range(current - SKEW_STEPS, current + SKEW_STEPS + 1):  # all of them: it takes as long
        if hmac.compare_digest(generator.at(step).encode(), code.encode()):
            found = step
    return found


def is_waiting(enrolled_at: datetime, now: datetime) -> bool:
    """Whether a secret that was enrolled then may still be confirmed."""
    return now < enrolled_at + ENROLMENT_LIFETIME


def bare(code: str) -> str:
    """A code as it was typed, without what only helps the eye."""
    return code.translate(_SEPARATORS).upper()


def in_groups(code: str) -> str:
    """A recovery code as it is shown."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))

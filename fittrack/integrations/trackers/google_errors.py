"""Why Google refuses a request, as the bodies of its errors say. Pure.

A 403 may be about the person, about our quota, or about our project: only the first is theirs to mend.
"""

from typing import Final

import msgspec
from msgspec import Struct

from fittrack.integrations.trackers.calling import Denial

_OF_CONSENT: Final = frozenset({"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions", "authError"})
_OF_QUOTA: Final = frozenset(
    {"RATE_LIMIT_EXCEEDED", "RESOURCE_QUOTA_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded"}
    | {"dailyLimitExceeded", "quotaExceeded"}
)
"""Reasons of `google.rpc.ErrorInfo`, and those of the older form of errors."""


class _Reason(Struct):
    reason: str = ""


class _Error(Struct):
    status: str = ""
    details: list[_Reason] = []
    errors: list[_Reason] = []


class _Body(Struct):
    error: _Error


def denial_of(text: bytes) -> Denial:
    """What the body of a 403 says."""
    try:
        error = msgspec.json.decode(text, type=_Body).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Denial.OTHER
    reasons = {each.reason for each in (*error.details, *error.errors)} - {""}
    if reasons & _OF_CONSENT:
        return Denial.CONSENT
    if reasons & _OF_QUOTA:
        return Denial.QUOTA
    # Without a reason it is about whom we ask for: what is about our project names one.
    return Denial.CONSENT if error.status == "PERMISSION_DENIED" and not reasons else Denial.OTHER

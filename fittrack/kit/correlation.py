"""The correlation id: one word that follows a request through logs, actors, brokers and frames."""

import re
import secrets
from contextvars import ContextVar
from itertools import count
from typing import Final

CORRELATION_ID_LENGTH_MAX: Final = 64
"""Characters: a UUID has 36, other systems' trace ids up to 64. The width of the audit log's column."""

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
"""The id of what is being served in this context; empty outside of any."""

trace_id: ContextVar[str] = ContextVar("trace_id", default="")
"""The trace that the caller's `traceparent` names (W3C Trace Context); empty where there is none."""

_TRACEPARENT: Final = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)
_FIRST_VERSION: Final = "00"

_process = secrets.token_hex(8)
_numbers = count(1)

_PUNCTUATION = str.maketrans("", "", "-_.")


def accept_correlation_id(offered: str | None) -> str:
    """`offered` if it is harmless in logs and headers (letters, digits, `-_.`), else a new id."""
    if offered and len(offered) <= CORRELATION_ID_LENGTH_MAX and offered.isascii():
        bare = offered.translate(_PUNCTUATION)
        if bare.isalnum():
            return offered
    return new_correlation_id()


def trace_of(traceparent: str | None) -> str:
    """The trace id in a `traceparent` header, or nothing when it cannot be read (then it is ignored)."""
    if traceparent is None:
        return ""
    found = _TRACEPARENT.match(traceparent)
    if found is None:
        return ""
    rest = traceparent[found.end() :]
    later = not traceparent.startswith(_FIRST_VERSION) and rest.startswith(
        "-"
    )  # later versions may have more
    return found[1] if not rest or later else ""


def new_correlation_id() -> str:
    """An id that nothing else has: the process's own random 64 bits, and a number. Not a secret."""
    return f"{_process}-{next(_numbers):x}"

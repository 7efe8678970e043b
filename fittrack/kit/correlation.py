"""The correlation id: one word that follows a request through logs, actors, brokers and frames."""

import secrets
from contextvars import ContextVar
from itertools import count
from typing import Final

CORRELATION_ID_LENGTH_MAX: Final = 64
"""Characters: a UUID has 36, other systems' trace ids up to 64. The width of the audit log's column."""

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
"""The id of what is being served in this context; empty outside of any."""

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


def new_correlation_id() -> str:
    """An id that nothing else has: the process's own random 64 bits, and a number. Not a secret."""
    return f"{_process}-{next(_numbers):x}"

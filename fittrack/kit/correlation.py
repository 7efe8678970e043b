"""The correlation id: one word that follows a request through logs, actors, brokers and frames."""

from contextvars import ContextVar
from typing import Final

from fittrack.kit.ids import uuid7

CORRELATION_ID_LENGTH_MAX: Final = 64
"""Characters: a UUID has 36, other systems' trace ids up to 64. The width of the audit log's column."""

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
"""The id of what is being served in this context; empty outside of any."""

_PUNCTUATION = str.maketrans("", "", "-_.")


def accept_correlation_id(offered: str | None) -> str:
    """`offered` if it is harmless in logs and headers (letters, digits, `-_.`), else a new id."""
    if offered and len(offered) <= CORRELATION_ID_LENGTH_MAX and offered.isascii():
        bare = offered.translate(_PUNCTUATION)
        if bare.isalnum():
            return offered
    return str(uuid7())

"""On whose behalf something is done: one trace id follows a request through logs, actors and nodes.

A *cause* is a trace id of W3C Trace Context (32 hexadecimal digits), where spans are recorded with the span
it came from (`-` and 16 digits), and with the client's own word for its request (`;` and the word) where it
sent one. A string, since one is made for every command and travels with every message.
"""

import re
import secrets
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from itertools import count
from typing import Final

CORRELATION_ID_LENGTH_MAX: Final = 64
"""Characters: a UUID has 36, other systems' trace ids up to 64. The width of the audit log's column."""

TRACE_ID_LENGTH: Final = 32
SPAN_ID_LENGTH: Final = 16
_SPAN_ENDS: Final = TRACE_ID_LENGTH + 1 + SPAN_ID_LENGTH

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
"""The id of the request that is served in this context, as its client is told; empty outside of any."""

cause: ContextVar[str] = ContextVar("cause", default="")
"""On whose behalf this context runs, where that is no actor's turn; empty where nobody asked."""


def _in_no_turn() -> str | None:
    return None


turn_cause: Callable[[], str | None] = _in_no_turn
"""The cause of the turn that is being taken; None outside of turns. The actors' runtime puts it here."""

_TRACEPARENT: Final = re.compile(
    r"(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16})-[0-9a-f]{2}"
)
_FIRST_VERSION: Final = "00"

_SPREAD: Final = 0x9E3779B97F4A7C15
"""Odd, so no two numbers become one; and samplers that go by the low half (`traceidratio`) find it even."""

_LOW_HALF: Final = (1 << 64) - 1

_process = secrets.token_hex(8)
_numbers = count(1)

_PUNCTUATION = str.maketrans("", "", "-_.")


def accept_correlation_id(offered: str | None) -> str | None:
    """`offered` if it is harmless in logs and headers (letters, digits, `-_.`)."""
    if offered and len(offered) <= CORRELATION_ID_LENGTH_MAX and offered.isascii():
        bare = offered.translate(_PUNCTUATION)
        if bare.isalnum():
            return offered
    return None


def parent_of(traceparent: str | None) -> str:
    """Trace and span in a `traceparent` header, or nothing when it cannot be read (then it is ignored)."""
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


def new_trace_id() -> str:
    """One that nothing else has: the process's own random 64 bits, and a number, spread. Not a secret."""
    return f"{_process}{next(_numbers) * _SPREAD & _LOW_HALF:016x}"


def trace_of(cause: str) -> str:
    """The trace id of a cause."""
    return cause[:TRACE_ID_LENGTH]


def span_of(cause: str) -> str:
    """The span that a cause came from; empty where none was recorded."""
    return (
        cause[TRACE_ID_LENGTH + 1 : _SPAN_ENDS] if cause[TRACE_ID_LENGTH : TRACE_ID_LENGTH + 1] == "-" else ""
    )


def request_of(cause: str) -> str:
    """What the client called its request: its own word, else the trace."""
    return cause.partition(";")[2] or trace_of(cause)


def current_cause() -> str:
    """On whose behalf this code runs; empty where nobody asked."""
    in_turn = turn_cause()
    return cause.get() if in_turn is None else in_turn


def own_context() -> Context:
    """A copy of the present context with a trace of its own, for a task that somebody's message begins."""
    context = copy_context()
    context.run(cause.set, new_trace_id())
    return context

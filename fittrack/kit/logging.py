"""Structured logs: one event a line, with the correlation id, without secrets and personal data (SPEC 11)."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, Literal, TextIO

import structlog
from structlog.typing import Processor

from fittrack.kit.correlation import correlation_id, current_cause, request_of, trace_of

REDACTED: Final = "[redacted]"
_PRIVATE_NAMES: Final = (
    "password", "passwd", "secret", "token", "authorization", "cookie", "api_key", "private_key",
    "email", "date_of_birth", "address", "street", "phone",
)  # fmt: skip
"""A field whose name holds one of these is not written, whatever it holds."""

_CHATTY: Final = (
    "aiohttp.access",
    "apscheduler",
    "alembic.runtime.migration",
    "asyncio",
    "alembic.runtime.plugins",
)


def configure_logging(
    level: str,
    form: Literal["json", "console"],
    stream: TextIO | None = None,
    *,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Send the logs of the product and of its libraries to `stream` (standard error by default).

    `form`: JSON lines for machines, colours for people. `facts` stand in every line: which worker speaks.
    """
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_cause,
        *([_add(facts)] if facts else []),
        redact,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(form)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def add_cause(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say on whose behalf the line was written: of the `cause` that it names, else of the present one."""
    cause = event.pop("cause", None) or current_cause()
    if cause:
        event.setdefault("trace_id", trace_of(cause))
        event.setdefault("request_id", request_of(cause))
    elif current := correlation_id.get():
        event.setdefault("request_id", current)
    return event


def _add(facts: Mapping[str, object]) -> Processor:
    def add(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {**event, **facts}

    return add


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leave out what is secret or personal by its name, also inside mappings."""
    for name, value in event.items():
        if any(private in name.lower() for private in _PRIVATE_NAMES):
            event[name] = REDACTED
        elif isinstance(value, dict):
            event[name] = redact(None, "", dict(value))
    return event


def _renderers(form: Literal["json", "console"]) -> list[Processor]:
    # Tracebacks without the values of local variables: those may be anything.
    if form == "console":
        return [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]

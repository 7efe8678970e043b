"""What was logged, line by line."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog

from fittrack.kit.logging import configure_logging

Lines = Callable[[], list[dict[str, Any]]]


@contextmanager
def written_lines(level: str) -> Iterator[Lines]:
    """Logging as in production; gives what was written, line by line."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    configure_logging(level, "json", stream)
    structlog.configure(cache_logger_on_first_use=False)  # loggers of modules outlive this test
    try:
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    finally:
        root.handlers[:] = before[0]
        root.setLevel(before[1])
        structlog.reset_defaults()


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The same, as far as an operator usually wants to know."""
    with written_lines("INFO") as lines:
        yield lines

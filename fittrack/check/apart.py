"""A check in a process of its own, at the lowest priority: it takes no time from the actors' interpreter.

`run_apart` starts `python -m fittrack.check.apart_main`, tells it what to check on its standard input, and
reads what it found on its standard output.
"""

import asyncio
import os
import pickle
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import msgspec

from fittrack.db.engine import DatabaseSettings
from fittrack.fairness.beacon import Chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to check, and with what."""

    database: DatabaseSettings
    token_keys: str = field(repr=False)
    zone: ZoneInfo
    chains: Mapping[str, Chain]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a check came to."""

    examined: int
    """Rows, each as often as an invariant looked at it."""
    violations: dict[str, int]
    """By invariant; none in a sound database."""
    sentences: list[str]


class CheckFailed(Exception):  # noqa: N818 - says what happened
    """The process ended without a result."""


async def run_apart(task: Task) -> Found:
    """Check, and wait for what comes of it. Whoever stops waiting ends the process."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "fittrack.check.apart_main"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.curdir for path in sys.path)},
    )
    try:
        said, _ = await process.communicate(pickle.dumps(task))
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise CheckFailed(f"it ended with {process.returncode}")
    return msgspec.json.decode(said, type=Found)

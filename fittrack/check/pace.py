"""Working a little, resting a lot: a check beside a running server is no spike of load."""

import time
from typing import Final

WORK_S: Final = 0.05
"""Seconds of work between two rests: what a query of a player's may be held up by on a busy disk."""

REST_PER_WORK: Final = 4.0
"""A fifth of a core, and of the disk, at most."""


class Pace:
    """Called between rows, it rests when there was enough work."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self) -> None:
        worked = time.monotonic() - self._began
        if worked >= WORK_S:
            time.sleep(worked * REST_PER_WORK)
            self._began = time.monotonic()

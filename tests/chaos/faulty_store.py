"""What the writer's process of a `faulty_server` writes to: a store that fails at a chosen step.

It behaves until SIGUSR1 arms it; from then on steps are counted. Steps are those of `WatchedStore`, of
transactions that append something; `committed` is after the COMMIT and before anybody is told.
"""

import os
import signal
import sqlite3
from typing import Literal

from fittrack.db.handles import Engine
from tests.fittrack.db.faults import Watched, sqlite_error, watched_store

Kind = Literal["kill", "kill-writer", "fail"]


def faulty_store(engine: Engine, kind: Kind, name: str, occurrence: int) -> Watched:
    """A store for the writer's process, which SIGUSR1 arms."""
    fault = Fault(kind, name, occurrence)
    signal.signal(signal.SIGUSR1, fault.arm)
    return watched_store(engine, fault)


class Fault:
    """What happens at the `occurrence`-th `name` after the arming."""

    def __init__(self, kind: Kind, name: str, occurrence: int) -> None:
        self._kind, self._name, self._left = kind, name, occurrence
        self._armed = False
        self._has_rows = False

    def arm(self, *_: object) -> None:
        """Begin to count."""
        self._armed = True

    def __call__(self, step: str) -> None:
        self._has_rows = step != "begin" and (self._has_rows or step == "insert")
        if not self._armed or step != self._name or not (self._has_rows or step == "begin"):
            return
        self._left -= 1
        if self._left:
            return
        if self._kind == "kill":
            os.kill(os.getppid(), signal.SIGKILL)
        if self._kind != "fail":
            os.kill(os.getpid(), signal.SIGKILL)
        raise sqlite_error("disk I/O error", sqlite3.SQLITE_IOERR_FSYNC)

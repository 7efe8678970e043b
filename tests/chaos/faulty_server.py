"""A server whose journal fails at a chosen step: `python -m tests.chaos.faulty_server --at commit:3 …`

It behaves until SIGUSR1 arms it; from then on steps are counted. At the third COMMIT `--do kill` ends the
process, `--do fail` has it fail. Steps are those of `WatchedStore`, of transactions that append something;
`committed` is after the COMMIT and before anybody is told.
"""

import argparse
import os
import signal
import sqlite3

import uvloop

from fittrack.cli import run_server
from fittrack.config import load_settings
from fittrack.kit.logging import configure_logging
from tests.fittrack.db.faults import WatchedStore, sqlite_error


class Fault:
    """What happens at the `occurrence`-th `name` after the arming."""

    def __init__(self, kind: str, name: str, occurrence: int) -> None:
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
            os.kill(os.getpid(), signal.SIGKILL)
        raise sqlite_error("disk I/O error", sqlite3.SQLITE_IOERR_FSYNC)


def main() -> None:
    """Serve until the chosen step."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--at", required=True, help="STEP:OCCURRENCE, counted from 1")
    parser.add_argument("--do", choices=("kill", "fail"), required=True)
    given = parser.parse_args()
    settings = load_settings()
    configure_logging(settings.log_level, settings.log_format)
    name, _, occurrence = given.at.partition(":")
    fault = Fault(given.do, name, int(occurrence))
    signal.signal(signal.SIGUSR1, fault.arm)
    uvloop.run(run_server(settings, given.host, given.port, store=lambda engine: WatchedStore(engine, fault)))


if __name__ == "__main__":
    main()

"""Starts a server and its clients as processes, and asks the server what it measured.

Where there are several cores, the server has the first to itself: in production its clients are phones.
"""

import json
import os
import subprocess
import sys
import time
from types import TracebackType
from typing import Any, Self

CLIENTS_PER_PROCESS = 5_000
"""Open files are limited to 20,000 in places; a process of clients stays well below."""

SETTLE_S = 0.1
"""Seconds without another byte after which everything has arrived."""


class Arena:
    """One server process and the processes of its clients, ended with the `with` block."""

    def __init__(self, kind: str, *options: str) -> None:
        first, *others = sorted(os.sched_getaffinity(0))
        self.client_cores = others or [first]
        self._server = _start("tests.benchmarks.ws_servers", kind, *options, cores=[first])
        self._loads: list[subprocess.Popen[str]] = []
        self._admitted = 0
        started = self._answer()
        self.port: int = started["port"]
        self._channel: str = started["channel"] if kind == "fittrack" else "-"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in (*self._loads, self._server):
            assert process.stdin is not None
            process.stdin.close()
            process.terminate()
            process.wait()

    def admit(self, count: int) -> None:
        """Let `count` more clients in, and wait until all are ready."""
        for first in range(0, count, CLIENTS_PER_PROCESS):
            share = str(min(CLIENTS_PER_PROCESS, count - first))
            load = _start(
                "tests.benchmarks.ws_load", str(self.port), share, self._channel, cores=self.client_cores
            )
            self._loads.append(load)
            self._admitted += int(share)
            assert load.stdout is not None
            assert load.stdout.readline() == "ready\n", "the clients did not get in"

    def settled(self) -> int:
        """Bytes that all clients received, once no more arrive. Nobody may have left."""
        former, received = -1, 0
        while received != former:
            former = received
            time.sleep(SETTLE_S)
            received, still_open = self._received()
            assert still_open == self._admitted, "clients lost their connections"
        return received

    def _received(self) -> tuple[int, int]:
        totals = (0, 0)
        for load in self._loads:
            assert load.stdin is not None
            assert load.stdout is not None
            load.stdin.write("received\n")
            load.stdin.flush()
            received, still_open = map(int, load.stdout.readline().split())
            totals = totals[0] + received, totals[1] + still_open
        return totals

    def ask(self, do: str, **order: Any) -> dict[str, Any]:
        """Give the server an order and return what it answers."""
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps({"do": do, **order}) + "\n")
        self._server.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._server.stdout is not None
        answer: dict[str, Any] = json.loads(self._server.stdout.readline())
        return answer


def _start(module: str, *arguments: str, cores: list[int]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    os.sched_setaffinity(process.pid, cores)
    return process

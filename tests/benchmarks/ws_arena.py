"""Starts a server and its clients as processes, and asks the server what it measured."""

import json
import subprocess
import sys
from types import TracebackType
from typing import Any, Self

CLIENTS_PER_PROCESS = 5_000
"""Open files are limited to 20,000 in places; a process of clients stays well below."""


class Arena:
    """One server process and the processes of its clients, ended with the `with` block."""

    def __init__(self, kind: str, *options: str) -> None:
        self._server = _start("tests.benchmarks.ws_servers", kind, *options)
        self._loads: list[subprocess.Popen[str]] = []
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
            load = _start("tests.benchmarks.ws_load", str(self.port), share, self._channel)
            self._loads.append(load)
            assert load.stdout is not None
            assert load.stdout.readline() == "ready\n", "the clients did not get in"

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


def _start(module: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

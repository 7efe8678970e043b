"""Servers under measurement, each in a process of its own, ended with the `with` block."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

START_WITHIN_S = 120.0  # machines that measure are busy now and then
STOP_WITHIN_S = 30.0
LOOK_EVERY_S = 0.05


class ServerProcess:
    """A server that listens on a free port of the loopback interface. `port` and `pid` once entered."""

    def __init__(self, *command: str, environ: Mapping[str, str]) -> None:
        """`command` is what follows the interpreter; `{port}` in it becomes the port."""
        self.port = _free_port()
        words = [word.format(port=self.port) for word in command]
        self._process = subprocess.Popen(
            [sys.executable, *words], env={**os.environ, **environ}, stdout=subprocess.DEVNULL
        )
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        until = time.monotonic() + START_WITHIN_S
        while not _accepts(self.port):
            if self._process.poll() is not None or time.monotonic() > until:
                self._end()
                raise RuntimeError(f"the server did not start: {self._process.args!r}")
            time.sleep(LOOK_EVERY_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def kill(self) -> None:
        """Gone at once."""
        self._process.kill()
        self._process.wait()

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def fittrack(environ: Mapping[str, str]) -> ServerProcess:
    """The product, as an operator starts it."""
    return ServerProcess("-m", "fittrack", "serve", "--port", "{port}", environ=environ)


def peer(module: str, environ: Mapping[str, str]) -> ServerProcess:
    """A service of `tests.benchmarks.peers` under uvicorn, with its fast parts (uvloop, httptools)."""
    app = f"tests.benchmarks.peers.{module}:app"
    options = ("--port", "{port}", "--log-level", "warning", "--no-access-log")
    return ServerProcess(
        "-m", "uvicorn", app, "--loop", "uvloop", "--http", "httptools", *options, environ=environ
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True

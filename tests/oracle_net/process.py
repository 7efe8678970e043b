"""The test server as a process of its own: started on a free port, gone when whoever started it is."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICE = "FREEPDB1"
ADMINISTRATOR, ADMINISTRATOR_PASSWORD = "system", "Test-Server-Only"
GOODBYE_S = 30


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A server that runs."""

    process: "subprocess.Popen[str]"
    port: int

    @property
    def dsn(self) -> str:
        return f"127.0.0.1:{self.port}/{SERVICE}"

    def stop(self) -> None:
        """Every connection is cut."""
        assert self.process.stdin is not None and self.process.stdout is not None, "they are pipes"
        self.process.stdin.close()
        self.process.wait(GOODBYE_S)
        self.process.stdout.close()


def start_server(*arguments: str) -> ServerProcess:
    """Start one; it listens when this returns."""
    command = [sys.executable, "-m", "tests.oracle_net", "--password", ADMINISTRATOR_PASSWORD, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None, "it is a pipe"
    return ServerProcess(process, int(process.stdout.readline()))


@contextmanager
def running_server(*arguments: str) -> Iterator[ServerProcess]:
    """A server for the length of a block."""
    server = start_server(*arguments)
    try:
        yield server
    finally:
        server.stop()

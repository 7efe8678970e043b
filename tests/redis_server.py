"""A real Redis for tests, on a free port: started, killed, stopped in its tracks, started again.

with redis_server(tmp_path) as redis:
    ... redis.url; redis.kill(); redis.start()

Several of them as a Redis Cluster, or watched by a Sentinel, are in `redis_houses`.
"""

import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 60.0
READY = ("Ready to accept connections", "+monitor master")
"""What a server and a Sentinel say when they may be asked."""


class RedisServer:
    """One process at a time, always on the same port. It stores nothing on disk."""

    def __init__(self, folder: Path, *options: str, settings: Path | None = None) -> None:
        program = shutil.which("redis-server")
        assert program, "redis-server is not installed; `make redis` installs it"
        self._command = [program, *([str(settings)] if settings else [])]
        self._folder, self._options = folder, options
        self.port = free_port()
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def runs(self) -> bool:
        """Whether it was started and not killed."""
        return self._process is not None

    @property
    def pid(self) -> int:
        assert self._process is not None, "start() comes first"
        return self._process.pid

    def start(self) -> None:
        """Start, and return when it takes connections."""
        assert self._process is None, "one at a time"
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [*self._command, *options, "--dir", str(self._folder), *self._options],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None, "it is a pipe"
        said = []
        for line in self._process.stdout:
            said.append(line)
            if any(word in line for word in READY):
                return
        raise AssertionError(f"Redis did not start: {''.join(said)}")

    def call(self, *words: str) -> str:
        """What `redis-cli` is answered."""
        command = ["redis-cli", "-p", str(self.port), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S).stdout

    def kill(self) -> None:
        """Gone at once, with everything it knew."""
        self._send(signal.SIGKILL)
        process, self._process = self._process, None
        assert process is not None and process.stdout is not None, "start() comes first"
        process.wait(PATIENCE_S)
        process.stdout.close()

    def freeze(self) -> None:
        """From now on it takes connections and answers nothing."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on."""
        self._send(signal.SIGCONT)

    def end(self) -> None:
        """Leave nothing running."""
        if self._process is not None:
            self.kill()

    def _send(self, number: signal.Signals) -> None:
        assert self._process is not None, "start() comes first"
        self._process.send_signal(number)


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """A Redis that is gone afterwards."""
    server = RedisServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.end()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def first_of_two_free_ports() -> int:
    """A port behind which the next one is free as well: of a connection that has just ended, it is not."""
    while True:
        first = free_port()
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", first + 1))
            except OSError:
                continue
        return first

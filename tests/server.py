"""A real server process for tests: started, killed, restarted on the same port and file, drained.

async with serving(tmp_path) as server:
    ...; await server.kill(); await server.start()
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import databases, sent

ROOT = Path(__file__).parents[1]

PATIENCE_S = 60.0
"""How long anything that must come may take before a test fails; machines that run tests are busy."""

START_PATIENCE_S = 3 * PATIENCE_S
"""The same for a process to serve: among a thousand clients on two cores its imports alone take a minute."""

NO_RATE_LIMITS = dict.fromkeys(
    (
        "RATE_LIMIT_ANONYMOUS",
        "RATE_LIMIT_USER",
        "RATE_LIMIT_ADMIN",
        "WS_UPGRADES_PER_MINUTE",
        "WS_UNAUTHENTICATED_PER_ADDRESS",
    ),
    "1000000",
)
"""Requests and upgrades: races and floods come from one address."""


class ServerDied(Exception):  # noqa: N818 - it is a fact about the process
    """The process ended before it served."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where something serves."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"


class Server:
    """One process at a time, on the database and the mail folder in `folder`.

    The log goes to `folder/server.log`; `faults` are the lines of it that tell of errors.
    """

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        module: str = "fittrack",
        stdin: int = subprocess.DEVNULL,
        **environ: str,
    ) -> None:
        self.folder = folder
        self.port = 0
        self.writer_pid = 0
        """The process of the journal's writer, once it serves."""
        self.faults: list[dict[str, Any]] = []
        self.runs(*arguments, module=module)
        self._stdin = stdin
        self.environ = {
            "PATH": os.environ["PATH"],
            **sent.environ(),
            "APP_ENV": "testing",
            **databases.environ_of(folder),
            "MAIL_DIR": str(folder / "mail"),
            "LOG_LEVEL": "INFO",
            "LOG_FORMAT": "json",
            **NO_RATE_LIMITS,
            **environ,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._pump: threading.Thread | None = None

    def runs(self, *arguments: str, module: str = "fittrack") -> None:
        """What the next start runs."""
        self._command = [sys.executable, "-m", module, *(arguments or ("serve",))]
        self._serves = "workers.serving" if "--workers" in arguments else "node.serving"

    @property
    def url(self) -> str:
        return Address(self.port).url

    @property
    def ws_url(self) -> str:
        return Address(self.port).ws_url

    @property
    def pid(self) -> int:
        assert self._process is not None, "start() comes first"
        return self._process.pid

    @property
    def resident_bytes(self) -> int:
        """The memory that the process holds."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))

    @property
    def open_sockets(self) -> int:
        """Sockets that the process holds, its listeners among them."""
        found = 0
        for entry in Path(f"/proc/{self.pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed since it was listed
                found += str(entry.readlink()).startswith("socket:")
        return found

    async def start(self) -> None:
        """Start, and return when it serves. The first start takes a free port, later ones take it again.

        Raises `ServerDied`.
        """
        self.port = await asyncio.wait_for(asyncio.wrap_future(self.launch()), START_PATIENCE_S)

    def launch(self) -> "Future[int]":
        """Start; the future is the port, once it serves."""
        assert self._process is None, "one at a time"
        self._process = subprocess.Popen(
            [*self._command, "--host", "127.0.0.1", "--port", str(self.port)],
            cwd=ROOT,
            env=self.environ,
            stdin=self._stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        serving: Future[int] = Future()
        self._pump = threading.Thread(target=self._read_log, args=(self._process, serving), daemon=True)
        self._pump.start()
        return serving

    async def kill(self) -> None:
        """SIGKILL: the process is gone at once, with all that it had in memory."""
        self.send(signal.SIGKILL)
        await self.ended()

    async def terminate(self) -> int:
        """SIGTERM: drain and stop. Returns the exit status."""
        self.send(signal.SIGTERM)
        return await self.ended()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        assert self._process is not None, "start() comes first"
        self._process.send_signal(number)

    def send_to_writer(self, number: signal.Signals) -> None:
        """Send a signal to the process of the journal's writer, which belongs to the server's."""
        assert self._process is not None, "start() comes first"
        os.kill(self.writer_pid, number)

    async def ended(self) -> int:
        """Wait for the end of the process. Returns its exit status, below zero: the signal."""
        return await asyncio.wait_for(asyncio.to_thread(self.join), PATIENCE_S)

    def join(self) -> int:
        """`ended`, blocking."""
        assert self._process is not None and self._pump is not None, "start() comes first"
        status = self._process.wait(PATIENCE_S)
        self._pump.join(PATIENCE_S)
        assert not self._pump.is_alive(), "a process that it started outlives it"
        self._process = None
        return status

    def end(self) -> None:
        """Leave nothing running, whatever happened."""
        if self._process is not None:
            self._process.kill()
            self.join()

    def log(self) -> str:
        """Everything it logged so far."""
        return (self.folder / "server.log").read_text()

    def _read_log(self, process: "subprocess.Popen[bytes]", serving: "Future[int]") -> None:
        assert process.stderr is not None, "it is a pipe"
        with process.stderr as lines, (self.folder / "server.log").open("ab") as log:
            for line in lines:
                log.write(line)
                log.flush()
                event = _event(line)
                if event.get("event") == self._serves and not serving.done():
                    serving.set_result(event["port"])
                elif event.get("event") == "journal.writing":
                    self.writer_pid = event["pid"]
                elif event.get("level") in ("error", "critical") or "Traceback" in line.decode():
                    self.faults.append(event or {"line": line.decode()})
        if not serving.done():
            serving.set_exception(ServerDied((self.folder / "server.log").read_text()[-4000:]))


def _event(line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


@asynccontextmanager
async def serving(
    folder: Path,
    *arguments: str,
    module: str = "fittrack",
    stdin: int = subprocess.DEVNULL,
    expected_faults: Sequence[str] = (),
    **environ: str,
) -> AsyncIterator[Server]:
    """A server that serves, and is gone afterwards. An error that it logged fails, unless its event or its
    exception is expected."""
    server = Server(folder, *arguments, module=module, stdin=stdin, **environ)
    try:
        await server.start()
        yield server
    finally:
        server.end()
    faults = [
        fault
        for fault in server.faults
        if fault.get("event") not in expected_faults and fault.get("exception") not in expected_faults
    ]
    assert not faults, f"the server logged errors: {faults[:5]}"

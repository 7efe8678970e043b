"""Several nodes on one port (`serve --workers`): started, watched, started again, ended together.

Each worker is a process that runs a node; the system deals connections out to them (SO_REUSEPORT). Worker and
supervisor share a socket, the worker's standard input: the worker says there that it serves, and sees there
when the supervisor is gone, upon which it drains.
"""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

import structlog

EXIT_USAGE: Final = 2
"""A worker that ends so will do so again: settings or schema are not right."""

RESTART_FIRST_S, RESTART_MAX_S = 0.5, 30.0
"""Seconds until a worker is started again: doubled each time, from the start after a stable minute."""

STABLE_S: Final = 60.0

END_WITHIN_S: Final = 45.0
"""From the first signal until workers are killed: longer than a drain and what is finished after it."""

READY: Final = b"serving"

OnDeath = Callable[[int], Awaitable[object]]

_log = structlog.get_logger(__name__)


class Worker:
    """One worker's process, as the supervisor sees it."""

    def __init__(self, number: int, command: Sequence[str]) -> None:
        self.number = number
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                [*command, "--worker", str(number)],
                stdin=theirs.fileno(),
                process_group=0,  # a terminal's Ctrl-C is for the supervisor, which has the workers drain
            )
        self._socket.setblocking(False)
        self.pid = self._process.pid
        self.serving: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        """Whether it came to serve, or ended before."""

    async def ended(self) -> int:
        """Wait for its end. Returns its exit status, below zero: the signal. Wait once."""
        with suppress(ConnectionError):
            while await asyncio.get_running_loop().sock_recv(self._socket, len(READY)):
                self._serves(True)
        self._serves(False)
        self._socket.close()
        return await asyncio.to_thread(self._process.wait)

    def _serves(self, does: bool) -> None:
        if not self.serving.done():
            self.serving.set_result(does)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        if self._process.poll() is None:
            self._process.send_signal(number)


class Supervisor:
    """Keeps `count` workers running. `command` starts one; `on_death` is told the number of one that died."""

    def __init__(self, count: int, command: Sequence[str], on_death: OnDeath) -> None:
        self._numbers = range(1, count + 1)
        self._command = command
        self._on_death = on_death
        self._running: dict[int, Worker] = {}
        self._pauses = dict.fromkeys(self._numbers, RESTART_FIRST_S)
        self._all: dict[Worker, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self._renewing: asyncio.Task[None] | None = None
        self._served = False
        self._status = 0

    async def run(self, on_serving: Callable[[], None]) -> int:
        """Run until `stop`, or until a first worker says that it cannot. Returns the exit status."""
        for number in self._numbers:
            self._running[number] = self._start(number)
        if all(await asyncio.gather(*(worker.serving for worker in self._running.values()))):
            self._served = True
            on_serving()
        await self._stopping.wait()
        try:
            async with asyncio.timeout(END_WITHIN_S):
                await asyncio.gather(*self._all.values())
        except TimeoutError:
            _log.error("workers.killed", reason="they did not end in time")
            self._send_all(signal.SIGKILL)
            await asyncio.gather(*self._all.values(), return_exceptions=True)
        return self._status

    def stop(self) -> None:
        """Have the workers drain and end; said twice, they end at once."""
        _log.info("workers.stopping")
        self._stopping.set()
        self._send_all(signal.SIGTERM)

    def renew(self) -> None:
        """Replace the workers by new ones, one after the other; clients go over, spread over the drain."""
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.get_running_loop().create_task(self._renew())

    async def _renew(self) -> None:
        for number in self._numbers:
            successor = self._start(number)
            if not await successor.serving:
                _log.error("workers.not_renewed", worker=number)
                return
            former, self._running[number] = self._running[number], successor
            former.send(signal.SIGTERM)
            if former in self._all:
                await asyncio.wait([self._all[former]])
        _log.info("workers.renewed")

    def _start(self, number: int) -> Worker:
        worker = Worker(number, self._command)
        self._all[worker] = asyncio.get_running_loop().create_task(self._watch(worker))
        return worker

    async def _watch(self, worker: Worker) -> None:
        """Wait for the worker's end, and start the next one where that is what is wanted."""
        began = asyncio.get_running_loop().time()
        status = await worker.ended()
        lived_s = asyncio.get_running_loop().time() - began
        del self._all[worker]
        number = worker.number
        if self._stopping.is_set() or self._running[number] is not worker:
            _log.info("workers.ended", worker=number, pid=worker.pid, status=status)
            return
        _log.warning("workers.died", worker=number, pid=worker.pid, status=status, lived_s=round(lived_s, 1))
        if status == EXIT_USAGE and not self._served:  # later, the others go on with what they began with
            self._status = status
            self.stop()
            return
        await self._on_death(number)
        await self._pause(number, lived_s)
        if not self._stopping.is_set():
            self._running[number] = self._start(number)

    async def _pause(self, number: int, lived_s: float) -> None:
        if lived_s >= STABLE_S:
            self._pauses[number] = RESTART_FIRST_S
        seconds = self._pauses[number]
        self._pauses[number] = min(seconds * 2, RESTART_MAX_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    def _send_all(self, number: signal.Signals) -> None:
        for worker in self._all:
            worker.send(number)


def supervise(
    host: str,
    port: int,
    count: int,
    *,
    on_serving: Callable[[str], None],
    on_death: Callable[[int, int], Awaitable[object]],
) -> int:
    """Run `count` workers until SIGTERM or Ctrl-C; SIGHUP renews them. Returns the exit status.

    `on_serving` is called with the address, `on_death` with the port and the number of a worker that died,
    before the next one is started. Raises OSError when the address cannot be listened on.
    """
    with _reserved(host, port) as reserved:
        port = reserved.getsockname()[1]
        command = [sys.executable, "-m", "fittrack", "serve", "--host", host, "--port", str(port)]
        supervisor = Supervisor(count, command, partial(on_death, port))
        return asyncio.run(_run(supervisor, lambda: on_serving(f"http://{host}:{port}")))


async def _run(supervisor: Supervisor, on_serving: Callable[[], None]) -> int:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, supervisor.stop)
    loop.add_signal_handler(signal.SIGHUP, supervisor.renew)
    return await supervisor.run(on_serving)


def _reserved(host: str, port: int) -> socket.socket:
    """A socket that takes the address for the workers, and no connections."""
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    reserved = socket.socket(family, kind)
    try:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        reserved.bind(address)
    except OSError:
        reserved.close()
        raise
    return reserved


class SupervisorLink:
    """The worker's end: its standard input."""

    def __init__(self) -> None:
        self._socket = socket.socket(fileno=0)
        self._socket.setblocking(False)

    def say_serving(self) -> None:
        """The supervisor may count on this worker."""
        with suppress(OSError):  # it is gone: `gone` tells
            self._socket.send(READY)

    async def gone(self) -> None:
        """Return when the supervisor is."""
        with suppress(ConnectionError):
            await asyncio.get_running_loop().sock_recv(self._socket, 1)

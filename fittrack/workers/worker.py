"""One worker's process, as the supervisor sees it."""

import asyncio
import signal
import socket
import subprocess
from collections.abc import Sequence
from contextlib import closing, suppress
from typing import Final

import structlog

from fittrack.workers.link import ALIVE, LISTENS, NODE, SERVING

_LOOK_EVERY_S: Final = 0.01
"""From the end of what a worker says to the end of its process: milliseconds."""

_log = structlog.get_logger(__name__)


class Worker:
    """Made on the running event loop, as its process is. Raises OSError when the system gives none."""

    def __init__(self, number: int, command: Sequence[str]) -> None:
        self.number = number
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = _start([*command, "--worker", str(number)], theirs)
        except BaseException:
            ours.close()
            raise
        loop = asyncio.get_running_loop()
        self._began = loop.time()
        self._drains = False
        self._silent_looks: int | None = None
        """Since it last said that it is alive; an earlier version never does."""
        self._writer: asyncio.StreamWriter | None = None
        self._listens = False
        """An earlier version takes any word for the supervisor's end."""
        self.stood_still = False
        """It was ended for that."""
        self.pid = self._process.pid
        self.node = ""
        """What the cluster calls it, once it has said so."""
        self.lived_s = 0.0
        """Seconds, once it has ended."""
        self.serving: asyncio.Future[bool] = loop.create_future()
        """Whether it came to serve, or ended before."""
        self.ended: asyncio.Task[int] = loop.create_task(self._follow(ours))
        """Its exit status, below zero: the signal."""

    async def serves(self, within_s: float) -> bool:
        """Whether it comes to serve by then, or in its whole life."""
        await asyncio.wait([self.serving], timeout=within_s)
        return self.serving.done() and self.serving.result()

    async def end(self, within_s: float) -> None:
        """Have it drain and end; kill it when its time is up."""
        self.drain()
        await asyncio.wait([self.ended], timeout=within_s)
        if not self.ended.done():
            _log.error(
                "workers.killed",
                worker=self.number,
                pid=self.pid,
                reason=f"it had {within_s:g} s to drain and end, and did not",
            )
            self.kill()
            await asyncio.wait([self.ended])

    def drain(self) -> None:
        """Have it drain and end. A second signal would end it at once, so it gets one."""
        if not self._drains:
            self._drains = True
            self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once: what it acknowledged is stored."""
        self._send(signal.SIGKILL)

    def stands_still(self, looks: int) -> bool:
        """Whether this is one look more than so many in a row at which it had said nothing."""
        if self._silent_looks is None:
            return False
        self._silent_looks += 1
        return self._silent_looks > looks

    @property
    def serves_now(self) -> bool:
        """Whether it has come to serve, as far as its end is not known."""
        return self.serving.done() and self.serving.result()

    def tell(self, line: bytes) -> None:
        """Say something to it, if it listens and has taken what it was told before."""
        writer = self._writer
        if self._listens and writer is not None and not writer.transport.get_write_buffer_size():
            writer.write(line + b"\n")

    def give_up(self, silent_s: float) -> None:
        """End it, which stands still: what it acknowledged is stored."""
        _log.error("workers.stuck", worker=self.number, pid=self.pid, silent_s=silent_s)
        self._silent_looks = None  # once
        self.stood_still = True
        self.kill()

    def _send(self, number: signal.Signals) -> None:
        if self._process.poll() is None:
            self._process.send_signal(number)

    async def _follow(self, ours: socket.socket) -> int:
        reader, self._writer = await asyncio.open_unix_connection(sock=ours)
        with closing(self._writer), suppress(OSError, ValueError):  # what cannot be read says nothing more
            while word := await reader.readline():
                self._hear(word.strip())
        self._writer = None
        # No thread waits for it: where the system gives no process it mostly gives no thread either.
        while (status := self._process.poll()) is None:  # noqa: ASYNC110 - nor is there an event
            await asyncio.sleep(_LOOK_EVERY_S)
        self.lived_s = asyncio.get_running_loop().time() - self._began
        if not self.serving.done():
            self.serving.set_result(False)
        return status

    def _hear(self, word: bytes) -> None:
        if word == SERVING and not self.serving.done():
            self.serving.set_result(True)
        elif word.startswith(NODE):
            self.node = word.removeprefix(NODE).decode()
        elif word == ALIVE:
            self._silent_looks = 0
        elif word == LISTENS:
            self._listens = True


def _start(command: Sequence[str], stdin: socket.socket) -> subprocess.Popen[bytes]:
    """The process, which SIGHUP does not reach: it is for the supervisor, whoever sends it to all."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
    try:
        return subprocess.Popen(  # noqa: S603 - ourselves
            command,
            stdin=stdin.fileno(),
            process_group=0,  # a terminal's Ctrl-C is for the supervisor, too, which has the workers drain
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

"""The writer in a process of its own: neither waits for the other's interpreter, and two cores work.

The node talks to it over a socket pair, from its event loop. If the process dies, what it had in hand has an
unknown outcome and the node must end; if the node dies, the socket closes and the process ends at once.
"""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Engine

from fittrack.db.engine import DatabaseSettings
from fittrack.db.journal import wire
from fittrack.db.journal.load import Load, Report
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.report_wire import from_writer
from fittrack.db.journal.store import Store
from fittrack.db.journal.unit import Unit

RECEIVE_BYTES: Final = 256 * 1024
SOCKET_BUFFER_BYTES: Final = 1024 * 1024
"""Asked of the system for each direction, so that a batch of some hundred units goes in one call."""

LAST_BREATH_S: Final = 5.0
"""From the end of its socket to the end of the process: it has nothing left to do."""


class WriterDied(Exception):  # noqa: N818 - a fact about the process
    """The writer's process ended without being told to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the process begins with."""

    database: DatabaseSettings
    log_level: str = "INFO"
    log_format: Literal["json", "console"] = "json"
    log_facts: Mapping[str, object] = field(default_factory=dict)
    """What stands in every line that it logs."""
    store: Callable[[Engine], Store] = open_store
    """A function of a module, or a `partial` of one."""
    imports: Sequence[str] = ()
    """Modules whose functions are run as jobs, imported before it begins: the first batch need not wait."""


class Unfit(NamedTuple):
    """Stands where a statement should: no database executes it, and its error says why."""

    reason: str


class WriterProcess:
    """The port `WriterHost` by a process. It begins to start when it is made; `start` takes it up."""

    def __init__(self, setup: Setup) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            for each in (self._socket, theirs):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)
            self._process = _spawn(theirs)
        self._socket.setblocking(False)
        self._outgoing = bytearray(wire.frame(wire.dumps(setup)))
        self._reader = wire.Reader(self._heard)
        self._closing = False

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def start(
        self, on_report: Callable[[Report], None], on_end: Callable[[BaseException | None], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_report, self._on_end = on_report, on_end
        self._ready: asyncio.Future[WriterDied | None] = self._loop.create_future()
        self._loop.add_reader(self._socket, self._receive)
        self._loop.add_writer(self._socket, self._flush)

    async def ready(self) -> None:
        died = await asyncio.shield(self._ready)
        if died is not None:
            raise died

    def send(self, load: Load) -> None:
        message = wire.frame(_pickled(load))
        if not self._outgoing:
            message = message[self._sent(message) :]
            if not message:
                return
            self._loop.add_writer(self._socket, self._flush)
        self._outgoing += message

    def close(self) -> None:
        self._closing = True
        with suppress(OSError):  # it may be gone already
            self._socket.shutdown(socket.SHUT_WR)

    def _flush(self) -> None:
        del self._outgoing[: self._sent(self._outgoing)]
        if not self._outgoing:
            self._loop.remove_writer(self._socket)

    def _sent(self, data: bytes | bytearray) -> int:
        try:
            return self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:  # it is gone: the end of what it says tells
            return len(data)

    def _receive(self) -> None:
        try:
            data = self._socket.recv(RECEIVE_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except ConnectionResetError:
            data = b""
        if data:
            self._reader.feed(data)
        else:
            self._gone()

    def _heard(self, message: Report | None) -> None:
        if message is None:
            self._ready.set_result(None)
            return
        if message.fatal is not None:
            self._closing = True  # it ends by itself
        self._on_report(from_writer(message))

    def _gone(self) -> None:
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()
        died = WriterDied(f"the writer's process ended with {_reaped(self._process)}")
        if not self._ready.done():
            self._ready.set_result(died)
        self._on_end(None if self._closing else died)


def _spawn(theirs: socket.socket) -> "subprocess.Popen[bytes]":
    # Our path, but not its own folder's: as this process finds its modules, so does the other.
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(path or os.curdir for path in sys.path)}
    return subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-P", "-m", "fittrack.db.journal.writer_main", str(theirs.fileno())],
        env=environ,
        stdin=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
        process_group=0,  # a terminal's Ctrl-C is for the node, which drains and then ends the writer
    )


def _reaped(process: "subprocess.Popen[bytes]") -> int:
    try:
        return process.wait(LAST_BREATH_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _pickled(load: Load) -> bytes:
    try:
        return wire.dumps(load)
    except Exception:
        units = [(number, _fit(unit)) for number, unit in load.units]
        return wire.dumps(load._replace(units=units))


def _fit(unit: Unit) -> Unit:
    """`unit`, or in its place one that the database refuses with the reason why it cannot travel."""
    try:
        wire.dumps(unit)
    except Exception as error:
        refused: Any = Unfit(repr(error))
        return Unit(unit.unit_id, unit.kind, unit.created_at, statements=[refused])
    return unit

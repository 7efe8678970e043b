"""The worker's end of what it shares with its supervisor: its standard input."""

import asyncio
import socket
from contextlib import suppress
from typing import Final

import msgspec
import structlog

from fittrack.workers.figures import Figures
from fittrack.workers.limits import SAY_EVERY_S

NODE: Final = b"node "
SERVING: Final = b"serving"
ALIVE: Final = b"alive"
LISTENS: Final = b"listens"

_BYTES_AT_ONCE: Final = 4_096
_log = structlog.get_logger(__name__)


class SupervisorLink:
    """Open until the process ends: by its end the supervisor sees that."""

    def __init__(self) -> None:
        self._socket = socket.socket(fileno=0)
        self._socket.setblocking(False)
        self.figures: Figures | None = None
        """What the supervisor told last of all workers."""

    def say_serving(self, node: str) -> None:
        """The supervisor may count on this worker. When it dies, others are told of `node`, as the cluster
        calls it.

        Nothing is said before: a supervisor that began with an earlier version takes any word for this one.
        """
        self._say(NODE + node.encode() + b"\n" + SERVING)

    def say_alive(self) -> None:
        """The supervisor ends a worker that has said so once and then no more."""
        self._say(ALIVE)

    def keep_alive(self) -> None:
        """From now on say so for as long as the event loop turns."""
        self._living = asyncio.ensure_future(self._live())

    async def listen(self) -> None:
        """Take what the supervisor tells, until it is gone. An earlier version tells nothing."""
        self._say(LISTENS)
        heard, loop = b"", asyncio.get_running_loop()
        with suppress(ConnectionError):
            while more := await loop.sock_recv(self._socket, _BYTES_AT_ONCE):
                *lines, heard = (heard + more).split(b"\n")
                for line in lines:
                    self._hear(line)

    async def _live(self) -> None:
        while True:
            self.say_alive()
            await asyncio.sleep(SAY_EVERY_S)

    def _hear(self, line: bytes) -> None:
        try:
            self.figures = msgspec.json.decode(line, type=Figures)
        except msgspec.MsgspecError as error:  # another version's, which goes on all the same
            _log.warning("workers.not_understood", reason=str(error))

    def _say(self, word: bytes) -> None:
        with suppress(OSError):  # it is gone: `listen` returns
            self._socket.send(word + b"\n")

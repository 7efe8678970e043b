"""The worker's end of what it shares with its supervisor: its standard input."""

import asyncio
import socket
from contextlib import suppress
from typing import Final

from fittrack.workers.limits import SAY_EVERY_S

NODE: Final = b"node "
SERVING: Final = b"serving"
ALIVE: Final = b"alive"


class SupervisorLink:
    """Open until the process ends: by its end the supervisor sees that."""

    def __init__(self) -> None:
        self._socket = socket.socket(fileno=0)
        self._socket.setblocking(False)

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

    async def gone(self) -> None:
        """Return when the supervisor is."""
        with suppress(ConnectionError):
            await asyncio.get_running_loop().sock_recv(self._socket, 1)

    async def _live(self) -> None:
        while True:
            self.say_alive()
            await asyncio.sleep(SAY_EVERY_S)

    def _say(self, word: bytes) -> None:
        with suppress(OSError):  # it is gone: `gone` tells
            self._socket.send(word + b"\n")

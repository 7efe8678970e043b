"""The worker's end of what it shares with its supervisor: its standard input."""

import asyncio
import socket
from contextlib import suppress
from typing import Final

NODE: Final = b"node "
SERVING: Final = b"serving"


class SupervisorLink:
    """Open until the process ends: by its end the supervisor sees that."""

    def __init__(self) -> None:
        self._socket = socket.socket(fileno=0)
        self._socket.setblocking(False)

    def say_node(self, node: str) -> None:
        """What the cluster calls this worker: others are told of it when it dies."""
        self._say(NODE + node.encode())

    def say_serving(self) -> None:
        """The supervisor may count on this worker."""
        self._say(SERVING)

    async def gone(self) -> None:
        """Return when the supervisor is."""
        with suppress(ConnectionError):
            await asyncio.get_running_loop().sock_recv(self._socket, 1)

    def _say(self, word: bytes) -> None:
        with suppress(OSError):  # it is gone: `gone` tells
            self._socket.send(word + b"\n")

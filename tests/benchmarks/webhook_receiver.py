"""A third party that takes every webhook at once and says so: `python -m … PORT`."""

import asyncio
import sys
from typing import Final

ANSWER: Final = b"HTTP/1.1 204 No Content\r\n\r\n"


class Receiver(asyncio.Protocol):
    """Reads requests one after the other, and looks at nothing but where they end."""

    def __init__(self) -> None:
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := _end_of_request(self._read)) is not None:
            self._read = self._read[end:]
            self._transport.write(ANSWER)


def _end_of_request(read: bytes) -> int | None:
    """Where the first request ends; None: it has not come whole."""
    head, separator, _ = read.partition(b"\r\n\r\n")
    if not separator:
        return None
    _, _, length = head.lower().partition(b"content-length:")
    end = len(head) + len(separator) + int(length.partition(b"\r\n")[0] or 0)
    return end if len(read) >= end else None


async def main(port: int) -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))

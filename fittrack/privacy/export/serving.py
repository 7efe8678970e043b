"""Sending the document: written to an unnamed file from one snapshot, then sent as the client takes it.

So the database is not held while a slow phone reads, nothing grows in memory, and the event loop only passes
chunks on.
"""

import asyncio
import tempfile
from datetime import datetime
from typing import IO, Final

from aiohttp import web

from fittrack.db.handles import Connection
from fittrack.kit.ids import UserId
from fittrack.kit.problems import Busy
from fittrack.kit.sealing import Sealer
from fittrack.privacy.export.document import write
from fittrack.server.asking import READS, SEALER
from fittrack.server.http import CLOCK

IN_MEMORY_MAX: Final = 256 * 1024
"""Bytes of a document that is not written to a file: most have less."""

CHUNK: Final = 64 * 1024

WRITTEN_AT_A_TIME: Final = 2
"""Documents of a node that are being written: two years take a thread about a second."""

AFTER_MS: Final = 2_000
"""When whoever came while others were served may ask again."""


class Exports:
    """Who is being served on this node: each person once, few at a time."""

    def __init__(self) -> None:
        self._served: set[UserId] = set()
        self._writing = asyncio.Semaphore(WRITTEN_AT_A_TIME)

    async def send(self, request: web.Request, user_id: UserId) -> web.StreamResponse:
        """Answer with the document. Raises `Busy` while another answer to the same person is under way."""
        if user_id in self._served:
            raise Busy("Your data is being exported already", after_ms=AFTER_MS)
        self._served.add(user_id)
        try:
            with tempfile.SpooledTemporaryFile(IN_MEMORY_MAX) as document:
                async with self._writing:
                    size = await request.app[READS].run(
                        _write, user_id, request.app[CLOCK].now(), request.app[SEALER], document
                    )
                return await _send(request, document, size)
        finally:
            self._served.discard(user_id)


def _write(conn: Connection, user_id: UserId, now: datetime, sealer: Sealer, into: IO[bytes]) -> int:
    write(conn, user_id, now, sealer, into)
    size = into.tell()
    into.seek(0)
    return size


async def _send(request: web.Request, document: IO[bytes], size: int) -> web.StreamResponse:
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/json",
            "Content-Length": str(size),
            "Content-Disposition": 'attachment; filename="fittrack-export.json"',
            "Cache-Control": "no-store",
        }
    )
    await response.prepare(request)
    if request.method != "HEAD":
        while chunk := await asyncio.to_thread(document.read, CHUNK):
            await response.write(chunk)
    await response.write_eof()
    return response


EXPORTS: web.AppKey[Exports] = web.AppKey("exports", Exports)

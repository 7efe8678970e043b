"""A TCP proxy that does what networks do: it delays, stands still, forgets one direction, resets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

CHUNK: Final = 65_536


class FaultyProxy:
    """Passes on what comes to `port` to `target` and back, with the faults that are set."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._pairs: set[_Pair] = set()
        self.port = 0
        self.delay_s = 0.0
        """Seconds that each piece is late, each way."""
        self.on_way_there: Callable[[bytes], None] = lambda _piece: None
        """Called with each piece for the server before that has it."""
        self.silent = False
        """Who comes now is let in, and hears nothing, also when others are served again."""
        self._unheard: set[asyncio.StreamWriter] = set()

    async def serve(self) -> asyncio.Server:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def reset(self) -> None:
        """Every connection that stands breaks; new ones are fine."""
        for pair in self._pairs:
            pair.abort()
        for client in self._unheard:
            client.transport.abort()

    def forget(self, *, to_server: bool = False, to_client: bool = False) -> None:
        """On the connections that stand now, what goes there is lost from now on; nobody is told."""
        for pair in self._pairs:
            pair.lost = {(pair.client, pair.server): to_server, (pair.server, pair.client): to_client}

    async def _accept(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        if self.silent:
            self._unheard.add(client)
            with suppress(OSError):  # reset
                await reader.read(-1)
            return
        try:
            back, server = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            client.transport.abort()
            return
        pair = _Pair(client, server)
        self._pairs.add(pair)
        try:
            await asyncio.gather(
                self._pass_on(pair, reader, (client, server)), self._pass_on(pair, back, (server, client))
            )
        finally:
            pair.abort()
            self._pairs.discard(pair)

    async def _pass_on(self, pair: "_Pair", reader: asyncio.StreamReader, way: "_Way") -> None:
        try:
            while piece := await reader.read(CHUNK):
                if way == (pair.client, pair.server):
                    self.on_way_there(piece)
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                if not pair.lost.get(way):
                    way[1].write(piece)
                    await way[1].drain()
        except OSError:  # reset, by us or by them
            pass
        pair.abort()


_Way = tuple[asyncio.StreamWriter, asyncio.StreamWriter]
"""From whom, to whom."""


class _Pair:
    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client, self.server = client, server
        self.lost: dict[_Way, bool] = {}

    def abort(self) -> None:
        self.client.transport.abort()
        self.server.transport.abort()


@asynccontextmanager
async def faulty_proxy(target: int) -> AsyncIterator[FaultyProxy]:
    """A proxy in front of a port of this machine."""
    proxy = FaultyProxy(target)
    server = await proxy.serve()
    try:
        yield proxy
    finally:
        server.close()
        proxy.reset()

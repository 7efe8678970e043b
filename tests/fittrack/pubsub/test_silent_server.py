"""A Redis that takes connections and says nothing: its host hangs, or its process is stopped."""

import asyncio

import pytest
from redis.asyncio import ConnectionPool

from fittrack.pubsub import redis_faults
from fittrack.pubsub.redis_faults import LOSSES, connect


async def test_a_server_that_does_not_greet_is_given_up_and_its_connection_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redis_faults, "CONNECT_WITHIN_S", 0.2)
    heard = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        heard.set()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    pool = ConnectionPool(host=host, port=port, protocol=3)
    with pytest.raises(LOSSES):
        await connect(pool)
    await heard.wait()  # what was begun is closed: no later one finds half of a greeting in it
    server.close()
    await server.wait_closed()

"""Whatever the loss of Redis raises is known as that."""

from pathlib import Path

import pytest
import uvloop

from fittrack.pubsub.redis_faults import LOSSES, send
from fittrack.pubsub.redis_place import redis_client
from fittrack.pubsub.redis_url import RedisUrl
from tests.redis_server import PATIENCE_S, redis_server


async def _write_to_what_was_closed(url: str) -> None:
    pool = redis_client(RedisUrl.parse(url), PATIENCE_S).connection_pool
    connection = await pool.get_connection()
    connection._writer.transport.abort()
    try:
        await send(connection, [("PING",)])
        await connection.read_response()
    finally:
        await pool.disconnect()


def test_a_connection_that_was_closed_meanwhile_is_lost_and_no_fault(tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis, pytest.raises(LOSSES):
        uvloop.run(_write_to_what_was_closed(redis.url))

"""Whatever the loss of Redis raises is known as that, and is said in the log once."""

from pathlib import Path

import pytest
import structlog
import uvloop

from fittrack.pubsub.redis_faults import LOSSES, send
from fittrack.pubsub.redis_place import redis_client
from fittrack.pubsub.redis_url import RedisUrl
from tests.fittrack.pubsub.brokers import talkers
from tests.redis_server import PATIENCE_S, redis_server
from tests.stage import eventually


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


async def test_a_redis_that_stays_away_is_said_to_be_lost_once_and_to_be_back_once(tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis, structlog.testing.capture_logs() as logs:
        async with talkers(redis.url, 1) as [talker]:

            def said(event: str, level: str) -> list[str]:
                of_it = [line for line in logs if (line["event"], line["log_level"]) == (event, level)]
                return sorted(line["what"] for line in of_it)

            both = ["listening", "speaking"]
            redis.kill()
            await eventually(lambda: len(said("redis.lost", "debug")) >= 4, "some tries more")
            assert said("redis.lost", "warning") == both
            assert not said("redis.back", "info")
            redis.start()
            await eventually(lambda: talker.link.is_up, "the link")
            assert said("redis.back", "info") == both
            assert said("redis.lost", "warning") == both

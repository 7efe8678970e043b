"""Whatever the loss of Redis raises is known as that, and is said in the log once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
import structlog
import uvloop
from structlog.typing import EventDict

from fittrack.pubsub.redis_faults import LOSSES, send
from fittrack.pubsub.redis_place import redis_client
from fittrack.pubsub.redis_url import RedisUrl
from tests.fittrack.pubsub.brokers import Talker, talkers
from tests.redis_server import PATIENCE_S, RedisServer, redis_server
from tests.stage import eventually

MANY: Final = 100


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


class Said:
    """What the log says of the link's two connections."""

    BOTH: Final = ["listening", "speaking"]

    def __init__(self, logs: list[EventDict]) -> None:
        self._logs = logs

    @property
    def lost(self) -> list[str]:
        return self._of("redis.lost", "warning")

    @property
    def tried(self) -> list[str]:
        """Which was tried again, in vain."""
        return self._of("redis.lost", "debug")

    @property
    def back(self) -> list[str]:
        return self._of("redis.back", "info")

    @property
    def refused(self) -> list[EventDict]:
        return [line for line in self._logs if line["event"] == "redis.publication_refused"]

    def _of(self, event: str, level: str) -> list[str]:
        of_it = [line for line in self._logs if (line["event"], line["log_level"]) == (event, level)]
        return sorted(line["what"] for line in of_it)


@asynccontextmanager
async def one_talker(folder: Path) -> AsyncIterator[tuple[RedisServer, Talker, Said]]:
    with redis_server(folder) as redis, structlog.testing.capture_logs() as logs:
        async with talkers(redis.url, 1) as [talker]:
            yield redis, talker, Said(logs)


async def test_a_redis_that_stays_away_is_said_to_be_lost_once_and_to_be_back_once(tmp_path: Path) -> None:
    async with one_talker(tmp_path) as (redis, talker, said):
        redis.kill()
        await eventually(lambda: len(said.tried) >= 4, "some tries more")
        assert said.lost == said.BOTH
        assert not said.back
        redis.start()
        await eventually(lambda: talker.link.is_up, "the link")
        assert said.back == said.lost == said.BOTH


async def test_a_redis_that_wants_a_password_takes_nothing_and_is_lost_until_it_wants_none(
    tmp_path: Path,
) -> None:
    async with one_talker(tmp_path) as (redis, talker, said):
        redis.call("CONFIG", "SET", "requirepass", "secret")
        for kind in ("normal", "pubsub"):
            redis.call("--no-auth-warning", "-a", "secret", "CLIENT", "KILL", "TYPE", kind)
        await eventually(lambda: said.tried.count("speaking") >= 3, "some tries more")
        assert said.lost == said.BOTH
        assert not said.back, "it lets everybody connect, and that says nothing"
        assert not talker.link.say("anywhere", b"", None)
        redis.call("--no-auth-warning", "-a", "secret", "CONFIG", "SET", "requirepass", "")
        await eventually(lambda: talker.link.is_up, "the link")
        assert said.back == said.lost == said.BOTH


async def test_that_redis_refuses_what_is_published_is_said_now_and_then_and_in_words(tmp_path: Path) -> None:
    async with one_talker(tmp_path) as (redis, talker, said):
        redis.call("ACL", "SETUSER", "default", "-publish")
        answers: list[int | None] = []
        for _ in range(MANY):
            assert talker.link.say("anywhere", b"", answers.append)
        await eventually(lambda: len(answers) == MANY, "all answers")
        [refused] = said.refused
        assert refused["error"].startswith("it does not let this user do what is needed")

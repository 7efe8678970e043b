"""Listening begins, at first or after a loss: with many topics, and while what is wanted changes."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import structlog

from fittrack.pubsub import redis_listener
from fittrack.pubsub.redis_listener import MESSAGES_IN_A_ROW
from tests.faulty_proxy import FaultyProxy, faulty_proxy
from tests.fittrack.pubsub.brokers import NAMESPACE, Talker, talkers
from tests.redis_houses import RedisCluster
from tests.redis_server import PATIENCE_S, RedisServer
from tests.stage import eventually

MANY = 30_000
COMES_EVERY_S = 0.000_5
OLD, NEW = f"{NAMESPACE}:t:old", f"{NAMESPACE}:t:new"


def _channels(number: int) -> list[str]:
    return [f"{NAMESPACE}:t:player:{each}" for each in range(number)]


def _nothing(_: bytes) -> None:
    """Nobody says anything."""


@asynccontextmanager
async def _wanting(channels: list[str], url: str) -> AsyncIterator[Talker]:
    """A node that wants all that before it has a link; it is stopped at the end."""
    talker = Talker(url)
    for channel in channels:
        talker.link.hear(channel, _nothing)
    try:
        yield talker
    finally:
        await talker.link.stop()


def _listened_to(channels: list[str], server: RedisServer, count: str = "NUMSUB") -> int:
    """To how many of them somebody listens at a server."""
    asked = [channels[first : first + 1_000] for first in range(0, len(channels), 1_000)]
    answers = [server.call("PUBSUB", count, *each) for each in asked]
    return sum(int(line) for answer in answers for line in answer.split()[1::2])


async def test_many_thousand_topics_are_listened_to_at_the_first_try(redis: RedisServer) -> None:
    with structlog.testing.capture_logs() as logs:
        async with _wanting(_channels(MANY), redis.url) as talker:
            assert await talker.link.start(PATIENCE_S)
            assert _listened_to(_channels(MANY), redis) == MANY
    assert not [line for line in logs if line["event"] == "redis.lost"]


async def test_after_redis_comes_back_empty_exactly_that_is_listened_to_which_is_wanted_by_then(
    redis: RedisServer,
) -> None:
    """Phones come and go all the while."""
    channels = _channels(2 * MANY)
    wanted, still_to_come = deque(channels[:MANY]), deque(channels[MANY:])
    async with _wanting(list(wanted), redis.url) as talker:

        async def one_goes_and_another_comes(until: Callable[[], bool]) -> None:
            while not until():
                still_to_come.append(wanted.popleft())
                talker.link.ignore(still_to_come[-1])
                wanted.append(still_to_come.popleft())
                talker.link.hear(wanted[-1], _nothing)
                await asyncio.sleep(COMES_EVERY_S)

        assert await talker.link.start(PATIENCE_S)
        redis.kill()
        await one_goes_and_another_comes(lambda: not talker.link.is_up)
        redis.start()
        await one_goes_and_another_comes(lambda: talker.link.is_up)
        for channel in wanted:
            await talker.link.confirmed(channel)
        assert _listened_to(list(wanted), redis) == MANY
        left = list(set(channels) - set(wanted))
        await eventually(lambda: not _listened_to(left, redis), "the end of listening to others")


async def test_many_thousand_topics_are_listened_to_in_a_cluster(cluster: RedisCluster) -> None:
    async with _wanting(_channels(MANY), cluster.url) as talker:
        assert await talker.link.start(PATIENCE_S)
        there = [_listened_to(_channels(MANY), server, "SHARDNUMSUB") for server in cluster.primaries]
        assert sum(there) == MANY


async def test_while_listening_begins_the_event_loop_does_little_in_each_of_its_turns(
    redis: RedisServer,
) -> None:
    channels = _channels(2_000)
    waiting: list[asyncio.Task[None]] = []

    def wait_for_all(piece: bytes) -> None:
        if b"SUBSCRIBE" in piece and not waiting:
            waiting.extend(asyncio.ensure_future(talker.link.confirmed(channel)) for channel in channels)

    async with faulty_proxy(redis.port) as proxy, _wanting(channels, _through(proxy)) as talker:
        proxy.on_way_there = wait_for_all
        started = asyncio.ensure_future(talker.link.start(PATIENCE_S))
        confirmed, most_in_a_turn = 0, 0
        while not started.done():
            await asyncio.sleep(0)
            before, confirmed = confirmed, sum(each.done() for each in waiting)
            most_in_a_turn = max(most_in_a_turn, confirmed - before)
        assert await started
        await asyncio.gather(*waiting)
    assert 0 < most_in_a_turn <= MESSAGES_IN_A_ROW


def _through(proxy: FaultyProxy) -> str:
    return f"redis://127.0.0.1:{proxy.port}"


@asynccontextmanager
async def _listening(redis: RedisServer) -> AsyncIterator[tuple[FaultyProxy, Talker]]:
    """A node that listens to `OLD` through a proxy."""
    async with faulty_proxy(redis.port) as proxy, talkers(_through(proxy), 1) as [talker]:
        talker.link.hear(OLD, _nothing)
        await talker.link.confirmed(OLD)
        yield proxy, talker


async def _changes_while_listening_begins(
    proxy: FaultyProxy, talker: Talker, change: Callable[[], None]
) -> None:
    """The connection breaks, and `change` happens when all that was wanted has left and none is confirmed."""
    changed = asyncio.Event()

    def on_way_there(piece: bytes) -> None:
        if b"SUBSCRIBE" in piece and not changed.is_set():
            changed.set()
            change()

    proxy.on_way_there = on_way_there
    proxy.reset()
    await changed.wait()
    assert not talker.link.hears(OLD)
    await eventually(lambda: talker.link.is_up, "the link")


async def test_a_server_that_does_not_confirm_what_is_wanted_is_given_up(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _listening(redis) as (proxy, talker):
        monkeypatch.setattr(redis_listener, "CONFIRM_WITHIN_S", 0.2)
        await _changes_while_listening_begins(proxy, talker, lambda: proxy.forget(to_client=True))


async def _count(redis: RedisServer, channel: str) -> str:
    return redis.call("PUBSUB", "NUMSUB", channel).split()[-1]


async def test_a_topic_that_somebody_begins_to_listen_to_while_the_link_comes_back_is_heard(
    redis: RedisServer,
) -> None:
    async with _listening(redis) as (proxy, talker):
        heard: list[bytes] = []
        await _changes_while_listening_begins(proxy, talker, lambda: talker.link.hear(NEW, heard.append))
        await talker.link.confirmed(NEW)
        assert await _count(redis, NEW) == "1"
        assert talker.link.say(NEW, b"news")
        await eventually(lambda: heard == [b"news"], "the news")


async def test_a_topic_that_nobody_wants_any_more_when_the_link_comes_back_is_listened_to_no_more(
    redis: RedisServer,
) -> None:
    async with _listening(redis) as (proxy, talker):
        await _changes_while_listening_begins(proxy, talker, lambda: talker.link.ignore(OLD))

        async def is_left() -> bool:
            return await _count(redis, OLD) == "0"

        await eventually(is_left, "the end of listening")


async def test_a_topic_that_is_left_and_wanted_again_while_the_link_comes_back_is_heard(
    redis: RedisServer,
) -> None:
    async with _listening(redis) as (proxy, talker):
        heard: list[bytes] = []

        def change() -> None:
            talker.link.ignore(OLD)
            talker.link.hear(OLD, heard.append)

        await _changes_while_listening_begins(proxy, talker, change)
        await talker.link.confirmed(OLD)
        assert talker.link.say(OLD, b"news")
        await eventually(lambda: heard == [b"news"], "the news")


async def test_who_waits_for_a_channel_that_is_left_again_waits_no_more(redis: RedisServer) -> None:
    async with talkers(redis.url, 1) as [talker], asyncio.timeout(PATIENCE_S):
        talker.link.hear(NEW, _nothing)
        talker.link.ignore(NEW)
        await talker.link.confirmed(NEW)
        redis.freeze()
        talker.link.hear(NEW, _nothing)
        waiting = asyncio.ensure_future(talker.link.confirmed(NEW))
        await asyncio.sleep(0)
        assert not waiting.done(), "Redis stands still"
        talker.link.ignore(NEW)
        await waiting
        assert talker.link.is_up, "it was not for the end of the link"
        redis.thaw()

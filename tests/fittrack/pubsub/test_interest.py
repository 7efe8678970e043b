"""A node asks Redis who listens to a channel, and keeps the answer no longer than it is of use."""

from datetime import UTC, datetime

from fittrack.kit.clock import VirtualClock
from fittrack.pubsub.redis_broker import INTEREST_FORGOTTEN_S, INTEREST_KEPT_S, RedisBroker
from fittrack.travelling import make_register
from tests.fittrack.pubsub.brokers import NAMESPACE, Talker, talkers
from tests.redis_server import RedisServer
from tests.stage import eventually

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _broker(talker: Talker, clock: VirtualClock) -> RedisBroker:
    return RedisBroker(talker.link, make_register(), clock, namespace=NAMESPACE, node=talker.name)


async def test_who_listens_is_asked_again_and_again(redis: RedisServer) -> None:
    async with talkers(redis.url) as (ada, bob):
        clock = VirtualClock(START)
        broker = _broker(ada, clock)
        topic = "channel:drawings"
        assert broker.wants(topic), "nobody knows yet"
        await eventually(lambda: not broker.wants(topic), "the answer that nobody does")
        await bob.listen(topic)
        assert not broker.wants(topic), "that is believed for a while"
        await clock.advance(INTEREST_KEPT_S)
        await eventually(lambda: broker.wants(topic), "the answer that somebody does")


async def test_channels_that_nothing_is_published_to_any_more_are_forgotten(redis: RedisServer) -> None:
    async with talkers(redis.url, 1) as [ada]:
        clock = VirtualClock(START)
        broker = _broker(ada, clock)
        ended = [f"channel:drawing:{number}" for number in range(500)]
        for topic in ended:
            broker.wants(topic)
        await eventually(lambda: not any(broker.wants(topic) for topic in ended), "the answers")
        assert broker.channels_known == len(ended)
        await clock.advance(INTEREST_FORGOTTEN_S)
        broker.wants("channel:drawings")
        await eventually(lambda: broker.channels_known == 1, "that they are forgotten")

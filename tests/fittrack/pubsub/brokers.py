"""Brokers of several nodes on a real Redis, as tests need them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Final
from uuid import UUID

from fittrack.kit.clock import SystemClock
from fittrack.kit.ids import UserId, uuid7
from fittrack.pubsub.messages import Message, StandingChanged
from fittrack.pubsub.redis_broker import RedisBroker
from fittrack.pubsub.redis_link import RedisLink, redis_link
from fittrack.pubsub.redis_url import RedisUrl
from fittrack.travelling import make_register
from tests.redis_server import PATIENCE_S
from tests.stage import eventually

NAMESPACE: Final = "fittrack:test"
_NUMBERS = count(1)


class Talker:
    """A node that publishes and listens."""

    def __init__(self, url: str) -> None:
        clock = SystemClock()
        self.name = f"node-{next(_NUMBERS)}"
        self.link: RedisLink = redis_link(RedisUrl.parse(url), clock, f"{NAMESPACE}:c:{self.name}")
        self.broker = RedisBroker(self.link, make_register(), clock, namespace=NAMESPACE, node=self.name)
        self.heard: dict[str, list[UUID]] = {}

    async def listen(self, topic: str) -> None:
        """Hear what is published to `topic`, whoever does."""
        self.heard[topic] = []
        self.broker.subscribe(topic, lambda message: self._hear(topic, message))
        await self.broker.listening(topic)

    def _hear(self, topic: str, message: Message) -> None:
        assert isinstance(message, StandingChanged)
        self.heard[topic].append(message.user_id)

    def say(self, topic: str) -> UUID:
        """Publish something of its own kind."""
        news = UserId(uuid7())
        self.broker.publish(topic, StandingChanged(news))
        return news

    async def is_heard(self, topic: str, by: "Talker") -> None:
        """Say it again and again until the other one hears it."""

        def reached() -> bool:
            return self.say(topic) in by.heard[topic] or bool(set(by.heard[topic]) - before)

        before = set(by.heard[topic])
        await eventually(reached, f"{topic} at {by.name}")


@asynccontextmanager
async def talkers(url: str, number: int = 2) -> AsyncIterator[list[Talker]]:
    """Nodes whose links are up."""
    nodes = [Talker(url) for _ in range(number)]
    try:
        for node in nodes:
            assert await node.link.start(PATIENCE_S)
        yield nodes
    finally:
        for node in nodes:
            await node.link.stop()

"""The broker of a cluster: within the node at once, to other nodes through Redis.

A node subscribes to the topics that somebody on it listens to and to no others; Redis hands each node one
message, whatever the number of its listeners. What is lost is found by its position, as `broker` says.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog

from fittrack.kit.clock import Clock
from fittrack.kit.seldom import Seldom
from fittrack.kit.travel import UNREADABLE, Register
from fittrack.pubsub.broker import Handler, Subscription, Topic
from fittrack.pubsub.memory_broker import MemoryBroker
from fittrack.pubsub.messages import PLAYER_PREFIX, Message
from fittrack.pubsub.parcels import open_parcel, seal_parcel
from fittrack.pubsub.redis_faults import LOSSES, plainly
from fittrack.pubsub.redis_link import RedisLink

CONFIRMED_WITHIN_S: Final = 2.0
"""Seconds that who begins to listen waits for Redis; what is missed then is found by its position."""

INTEREST_KEPT_S: Final = 2.0
"""How long an answer to the question whether other nodes listen to a channel is believed."""

INTEREST_FORGOTTEN_S: Final = 60.0
"""After which a channel that nothing is published to any more is forgotten: most drawings end."""

_log = structlog.get_logger(__name__)


class RedisBroker:
    """Implements `Broker` for a cluster. `namespace` is that of the deployment, `node` this one's name."""

    def __init__(
        self, link: RedisLink, register: Register, clock: Clock, *, namespace: str, node: str
    ) -> None:
        self._link = link
        self._register = register
        self._clock = clock
        self._prefix = f"{namespace}:t:"
        self._node = node
        self._own = MemoryBroker()
        self._interest: dict[Topic, tuple[float, bool]] = {}
        self._wondered: set[Topic] = set()
        self._asking: asyncio.Task[None] | None = None
        self._unreadable_log = Seldom(clock)
        self.unreadable = 0
        """Publications of another version that this one does not understand."""

    def publish(self, topic: Topic, message: Message) -> None:
        """See `Broker`. Other nodes are told soon, and not at all while Redis is gone."""
        self._own.publish(topic, message)
        self._link.say(self._prefix + topic, seal_parcel(self._node, self._register.pack(message)))

    def publish_here(self, topic: Topic, message: Message) -> None:
        """See `Broker`."""
        self._own.publish(topic, message)

    def wants(self, topic: Topic) -> bool:
        """See `Broker`. Whether other nodes do is asked for channels, and taken for granted for players."""
        return self._own.wants(topic) or topic.startswith(PLAYER_PREFIX) or self._is_wanted_elsewhere(topic)

    def subscribe(self, topic: Topic, handler: Handler) -> Subscription:
        """See `Broker`. What other nodes publish is heard from the moment on that `listening` waits for."""
        if not self._own.wants(topic):
            self._link.hear(self._prefix + topic, partial(self._heard, topic))
        return _RedisSubscription(self, topic, self._own.subscribe(topic, handler))

    @property
    def channels_known(self) -> int:
        """Channels of which it is remembered whether other nodes listen."""
        return len(self._interest)

    async def listening(self, topic: Topic) -> None:
        """Return when everything that is published to `topic` from now on is heard, if Redis is there."""
        try:
            async with asyncio.timeout(CONFIRMED_WITHIN_S):
                await self._link.confirmed(self._prefix + topic)
        except TimeoutError:
            _log.debug("broker.not_confirmed", topic=topic)

    def left(self, topic: Topic) -> None:
        """A subscription ended."""
        if not self._own.wants(topic):
            self._link.ignore(self._prefix + topic)

    def _heard(self, topic: Topic, data: bytes) -> None:
        try:
            sender, parcel = open_parcel(data)
            if sender == self._node:
                return
            message = self._register.unpack(parcel)
        except UNREADABLE as error:  # another version of the product runs beside this one
            self.unreadable += 1
            self._unreadable_log.say(_log, "broker.unreadable", topic=topic, error=repr(error))
            return
        self._own.publish(topic, message)

    def _is_wanted_elsewhere(self, topic: Topic) -> bool:
        asked_at, is_wanted = self._interest.get(topic, (float("-inf"), True))
        if self._clock.monotonic() - asked_at >= INTEREST_KEPT_S:
            self._wondered.add(topic)
            if self._asking is None:
                self._asking = asyncio.get_running_loop().create_task(self._ask())
        return is_wanted

    async def _ask(self) -> None:
        """Ask who listens to what was wondered about, for all of it together."""
        now = self._clock.monotonic()
        topics = list(self._wondered)
        try:
            counts = await self._link.listeners([self._prefix + topic for topic in topics])
        except LOSSES as error:  # nobody can be told anyway
            _log.debug("broker.interest_unknown", error=plainly(error))
            counts = [0] * len(topics)
        finally:
            self._asking = None
            self._wondered.difference_update(topics)
        self._interest = {
            topic: (asked_at, is_wanted)
            for topic, (asked_at, is_wanted) in self._interest.items()
            if now - asked_at < INTEREST_FORGOTTEN_S
        }
        self._interest |= {topic: (now, bool(count)) for topic, count in zip(topics, counts, strict=True)}


@dataclass(slots=True)
class _RedisSubscription:
    _broker: RedisBroker | None
    _topic: Topic
    _own: Subscription

    def cancel(self) -> None:
        broker, self._broker = self._broker, None
        if broker is not None:
            self._own.cancel()
            broker.left(self._topic)

"""Channel events to their subscribers on this node: encoded once per encoding, framed once, written to all.

A broadcast goes out in chunks with a turn of the event loop between: 20,000 sockets at once would stall
everybody else for 200 ms, chunks of 50 stall them for less than a millisecond and cost 1 % more CPU.
Channels take turns; within a channel one broadcast ends before the next begins, so nobody sees events out
of order.
"""

import asyncio
from collections import deque

from fittrack.kit.clock import Clock
from fittrack.kit.histogram import Histogram
from fittrack.pubsub.broker import Broker, Subscription
from fittrack.pubsub.messages import ChannelEvent, Message, channel_topic, position_of
from fittrack.server.audience import Audience, Membership
from fittrack.server.outbox import Outbox

CHUNK_DELIVERIES = 50
"""Deliveries in one turn of the event loop: 0.7 to 1 ms, the kernel's share included. Who asks for something
meanwhile waits for two of them at most, the one under way and the next."""

LATE_MS = 5_000
"""What was decided so long before a snapshot may not be in it yet: commits take time, clocks differ."""


class FanOut:
    """All channels that have subscribers on this node; it listens to the broker for no others.

    `lag` is told how long each broadcast took, in seconds from the instant that its position names.
    """

    def __init__(
        self, broker: Broker, clock: Clock, lag: Histogram, *, chunk: int = CHUNK_DELIVERIES
    ) -> None:
        self._broker = broker
        self._clock, self._lag = clock, lag
        self._audiences: dict[str, Audience] = {}
        self._listening: dict[str, Subscription] = {}
        self._chunk = chunk
        self._sending: deque[Audience] = deque()
        self.deliveries = 0
        """Messages handed to outboxes since the start."""

    def join(self, channel: str, outbox: Outbox, audience: str = "") -> Membership:
        """Hold `channel`'s events for `outbox` until `Membership.begin`: a snapshot is on its way.

        `audience`: whose events, where not all of the channel's subscribers may see the same.
        """
        topic = channel_topic(channel, audience)
        listeners = self._audiences.get(topic)
        if listeners is None:
            listeners = self._audiences[topic] = Audience(channel)
            self._listening[topic] = self._broker.subscribe(topic, self.receive)
        return listeners.join(outbox)

    async def listening(self, channel: str, audience: str = "") -> None:
        """Return when nothing that is published to `channel`, on any node, is missed any more."""
        await self._broker.listening(channel_topic(channel, audience))

    def leave(self, channel: str, outbox: Outbox, audience: str = "") -> None:
        """Take `outbox` off `channel`."""
        topic = channel_topic(channel, audience)
        listeners = self._audiences.get(topic)
        if listeners is None:
            return
        listeners.leave(outbox)
        if not listeners.size:
            del self._audiences[topic]
            self._listening.pop(topic).cancel()

    def size(self, channel: str) -> int:
        """Number of subscribers of `channel` on this node."""
        return sum(audience.size for audience in self._audiences.values() if audience.channel == channel)

    def heads(self) -> dict[str, int]:
        """The last position told here, by channel."""
        heads: dict[str, int] = {}
        for audience in self._audiences.values():
            told = max(audience.seq, audience.since or 0)
            heads[audience.channel] = max(told, heads.get(audience.channel, 0))
        return heads

    def remind(self, event: ChannelEvent, happened: int) -> None:
        """Publish a lasting event to whoever should have heard it and did not. `happened` is the position of
        what it tells."""
        audience = self._audiences.get(event.topic)
        if audience is not None and audience.since is not None and happened >= audience.since - LATE_MS:
            self.publish(event)

    def receive(self, message: Message) -> None:
        """What the broker calls."""
        assert isinstance(message, ChannelEvent), "a channel's topic carries channel events"
        self.publish(message)

    def publish(self, event: ChannelEvent) -> None:
        """Put `event` on its way to its channel's subscribers; its first chunk leaves at once."""
        audience = self._audiences.get(event.topic)
        if audience is None:
            return
        idle = not audience.waiting
        audience.publish(event)
        if idle and audience.waiting:
            self._deliver(audience)
            self._continue(audience)

    def _deliver(self, audience: Audience) -> None:
        broadcast = audience.first
        self.deliveries += audience.deliver(self._chunk)
        if broadcast.done:
            late_ms = position_of(self._clock.now()) - broadcast.event.seq
            self._lag.observe(max(0, late_ms) / 1000)

    def _continue(self, audience: Audience) -> None:
        if audience.waiting:
            if not self._sending:
                asyncio.get_running_loop().call_soon(self._turn)
            self._sending.append(audience)

    def _turn(self) -> None:
        audience = self._sending.popleft()
        self._deliver(audience)
        if audience.waiting:
            self._sending.append(audience)
        if self._sending:
            asyncio.get_running_loop().call_soon(self._turn)

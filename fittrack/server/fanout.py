"""Channel events to their subscribers on this node: encoded once per encoding, framed once, written to all.

A broadcast goes out in chunks with a turn of the event loop between: 20,000 sockets at once would stall
everybody else for 200 ms, chunks of 100 stall them for a millisecond and cost nothing. Channels take
turns; within a channel one broadcast ends before the next begins, so nobody sees events out of order.
"""

import asyncio
from collections import deque

from fittrack.pubsub.broker import Broker, Subscription
from fittrack.pubsub.messages import ChannelEvent, Message, channel_topic
from fittrack.server.audience import Audience, Membership
from fittrack.server.outbox import Outbox

CHUNK_DELIVERIES = 100
"""Deliveries in one turn of the event loop: about a millisecond, the kernel's share included."""


class FanOut:
    """All channels that have subscribers on this node; it listens to the broker for no others."""

    def __init__(self, broker: Broker, *, chunk: int = CHUNK_DELIVERIES) -> None:
        self._broker = broker
        self._audiences: dict[str, Audience] = {}
        self._listening: dict[str, Subscription] = {}
        self._chunk = chunk
        self._sending: deque[Audience] = deque()
        self.deliveries = 0
        """Messages handed to outboxes since the start."""

    def join(self, channel: str, outbox: Outbox) -> Membership:
        """Hold `channel`'s events for `outbox` until `Membership.begin`: a snapshot is on its way."""
        audience = self._audiences.get(channel)
        if audience is None:
            audience = self._audiences[channel] = Audience(channel)
            self._listening[channel] = self._broker.subscribe(channel_topic(channel), self.receive)
        return audience.join(outbox)

    def leave(self, channel: str, outbox: Outbox) -> None:
        """Take `outbox` off `channel`."""
        audience = self._audiences.get(channel)
        if audience is None:
            return
        audience.leave(outbox)
        if not audience.size:
            del self._audiences[channel]
            self._listening.pop(channel).cancel()

    def size(self, channel: str) -> int:
        """Number of subscribers of `channel` on this node."""
        audience = self._audiences.get(channel)
        return audience.size if audience else 0

    def heads(self) -> dict[str, int]:
        """The last position published here, by channel."""
        return {channel: audience.seq for channel, audience in self._audiences.items()}

    def receive(self, message: Message) -> None:
        """What the broker calls."""
        assert isinstance(message, ChannelEvent), "a channel's topic carries channel events"
        self.publish(message)

    def publish(self, event: ChannelEvent) -> None:
        """Put `event` on its way to its channel's subscribers; its first chunk leaves at once."""
        audience = self._audiences.get(event.channel)
        if audience is None:
            return
        idle = not audience.waiting
        audience.publish(event)
        if idle and audience.waiting:
            self.deliveries += audience.deliver(self._chunk)
            self._continue(audience)

    def _continue(self, audience: Audience) -> None:
        if audience.waiting:
            if not self._sending:
                asyncio.get_running_loop().call_soon(self._turn)
            self._sending.append(audience)

    def _turn(self) -> None:
        audience = self._sending.popleft()
        self.deliveries += audience.deliver(self._chunk)
        if audience.waiting:
            self._sending.append(audience)
        if self._sending:
            asyncio.get_running_loop().call_soon(self._turn)

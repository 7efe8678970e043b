"""The roll of all nodes: each says how it is when it is called, and whoever watches hears them all.

Nothing is said while nobody calls. A node that falls silent drops out by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import Final

from fittrack.kit.clock import Clock
from fittrack.ops.readings import Meters, Span, read
from fittrack.pubsub.broker import Broker
from fittrack.pubsub.messages import OPS_CALLS, OPS_READINGS, Message, Reading, RollCall

TICK_S: Final = 1.0
"""Seconds between two calls while somebody watches."""

SILENT_AFTER_S: Final = 3.5 * TICK_S
"""A node that did not answer three calls is not counted any more."""

GONE_AFTER_S: Final = 1.5 * TICK_S
"""The same for one call and a node that is in the list no more: it drains and answers, or it is dead, and its
phones count elsewhere already."""

GATHER_WITHIN_S: Final = 0.5
"""Seconds that who asks but once waits for the nodes that are known; they answer within milliseconds."""


class Reporter:
    """Answers each call with this node's reading. `node` is its name."""

    def __init__(self, meters: Meters, broker: Broker, clock: Clock, node: str) -> None:
        self._meters, self._broker, self._clock, self._node = meters, broker, clock, node
        self._since = clock.monotonic()
        self._lag_s = 0.0
        self._probe: asyncio.Task[None] | None = None
        self._subscription = broker.subscribe(OPS_CALLS, self._report)

    async def stop(self) -> None:
        """Answer no more."""
        self._subscription.cancel()
        if self._probe is not None:
            self._probe.cancel()
            await asyncio.gather(self._probe, return_exceptions=True)

    def _report(self, _: Message) -> None:
        now = self._clock.monotonic()
        reading = read(self._meters, node=self._node, since=self._since, at=now, lag_s=self._lag_s)
        self._broker.publish(OPS_READINGS, reading)
        if self._probe is None or self._probe.done():
            self._probe = asyncio.get_running_loop().create_task(self._measure_lag(), name="loop lag")

    async def _measure_lag(self) -> None:
        """How late the event loop wakes who sleeps, for the next reading."""
        began = self._clock.monotonic()
        await self._clock.sleep(TICK_S)
        self._lag_s = max(0.0, self._clock.monotonic() - began - TICK_S)


class _Gathering:
    """Somebody who waits until these nodes have answered."""

    def __init__(self, missing: Collection[str]) -> None:
        self._missing = set(missing)
        self.complete = asyncio.Event()

    def heard(self, node: str) -> None:
        self._missing.discard(node)
        if not self._missing:
            self.complete.set()


class Roll:
    """What the nodes said last. `nodes` names those that are there."""

    def __init__(self, broker: Broker, clock: Clock, nodes: Callable[[], Collection[str]]) -> None:
        self._broker, self._clock, self._nodes = broker, clock, nodes
        self._latest: dict[str, tuple[Reading, float]] = {}
        """By node: its last reading, and when it was heard."""
        self._former: dict[str, Reading] = {}
        self._gatherings: list[_Gathering] = []

    @asynccontextmanager
    async def heard(self) -> AsyncIterator[None]:
        """Hear what nodes say meanwhile."""
        subscription = self._broker.subscribe(OPS_READINGS, self._hear)
        try:
            await self._broker.listening(OPS_READINGS)
            yield
        finally:
            subscription.cancel()

    def call(self) -> None:
        """Have every node say how it is; this one does so at once, others soon."""
        self._broker.publish(OPS_CALLS, RollCall())

    async def gather(self) -> None:
        """Call, and wait for all who are there, but not for long."""
        gathering = _Gathering(self._nodes())
        self._gatherings.append(gathering)
        timer = self._clock.call_later(GATHER_WITHIN_S, gathering.complete.set)
        self.call()
        await gathering.complete.wait()
        timer.cancel()
        self._gatherings.remove(gathering)

    def turn(self) -> list[Span]:
        """What each node that is heard did since the last turn."""
        now, listed = self._clock.monotonic(), self._nodes()
        self._latest = {
            node: (reading, at)
            for node, (reading, at) in self._latest.items()
            if now - at < (SILENT_AFTER_S if node in listed else GONE_AFTER_S)
        }
        spans = [Span(self._former.get(node), reading) for node, (reading, _) in self._latest.items()]
        kept = {node: former for node, former in self._former.items() if node in listed}
        self._former = kept | {node: reading for node, (reading, _) in self._latest.items()}
        return spans

    def _hear(self, message: Message) -> None:
        assert isinstance(message, Reading), "nothing else is published there"
        self._latest[message.node] = message, self._clock.monotonic()
        for gathering in self._gatherings:
            gathering.heard(message.node)

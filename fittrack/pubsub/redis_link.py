"""A node's link to Redis, whatever Redis is: one server, or the shards of a cluster."""

from collections.abc import Callable, Sequence
from typing import Protocol

from fittrack.kit.clock import Clock
from fittrack.pubsub.redis_line import RedisLine
from fittrack.pubsub.redis_listener import Hear
from fittrack.pubsub.redis_place import redis_place
from fittrack.pubsub.redis_shards import RedisShards
from fittrack.pubsub.redis_speaker import Told
from fittrack.pubsub.redis_url import Kind, RedisUrl


class RedisLink(Protocol):
    """What is said to other nodes, and heard from them. Nothing here raises because Redis is gone."""

    def say(self, channel: str, data: bytes, on_told: Told | None = None) -> bool:
        """See `Speaker.say`."""

    def hear(self, channel: str, handler: Hear) -> None:
        """See `Listener.hear`."""

    def ignore(self, channel: str) -> None:
        """See `Listener.ignore`."""

    async def confirmed(self, channel: str) -> None:
        """See `Listener.confirmed`."""

    async def listeners(self, channels: Sequence[str]) -> list[int]:
        """How many nodes listen to each channel. Raises what the loss of Redis raises."""

    def when_ready(self, callback: Callable[[], None]) -> None:
        """Call back whenever listening began anew somewhere: what was said before may have been missed."""

    def when_lost(self, channel: str, callback: Callable[[], None]) -> None:
        """Call back whenever listening to `channel` ended: what is said there may be missed."""

    def hears(self, channel: str) -> bool:
        """Whether what is said to `channel`, to which this node listens, is heard at the moment."""

    def behind_s(self, channel: str) -> float:
        """How many seconds ago what is heard now of `channel`, to which this node listens, was said at most:
        after a halt, of this process or of Redis, it is the time of the halt and more."""

    @property
    def is_up(self) -> bool:
        """Whether everything can be said and heard."""

    @property
    def silent_for_s(self) -> float:
        """Seconds since the link last heard what it said to itself, everywhere."""

    @property
    def losses(self) -> int:
        """How often a connection was lost since the start."""

    @property
    def dropped(self) -> int:
        """See `Speaker.dropped`."""

    async def start(self, within_s: float) -> bool:
        """Begin, and wait until the link is up, but not longer than `within_s`. Whether it is."""

    async def stop(self) -> None:
        """Close every connection."""


def redis_link(url: RedisUrl, clock: Clock, own: str) -> RedisLink:
    """`own` names channels that are this node's alone: what it says to itself there, it must hear."""
    if url.kind is Kind.CLUSTER:
        return RedisShards(url, clock, own)
    return RedisLine(redis_place(url), clock, own)

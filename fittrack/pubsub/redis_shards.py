"""A node's link to a Redis Cluster: a line to each shard, and each channel on the line of its slot.

Slots move, and servers of a shard change places. Whenever a line is lost or a server says that a channel is
another one's, and now and then anyway, the cluster is asked who has what, and channels follow.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Final

import structlog
from redis.crc import key_slot
from redis.exceptions import ClusterDownError

from fittrack.kit.clock import Clock
from fittrack.pubsub.redis_faults import LOSSES, plainly
from fittrack.pubsub.redis_line import RETRY_MAX_S, RedisLine
from fittrack.pubsub.redis_listener import Hear
from fittrack.pubsub.redis_place import redis_place
from fittrack.pubsub.redis_speaker import Told
from fittrack.pubsub.redis_topology import SLOTS, Owners, read_owners
from fittrack.pubsub.redis_url import Address, RedisUrl

LOOK_EVERY_S: Final = 5.0
"""How often the cluster is asked without a reason: a server that was demoted says nothing by itself."""

LOOK_AGAIN_AFTER_S: Final = 0.2
"""Seconds between two looks with a reason: servers hear of a change from each other in about that time."""

_log = structlog.get_logger(__name__)


class RedisShards:
    """Implements `RedisLink` for a Redis Cluster of version 7 or newer."""

    def __init__(self, url: RedisUrl, clock: Clock, own: str) -> None:
        self._url = url
        self._clock = clock
        self._own = own
        self._owners: Owners = [None] * SLOTS
        self._is_arranged = False
        """Whether lines and channels are as `_owners` want it: not, while something went wrong half way."""
        self._lines: dict[Address, RedisLine] = {}
        self._retired: list[RedisLine] = []
        """Lines that nobody uses any more and that are still to be stopped."""
        self._heard: dict[str, _Heard] = {}
        self._on_ready: list[Callable[[], None]] = []
        self._on_lost: dict[str, list[Callable[[], None]]] = {}
        self._follower: asyncio.Task[None] | None = None
        self._look = asyncio.Event()
        self._followed = asyncio.Event()
        self._stopping = False
        self._former_losses = self._former_dropped = 0

    # --- Speaking and hearing -----------------------------------------------------------------------------

    def say(self, channel: str, data: bytes, on_told: Told | None = None) -> bool:
        """See `RedisLink`."""
        line = self._line_of(channel)
        if line is None:
            self._former_dropped += 1
            return False
        return line.say(channel, data, on_told)

    def hear(self, channel: str, handler: Hear) -> None:
        """See `RedisLink`."""
        line = self._line_of(channel)
        self._heard[channel] = _Heard(handler, line)
        if line is not None:
            line.hear(channel, handler)

    def ignore(self, channel: str) -> None:
        """See `RedisLink`."""
        heard = self._heard.pop(channel, None)
        if heard is not None and heard.line is not None:
            heard.line.ignore(channel)

    async def confirmed(self, channel: str) -> None:
        """See `RedisLink`."""
        heard = self._heard.get(channel)
        if heard is not None and heard.line is not None:
            await heard.line.confirmed(channel)

    async def listeners(self, channels: Sequence[str]) -> list[int]:
        """See `RedisLink`."""
        found: dict[str, int] = {}
        of_lines: dict[RedisLine, list[str]] = {}
        for channel in channels:
            line = self._line_of(channel)
            if line is None:
                raise ClusterDownError("nobody has the slot of a channel")
            of_lines.setdefault(line, []).append(channel)
        for line, of_line in of_lines.items():
            found.update(zip(of_line, await line.listeners(of_line), strict=True))
        return [found[channel] for channel in channels]

    def when_ready(self, callback: Callable[[], None]) -> None:
        """See `RedisLink`."""
        self._on_ready.append(callback)

    def when_lost(self, channel: str, callback: Callable[[], None]) -> None:
        """See `RedisLink`."""
        self._on_lost.setdefault(channel, []).append(callback)

    def hears(self, channel: str) -> bool:
        """See `RedisLink`."""
        heard = self._heard.get(channel)
        return heard is not None and heard.line is not None and heard.line.hears(channel)

    def behind_s(self, channel: str) -> float:
        """See `RedisLink`."""
        heard = self._heard.get(channel)
        return float("inf") if heard is None or heard.line is None else heard.line.behind_s(channel)

    @property
    def is_up(self) -> bool:
        """See `RedisLink`."""
        return bool(self._lines) and all(line.is_up for line in self._lines.values())

    @property
    def silent_for_s(self) -> float:
        """See `RedisLink`."""
        return max((line.silent_for_s for line in self._lines.values()), default=float("inf"))

    @property
    def losses(self) -> int:
        """See `RedisLink`."""
        return self._former_losses + sum(line.losses for line in self._lines.values())

    @property
    def dropped(self) -> int:
        """See `RedisLink`."""
        return self._former_dropped + sum(line.dropped for line in self._lines.values())

    # --- Running ------------------------------------------------------------------------------------------

    async def start(self, within_s: float) -> bool:
        """See `RedisLink`."""
        self._follower = asyncio.get_running_loop().create_task(self._follow())
        try:
            async with asyncio.timeout(within_s):
                await self._followed.wait()
                ups = await asyncio.gather(*(line.up(within_s) for line in self._lines.values()))
        except TimeoutError:
            return False
        return all(ups)

    async def stop(self) -> None:
        """See `RedisLink`."""
        self._stopping = True
        if self._follower is not None:
            self._follower.cancel()
            await asyncio.gather(self._follower, return_exceptions=True)
        await asyncio.gather(*(line.stop() for line in (*self._lines.values(), *self._retired)))

    def _owner_of(self, channel: str) -> Address | None:
        return self._owners[key_slot(channel.encode())]

    def _line_of(self, channel: str) -> RedisLine | None:
        owner = self._owner_of(channel)
        return None if owner is None else self._lines.get(owner)

    async def _follow(self) -> None:
        while not self._stopping:  # a connection that fails while it is cancelled would swallow that
            self._look.clear()
            wait = LOOK_EVERY_S
            try:
                await self._arrange(await read_owners(self._url, [*self._lines, *self._url.addresses]))
            except LOSSES as lost:
                _log.warning("redis.cluster_unknown", error=plainly(lost))
                wait = RETRY_MAX_S
            except Exception:
                _log.exception("redis.cluster_not_followed")
            timer = self._clock.call_later(wait, self._look.set)
            await self._clock.sleep(LOOK_AGAIN_AFTER_S)
            await self._look.wait()
            timer.cancel()

    async def _arrange(self, owners: Owners) -> None:
        """Have a line to each server that has slots, and every channel on its own."""
        if owners == self._owners and self._is_arranged:
            return
        self._owners, self._is_arranged = owners, False
        wanted = {owner for owner in owners if owner is not None}
        _log.info("redis.cluster", shards=sorted(f"{host}:{port}" for host, port in wanted))
        for address, line in list(self._lines.items()):
            if self._owner_of(line.own) != address:
                self._retire(address)
        for address in wanted - self._lines.keys():
            self._lines[address] = self._open_line(address)
        for channel in self._move_channels():
            self._lost_channel(channel)
        while self._retired:
            await self._retired[-1].stop()
            self._retired.pop()
        self._is_arranged = True
        if self._lines:
            self._followed.set()

    def _retire(self, address: Address) -> None:
        line = self._lines.pop(address)
        self._former_losses += line.losses
        self._former_dropped += line.dropped
        self._retired.append(line)

    def _open_line(self, address: Address) -> RedisLine:
        names = (f"{self._own}:{number}" for number in count())
        own = next(name for name in names if self._owner_of(name) == address)
        line = RedisLine(redis_place(self._url, address), self._clock, own)
        line.when_ready(self._ready)
        line.when_lost(own, partial(self._lost, line))
        line.when_astray(self._look.set)
        line.begin()
        return line

    def _move_channels(self) -> Sequence[str]:
        """Those of which something may have been missed."""
        left = []
        for channel, heard in self._heard.items():
            line = self._line_of(channel)
            if line is heard.line:
                continue
            if heard.line is not None:
                heard.line.ignore(channel)
                left.append(channel)
            heard.line = line
            if line is not None:
                line.hear(channel, heard.handler)
        return left

    # --- What lines say -----------------------------------------------------------------------------------

    def _ready(self) -> None:
        for callback in self._on_ready:
            callback()

    def _lost(self, line: RedisLine) -> None:
        self._look.set()
        for channel in self._on_lost:
            heard = self._heard.get(channel)
            if heard is not None and heard.line is line:
                self._lost_channel(channel)

    def _lost_channel(self, channel: str) -> None:
        for callback in self._on_lost.get(channel, ()):
            try:
                callback()
            except Exception:  # channels follow all the same
                _log.exception("redis.loss_not_taken", channel=channel)


@dataclass(slots=True)
class _Heard:
    """A channel that is listened to, and on which line, while its slot has one."""

    handler: Hear
    line: RedisLine | None

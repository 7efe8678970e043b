"""Who belongs to the cluster: each node says every few seconds that it is there, and hears who else is.

The register is in Redis and is no authority: the database fences what nodes write, whatever they believe.
It decides where actors run (`placement`), and who may answer from memory: a node whose last word is so recent
that nobody can have missed it and taken its actors over (its *lease*), and that has not heard for a while of
anybody who came or went (`actors.trust`).
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

import structlog

from fittrack.cluster.replacement import Replacement
from fittrack.cluster.view import View
from fittrack.kit.clock import Clock, boottime
from fittrack.pubsub.redis_faults import LOSSES, plainly
from fittrack.pubsub.redis_place import Client

LIFE_S: Final = 10.0
"""After its last word a node counts as there for so long, unless the setting says otherwise. A node that was
missed too early loads all its actors anew: nothing is lost by that but time, so what a busy machine may stand
still for should fit in."""

HEARTBEAT_SHARE: Final = 0.3
"""Of a life, between two heartbeats: two of them may get lost."""

LEASE_SHARE: Final = 0.9
"""Of a life. Counted from before the word was said, on a clock that goes on while the machine sleeps: it ends
before anybody else may think that the node is gone, by more than clocks run apart meanwhile."""

ANSWER_WITHIN_S: Final = 1.5
"""Seconds for a heartbeat; a later answer would come with the next one."""

_log = structlog.get_logger(__name__)

# Time is Redis's own, one clock for all. A node that joins takes the place of its predecessor of the same
# name, which stays out however long it still lives. Of nodes that all leave, the last stays until it departs:
# with nobody in the list, each of them would run every actor that its clients want something of. Whoever says
# that it is there writes that first: a Redis without memory refuses the first word of a script, and takes any
# that follow one which made room.
_SCRIPT: Final = """
local ends, names, state = KEYS[1], KEYS[2], KEYS[3]
local node, name, life, does = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local changed, replaced_by = false, ''
local function drop(other)
  redis.call('ZREM', ends, other)
  redis.call('HDEL', names, other)
  changed = true
end
local ends_at = redis.call('ZSCORE', ends, node)
local is_there = ends_at and tonumber(ends_at) > now
local there = redis.call('ZRANGEBYSCORE', ends, '(' .. now, '+inf')
local others = #there - (is_there and 1 or 0)
if does == 'depart' or does == 'leave' and others > 0 then
  if ends_at then drop(node) end
else
  local namesakes = {}
  for _, other in ipairs(is_there and {} or there) do
    if redis.call('HGET', names, other) == name then table.insert(namesakes, other) end
  end
  if does == 'join' or #namesakes == 0 then
    redis.call('ZADD', ends, now + life, node)
    if not is_there then
      redis.call('HSET', names, node, name)
      changed = true
    end
    for _, other in ipairs(namesakes) do drop(other) end
  else
    replaced_by = namesakes[1]
  end
end
for _, other in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', now)) do drop(other) end
local born = redis.call('HGET', state, 'born')
if not born then
  born = now
  redis.call('HSET', state, 'born', born, 'version', born)
end
if changed then redis.call('HINCRBY', state, 'version', 1) end
local version = redis.call('HGET', state, 'version')
return {version, now - born, changed and 1 or 0, redis.call('ZRANGE', ends, 0, -1), now, replaced_by}
"""


class Membership:
    """This node's place among the others.

    `node` is unique to this start of the process. `announce` is called when this node's word changed who is
    there: others should look at once.
    """

    def __init__(
        self, redis: Client, clock: Clock, *, namespace: str, node: str, life_s: float = LIFE_S
    ) -> None:
        self.node = node
        self._name = node
        self._redis = redis
        self._namespace = namespace
        self._clock = clock
        self._life_s = life_s
        self._heartbeat_s = HEARTBEAT_SHARE * life_s
        self.lease_s = LEASE_SHARE * life_s
        self.changed_at = float("-inf")
        """On the monotonic clock: when this node last heard that somebody came or went, or was heard again
        itself."""
        # A Redis that forgot everybody, or heard nobody, hears of them one by one: so long a node that knew
        # them waits.
        self._settle_s = 2 * self._heartbeat_s
        self._awaited: set[str] = set()
        """Who is about to say again that it is there, as far as this node knows."""
        self._awaited_until = float("-inf")
        self._task: asyncio.Task[None] | None = None
        self._look = asyncio.Event()
        self._stopping = False
        self._said_at = float("-inf")
        self._does: Literal["join", "stay", "leave", "depart"] = "join"
        self._is_named = False
        """Whether the register named this node when it last took its word."""
        self.replacement = Replacement(clock)
        self._saying = asyncio.Lock()
        self._is_unheard = False
        """Whether Redis did not take the last word; it is said in the log once."""
        self.view = View.of(0, [node])
        self.on_view: Callable[[], None] = _nothing
        """The view changed."""
        self.on_lapse: Callable[[], None] = _nothing
        """The lease had ended and there is a new one: what is in memory may be outdated."""
        self.announce: Callable[[], None] = _nothing
        self.on_time: Callable[[float, float, float], None] = _ignore
        """Redis said how many seconds after 1970 it is, between two instants of the monotonic clock."""

    @property
    def is_heard(self) -> bool:
        """Whether Redis took this node's word lately, and said what the register knows."""
        return boottime() - self._said_at < self.lease_s

    @property
    def is_there(self) -> bool:
        """Whether the register names this node. It does so no longer than a node lives."""
        return self._is_named and boottime() - self._said_at < self._life_s

    @property
    def holds_lease(self) -> bool:
        """Whether nobody can have missed this node so far."""
        return self._is_named and self.is_heard

    async def join(self, name: str) -> bool:
        """Say for the first time that this node is there, in the place of whoever had its name before.

        Whether Redis heard it.
        """
        self._name = name or self.node
        return await self._say()

    def start(self) -> None:
        """Go on saying it."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    def look(self) -> None:
        """Somebody came or went: do not wait for the next heartbeat."""
        self._look.set()

    async def refreshed(self) -> None:
        """Return when the view is as new as can be had now."""
        await self._say()

    async def leave(self) -> None:
        """From now on this node takes no actors, unless there is nobody else."""
        self._does = "leave"
        await self._say()

    async def depart(self) -> None:
        """From now on it takes none."""
        self._does = "depart"
        await self._say()

    async def stop(self) -> None:
        """Say no more."""
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while not self._stopping:  # a connection that fails while it is cancelled would swallow that
            timer = self._clock.call_later(self._heartbeat_s, self._look.set)
            await self._look.wait()
            timer.cancel()
            self._look.clear()
            try:
                await self._say()
            except Exception:
                _log.exception("cluster.heartbeat_failed")

    async def _say(self) -> bool:
        async with self._saying:
            at, asked_at = boottime(), self._clock.monotonic()
            try:
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    said = self.node, self._name, int(self._life_s * 1000), self._does
                    answer = await _tell(self._redis, self._namespace, *said)
            except LOSSES as error:
                (_log.debug if self._is_unheard else _log.warning)("cluster.not_heard", error=plainly(error))
                self._is_unheard = True
                return False
            version, age_ms, changed, nodes, now_ms, replaced_by = answer
            if self._is_unheard:
                self._is_unheard = False
                _log.info("cluster.heard_again")
            if self._does == "join":
                self._does = "stay"
            self._renew(at, register_age_s=int(age_ms) / 1000)
            self.on_time(int(now_ms) / 1000, asked_at, self._clock.monotonic())
            self._hear(int(version), sorted(node.decode() for node in nodes))
            self.replacement.hear(replaced_by.decode(), self._name)
            if changed:
                self.announce()
            return True

    def _renew(self, at: float, register_age_s: float) -> None:
        silent_s, self._said_at = at - self._said_at, at
        had_lapsed = silent_s >= self.lease_s
        is_reborn = 0 <= register_age_s < silent_s  # below zero: the clock of Redis was set back
        if had_lapsed or is_reborn:  # others may have been missed with this one, or forgotten
            self._awaited = {node for node in self.view.nodes if node != self.node}
            self._awaited_until = self._clock.monotonic() + self._settle_s
        if had_lapsed:
            self.changed_at = self._clock.monotonic()
        if had_lapsed and self._task is not None:
            _log.warning("cluster.lease_renewed")
            self.on_lapse()

    def _hear(self, version: int, nodes: Sequence[str]) -> None:
        known = self.view.nodes
        self._is_named = self.node in nodes
        if version != self.view.version:  # also where whoever came has left before this node could hear of it
            self.changed_at = self._clock.monotonic()
        self._awaited.difference_update(nodes)
        if self._clock.monotonic() >= self._awaited_until:
            self._awaited.clear()
        there = tuple(sorted({*nodes, *self._awaited}))
        if there == known:
            self.view = replace(self.view, version=version)
            return
        self.view = View.of(version, there)
        self.changed_at = self._clock.monotonic()  # later than its version, if somebody was waited for
        _log.info("cluster.view", version=version, nodes=list(there))
        self.on_view()


async def forget(redis: Client, namespace: str, node: str) -> None:
    """Take `node` off the register: its process has ended. Raises what the loss of Redis raises."""
    await _tell(redis, namespace, node, "", 0, "depart")


async def listed(redis: Client, namespace: str) -> list[str]:
    """Who is on the register. Raises what the loss of Redis raises."""
    nodes: Any = await redis.zrange(_keys(namespace)[0], 0, -1)
    return [node.decode() for node in nodes]


def views_channel(namespace: str) -> str:
    """Where it is said that the register changed."""
    return f"{namespace}:views"


async def _tell(redis: Client, namespace: str, *said: str | int) -> Any:
    """Run the script with its four arguments."""
    keys = _keys(namespace)
    return await redis.eval(_SCRIPT, len(keys), *keys, *said)


def _nothing() -> None:
    """Nobody wants to know."""


def _ignore(_said_s: float, _asked_at: float, _answered_at: float) -> None:
    """Nobody wants to know."""


def _keys(namespace: str) -> list[str]:
    """Those of the script; in a Redis Cluster they are together."""
    return [f"{{{namespace}}}:{key}" for key in ("ends", "names", "state")]

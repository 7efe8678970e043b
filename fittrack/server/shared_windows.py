"""Moving windows in Redis, which all nodes share; those of this process while Redis is gone.

A window is a list of instants of Redis's clock, the oldest first. One script counts and looks, in a time that
does not grow with the list; it has one key, so in a Redis Cluster it runs where that key is. One pipeline is
on its way at a time, and what arrives meanwhile makes the next one: a request pays for one round trip at most
two times, and a busy node for few. Redis may lose everything at any time; limits are then wider for a minute.
"""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from hashlib import sha1
from typing import Any, Final, NamedTuple

import structlog
from redis.asyncio import RedisCluster
from redis.exceptions import NoScriptError

from fittrack.kit.clock import Clock
from fittrack.kit.problems import Busy
from fittrack.pubsub.redis_faults import LOSSES, plainly
from fittrack.pubsub.redis_place import redis_client
from fittrack.pubsub.redis_url import RedisUrl
from fittrack.server.windows import WINDOW_S, MemoryWindows, Verdict

ANSWER_WITHIN_S: Final = 0.5
"""Seconds for a round trip, a new connection included. Redis answers in one or two milliseconds; when it does
not, requests must not wait for it."""

RETRY_AFTER_S: Final = 1.0
"""Seconds between two looks whether Redis is back. No request waits for them."""

HITS_PER_TRIP_MAX: Final = 256
"""Requests counted in one pipeline: some milliseconds of Redis's time at most, which others wait for."""

CHECKS_PER_MINUTE_MAX: Final = 1_000_000
"""More than there ever are: a check that is refused would write nothing, and see no Redis that refuses to be
written."""

_SCRIPT: Final = """
local window_s, limit, now = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
if now == '' then
  local time = redis.call('TIME')
  now = string.format('%d.%06d', time[1], time[2])
end
local oldest = redis.call('LINDEX', KEYS[1], 0)
while oldest and tonumber(oldest) <= tonumber(now) - window_s do
  redis.call('LPOP', KEYS[1])
  oldest = redis.call('LINDEX', KEYS[1], 0)
end
local count = redis.call('LLEN', KEYS[1])
if count >= limit then
  return {0, count, redis.call('LINDEX', KEYS[1], -limit), now}
end
count = redis.call('RPUSH', KEYS[1], now)
redis.call('EXPIRE', KEYS[1], window_s)
return {1, count, oldest or now, now}
"""
_SHA: Final = sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()

log: Final = structlog.stdlib.get_logger(__name__)


def _redis_says() -> str:
    """Clocks of nodes differ, and a window has one: the script asks Redis what time it is."""
    return ""


class _Hit(NamedTuple):
    """A request that waits for its verdict."""

    kind: str
    key: Hashable
    limit: int
    verdict: asyncio.Future[Verdict]


class SharedWindows:
    """Windows in the Redis at `url`. `namespace` is the deployment's: others may use the same Redis.

    `now`: what says what time it is, in seconds since 1970; Redis itself unless it is given.
    Stop it, to close its connection.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        namespace: str,
        answer_within_s: float = ANSWER_WITHIN_S,
        now: Callable[[], float | str] = _redis_says,
    ) -> None:
        self._clock, self._now = clock, now
        # Without a hash tag: in a Redis Cluster each window is a key for itself, and all servers count.
        self._prefix = f"{namespace}:rate"
        self._own = MemoryWindows(clock)
        # Nothing is tried again: a request that waits is worse than one that this process counts.
        self._redis = redis_client(RedisUrl.parse(url), answer_within_s)
        self._answer_within_s = answer_within_s
        self._waiting: list[_Hit] = []
        self._trip: asyncio.Task[None] | None = None
        self._recovery: asyncio.Task[None] | None = None
        self.failures = 0
        """How often Redis was lost."""

    @property
    def shared(self) -> bool:
        """Whether Redis counts at the moment, rather than this process alone."""
        return self._recovery is None

    async def hit(self, kind: str, key: Hashable, limit: int) -> Verdict:
        """Count one request. Never fails: without Redis this process counts."""
        if self._recovery is not None:
            return self._own.hit_now(kind, key, limit)
        loop = asyncio.get_running_loop()
        hit = _Hit(kind, key, limit, loop.create_future())
        self._waiting.append(hit)
        if self._trip is None:
            self._trip = loop.create_task(self._travel())
        return await hit.verdict

    async def check(self) -> None:
        """Raise `Busy`, with its cause, when Redis does not count: it may answer and refuse to be written."""
        nobody = _Hit("check", "", CHECKS_PER_MINUTE_MAX, asyncio.get_running_loop().create_future())
        try:
            async with asyncio.timeout(self._answer_within_s):
                await self._ask([nobody])
        except LOSSES as error:
            await self._forget_servers()
            raise Busy("Redis does not count") from error

    async def stop(self) -> None:
        """Close the connection."""
        for task in (self._trip, self._recovery):
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
        await self._redis.aclose()

    async def _travel(self) -> None:
        try:
            while self._waiting:
                hits, self._waiting = self._waiting[:HITS_PER_TRIP_MAX], self._waiting[HITS_PER_TRIP_MAX:]
                for hit, verdict in zip(hits, await self._judge(hits), strict=True):
                    if not hit.verdict.done():  # the client may have left meanwhile
                        hit.verdict.set_result(verdict)
        finally:
            self._trip = None

    async def _judge(self, hits: Sequence[_Hit]) -> list[Verdict]:
        if self._recovery is None:
            try:
                async with asyncio.timeout(self._answer_within_s):
                    return await self._ask(hits)
            except Exception as error:  # whatever Redis does, requests are answered
                self._lose(error)
        return [self._own.hit_now(hit.kind, hit.key, hit.limit) for hit in hits]

    async def _ask(self, hits: Sequence[_Hit]) -> list[Verdict]:
        answers = await self._count(hits)
        if unrun := [at for at, answer in enumerate(answers) if isinstance(answer, NoScriptError)]:
            # A server was restarted, and ran none of them; others of a cluster may have run theirs.
            await self._redis.script_load(_SCRIPT)
            for at, answer in zip(unrun, await self._count([hits[at] for at in unrun]), strict=True):
                answers[at] = answer
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return [_verdict(hit, answer) for hit, answer in zip(hits, answers, strict=True)]

    async def _count(self, hits: Sequence[_Hit]) -> list[Any]:
        now, pipeline = self._now(), self._redis.pipeline(transaction=False)
        for hit in hits:
            name = f"{self._prefix}:{hit.kind}:{hit.key}"
            pipeline.execute_command("EVALSHA", _SHA, 1, name, int(WINDOW_S), hit.limit, now)
        return list(await pipeline.execute(raise_on_error=False))

    def _lose(self, error: Exception) -> None:
        self.failures += 1
        log.warning("rate_limits.redis_lost", error=plainly(error))
        self._recovery = asyncio.get_running_loop().create_task(self._recover())

    async def _recover(self) -> None:
        while True:
            await self._clock.sleep(RETRY_AFTER_S)
            try:
                await self._forget_servers()
                await self.check()
            except Busy as busy:
                log.debug("rate_limits.redis_still_lost", error=repr(busy.__cause__))
            except Exception:  # else this process would count alone until it ends
                log.exception("rate_limits.not_examined")
            else:
                break
        self._recovery = None
        log.info("rate_limits.redis_back")

    async def _forget_servers(self) -> None:
        """Ask a Redis Cluster anew who has what: a pipeline that meets a server which is gone does not."""
        if isinstance(self._redis, RedisCluster):
            await self._redis.aclose()


def _verdict(hit: _Hit, answer: tuple[int, int, bytes, bytes]) -> Verdict:
    granted, count, oldest, now = answer
    left, reset_s = max(0, hit.limit - count), max(0.0, float(oldest) + WINDOW_S - float(now))
    return Verdict(bool(granted), hit.limit, left, reset_s)

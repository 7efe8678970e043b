"""Connections to Redis: to one server, the master that Sentinels name, or a Redis Cluster."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import ConnectionPool
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff

from fittrack.pubsub.redis_url import Address, Kind, RedisUrl
from fittrack.pubsub.redis_words import PLAIN, SHARDED, Words

CONNECT_WITHIN_S: Final = 1.0
"""Seconds for a connection; a Redis that takes longer is treated as gone, and tried again."""

ANSWER_WITHIN_S: Final = 1.5
"""Seconds for an answer that somebody waits for."""

Client = Redis | RedisCluster
"""What is asked and answers, wherever keys are."""


@dataclass(frozen=True, slots=True)
class RedisPlace:
    """Connections to one server: patient ones, that wait for what comes, and a client that wants answers."""

    patient: ConnectionPool
    redis: Redis
    words: Words

    async def listeners(self, channels: Sequence[str]) -> list[int]:
        """How many connections listen to each channel."""
        answer = await self.redis.execute_command("PUBSUB", self.words.count, *channels)  # type: ignore[no-untyped-call]
        return [int(count) for count in answer[1::2]]

    async def close(self) -> None:
        """Close every connection."""
        await self.patient.disconnect()
        await self.redis.connection_pool.disconnect()


def redis_place(url: RedisUrl, address: Address | None = None) -> RedisPlace:
    """The server at `url`, or the one of its cluster that is at `address`. Connects to nothing yet."""
    return RedisPlace(
        _client(url, None, address).connection_pool,
        _client(url, ANSWER_WITHIN_S, address),
        PLAIN if address is None else SHARDED,
    )


def redis_client(url: RedisUrl, answer_within_s: float = ANSWER_WITHIN_S) -> Client:
    """Who answers within so many seconds or raises. Connects to nothing yet."""
    if url.kind is not Kind.CLUSTER:
        return _client(url, answer_within_s)
    return RedisCluster(
        startup_nodes=[ClusterNode(host, port) for host, port in url.addresses],
        require_full_coverage=False,  # what is left of a cluster is better than nothing
        **_options(url, answer_within_s),
    )


def _client(url: RedisUrl, answer_within_s: float | None, address: Address | None = None) -> Redis:
    """None: an answer may take for ever."""
    options = {**_options(url, answer_within_s), "db": url.db}
    if url.kind is not Kind.SENTINEL:
        host, port = address or url.addresses[0]
        return Redis(host=host, port=port, **options)
    of_sentinels = {**_timing(CONNECT_WITHIN_S), "ssl": url.tls, **url.sentinel_options}
    sentinel = Sentinel(list(url.addresses), sentinel_kwargs=of_sentinels)  # type: ignore[no-untyped-call]
    master: Redis = sentinel.master_for(url.master, **options)
    return master


def _options(url: RedisUrl, answer_within_s: float | None) -> dict[str, Any]:
    return {**url.options, **_timing(answer_within_s), "ssl": url.tls}


def _timing(answer_within_s: float | None) -> dict[str, Any]:
    return {
        "socket_timeout": answer_within_s,
        "socket_connect_timeout": min(answer_within_s or CONNECT_WITHIN_S, CONNECT_WITHIN_S),
        "retry": Retry(NoBackoff(), 0),  # whoever uses it decides when to try again
        "health_check_interval": 0,
        "protocol": 2,
    }

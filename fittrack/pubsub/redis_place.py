"""Where Redis is: one server, or the master that Sentinels name (SPEC 10a, REDIS_URL).

redis://user:password@host:6379/0            rediss:// for TLS
redis+sentinel://:password@host:26379,other:26379/name-of-the-master/0
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from redis.asyncio import Redis
from redis.asyncio.connection import ConnectionPool
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff

CONNECT_WITHIN_S: Final = 1.0
"""Seconds for a connection; a Redis that takes longer is treated as gone, and tried again."""

ANSWER_WITHIN_S: Final = 1.5
"""Seconds for an answer that somebody waits for."""

SENTINEL_SCHEMES: Final = {"redis+sentinel": False, "rediss+sentinel": True}
"""And whether they mean TLS."""

SCHEMES: Final = ("redis", "rediss", *SENTINEL_SCHEMES)
SENTINEL_PORT: Final = 26379


@dataclass(frozen=True, slots=True)
class SentinelAddress:
    """A `redis+sentinel://` URL, read."""

    sentinels: Sequence[tuple[str, int]]
    master: str
    db: int
    username: str | None
    password: str | None
    tls: bool

    @classmethod
    def parse(cls, url: str) -> "SentinelAddress":
        """Raises ValueError for what is no such URL."""
        parts = urlsplit(url)
        credentials, _, hosts = parts.netloc.rpartition("@")
        username, _, password = credentials.partition(":")
        master, _, db = parts.path.strip("/").partition("/")
        sentinels = [_host(text) for text in hosts.split(",")]
        if not master:
            raise ValueError("the name of the master is missing")
        return cls(
            sentinels,
            master,
            int(db or 0),
            unquote(username) or None,
            unquote(password) or None,
            SENTINEL_SCHEMES[parts.scheme],
        )


@dataclass(frozen=True, slots=True)
class RedisPlace:
    """Connections to one Redis: patient ones, that wait for what comes, and a client that wants answers."""

    patient: ConnectionPool
    redis: Redis

    async def listeners(self, channels: Sequence[str]) -> list[int]:
        """How many connections listen to each channel."""
        counted = await self.redis.pubsub_numsub(*channels)
        return [int(count) for _, count in counted]

    async def close(self) -> None:
        """Close every connection."""
        await self.patient.disconnect()
        await self.redis.connection_pool.disconnect()


def redis_place(url: str, *, answer_within_s: float = ANSWER_WITHIN_S) -> RedisPlace:
    """The Redis at `url`. Connects to nothing yet."""
    return RedisPlace(redis_pool(url, None), Redis(connection_pool=redis_pool(url, answer_within_s)))


def redis_pool(url: str, answer_within_s: float | None) -> ConnectionPool:
    """Connections to the Redis at `url`, which wait so long for an answer; None: for ever."""
    options: dict[str, Any] = {
        "socket_timeout": answer_within_s,
        "socket_connect_timeout": min(answer_within_s or CONNECT_WITHIN_S, CONNECT_WITHIN_S),
        "retry": Retry(NoBackoff(), 0),  # whoever uses it decides when to try again
        "health_check_interval": 0,
        "protocol": 2,
    }
    if urlsplit(url).scheme in SENTINEL_SCHEMES:
        return _of_sentinels(SentinelAddress.parse(url), options)
    return ConnectionPool.from_url(url, **options)


def _of_sentinels(address: SentinelAddress, options: dict[str, Any]) -> ConnectionPool:
    of_sentinel = {**options, "socket_timeout": CONNECT_WITHIN_S}
    if address.tls:
        of_sentinel["ssl"] = options["ssl"] = True
    sentinel = Sentinel(list(address.sentinels), sentinel_kwargs=of_sentinel)  # type: ignore[no-untyped-call]
    master: Redis = sentinel.master_for(
        address.master, db=address.db, username=address.username, password=address.password, **options
    )
    return master.connection_pool


def fault_of_url(url: str) -> str | None:
    """What is wrong with a REDIS_URL, if anything."""
    parts = _split(url)
    if parts is None or parts.scheme not in SCHEMES:
        return (
            "is written redis://user:password@host:6379/0; rediss:// for TLS, redis+sentinel:// for Sentinels"
        )
    if parts.scheme in SENTINEL_SCHEMES:
        try:
            SentinelAddress.parse(url)
        except ValueError as error:
            return f"is written redis+sentinel://:password@host:26379,other:26379/master/0; {error}"
    return None


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        if parts.scheme not in SENTINEL_SCHEMES and (not parts.hostname or parts.port == 0):
            return None
    except ValueError:  # a port that is none, a bracket that is never closed
        return None
    return parts


def _host(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host:
        host, port = port, str(SENTINEL_PORT)
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise ValueError(f"{text!r} is no host:port")
    return host.strip("[]"), int(port)

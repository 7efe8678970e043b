"""Which server of a Redis Cluster has which slots, as the cluster itself says."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from fittrack.pubsub.redis_faults import LOSSES
from fittrack.pubsub.redis_place import redis_place
from fittrack.pubsub.redis_url import Address, RedisUrl

SLOTS: Final = 16_384
"""Of a Redis Cluster."""

Owners = Sequence[Address | None]
"""The server of each slot; None: nobody has it at the moment."""


async def read_owners(url: RedisUrl, known: Iterable[Address]) -> Owners:
    """Ask one after the other of those that are `known`, until one says that its cluster works; the others
    may be cut off and know nothing new. Raises what the loss of Redis raises."""
    lost: BaseException = RedisError("no server of the cluster is known")
    outdated: Owners | None = None
    for address in dict.fromkeys(known):
        place = redis_place(url, address)
        try:
            owners = await _ask(place.redis, address)
            if (await place.redis.cluster("INFO"))["cluster_state"] == "ok":
                return owners
            outdated = outdated or owners
        except LOSSES as error:
            lost = error
        finally:
            await place.close()
    if outdated is None:
        raise lost
    return outdated


async def _ask(redis: Redis, address: Address) -> Owners:
    owners: list[Address | None] = [None] * SLOTS
    for first, last, primary, *_ in await redis.cluster("SLOTS"):
        owners[int(first) : int(last) + 1] = [_address(primary, address)] * (int(last) - int(first) + 1)
    return owners


def _address(said: Sequence[Any], asked: Address) -> Address:
    # A server that does not know its own name says none: it is the one that was asked.
    host = said[0].decode() if said[0] else ""
    return (host or asked[0], int(said[1]))

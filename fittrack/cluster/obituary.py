"""Telling a cluster that a node is dead, by somebody who knows: it need not wait until the node is missed."""

from typing import Final

import structlog
from redis.asyncio import RedisCluster

from fittrack.cluster.membership import forget, views_channel
from fittrack.pubsub.redis_faults import LOSSES, plainly
from fittrack.pubsub.redis_place import redis_client
from fittrack.pubsub.redis_url import RedisUrl

ANSWER_WITHIN_S: Final = 1.0
"""Seconds for each of two answers: a Redis that is busy for longer is told nothing, and misses the node."""

_log = structlog.get_logger(__name__)


async def tell_of_death(url: str, namespace: str, node: str) -> bool:
    """Have the register forget `node`, whose process has ended, and the others look.

    Whether Redis heard it; if not, the node is missed like any other. Its successor at the same address is
    another node, whenever that joins.
    """
    try:
        async with redis_client(RedisUrl.parse(url), ANSWER_WITHIN_S) as redis:
            await forget(redis, namespace, node)
            publish = redis.spublish if isinstance(redis, RedisCluster) else redis.publish
            await publish(views_channel(namespace), b"")
    except LOSSES as error:
        _log.warning("cluster.death_not_told", node=node, error=plainly(error))
        return False
    _log.info("cluster.death_told", node=node)
    return True

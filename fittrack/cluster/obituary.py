"""Telling a cluster that a node is dead, by somebody who knows: it need not wait until the node is missed."""

from typing import Final

import structlog
from redis.asyncio import RedisCluster

from fittrack.cluster.membership import forget, views_channel
from fittrack.pubsub.redis_faults import LOSSES, plainly
from fittrack.pubsub.redis_place import redis_client
from fittrack.pubsub.redis_url import RedisUrl

ANSWER_WITHIN_S: Final = 1.0
"""Seconds for each of two answers: the next node of that name is started after them, and is not forgotten."""

_log = structlog.get_logger(__name__)


async def tell_of_death(url: str, namespace: str, name: str) -> bool:
    """Have the register forget whoever is called `name`, whose process has ended, and the others look.

    Whether Redis heard it; if not, the node is missed like any other.
    """
    redis = redis_client(RedisUrl.parse(url), ANSWER_WITHIN_S)
    try:
        await forget(redis, namespace, name)
        publish = redis.spublish if isinstance(redis, RedisCluster) else redis.publish
        await publish(views_channel(namespace), b"")
    except LOSSES as error:
        _log.warning("cluster.death_not_told", name=name, error=plainly(error))
        return False
    finally:
        await redis.aclose()
    _log.info("cluster.death_told", name=name)
    return True

"""Who comes and goes before a node can hear of it: the list of nodes is the same, its version is not."""

from pathlib import Path

from fittrack.cluster.membership import Membership
from fittrack.kit.clock import SystemClock
from fittrack.pubsub.redis_place import redis_client
from fittrack.pubsub.redis_url import RedisUrl
from tests.redis_server import redis_server


async def test_a_node_knows_that_it_missed_somebody_who_came_and_left(tmp_path: Path) -> None:
    clock = SystemClock()
    with redis_server(tmp_path) as redis:
        link = redis_client(RedisUrl.parse(redis.url))
        node, guest = (Membership(link, clock, namespace="test", node=name) for name in ("node", "guest"))
        await node.join("node")
        await node.refreshed()
        known, since = node.view.nodes, node.changed_at
        await node.refreshed()
        assert node.changed_at == since, "nothing happened"

        await guest.join("guest")  # it tells nobody
        await guest.leave()
        await node.refreshed()
        assert node.view.nodes == known
        assert node.changed_at > since
        await link.aclose()

"""Nodes that are told to stop while clients still want something of them: one of them has each actor."""

from fittrack.cluster.membership import Membership
from fittrack.kit.clock import SystemClock
from fittrack.pubsub.redis_place import redis_client
from fittrack.pubsub.redis_url import RedisUrl
from tests.fittrack.cluster.houses import NAMESPACE, Say, Town
from tests.stage import eventually

ENTITIES = [f"actor-{number}" for number in range(20)]


async def test_of_nodes_that_all_leave_one_has_the_actors_until_it_is_gone(town: Town) -> None:
    town.grow_old()
    one, other = town.one, town.other
    await one.cluster.leave()
    await other.cluster.leave()
    last = [other.cluster.node]
    await eventually(lambda: one.cluster.nodes == other.cluster.nodes == tuple(last), "the same view")
    for entity in ENTITIES:
        for house in (one, other):
            assert await house.ask(entity, entity) == Say(entity)
    assert other.heard == [entity for entity in ENTITIES for _ in range(2)] and not one.heard

    await other.cluster.depart()
    await eventually(lambda: one.cluster.membership.is_there, "whoever is left")
    assert await one.ask(ENTITIES[0], "mine now") == Say("mine now")
    assert one.heard == ["mine now"]
    await eventually(lambda: other.cluster.nodes == (one.cluster.node,), "the news")
    assert await other.ask(ENTITIES[0], "yours") == Say("yours")
    assert one.heard == ["mine now", "yours"]


async def test_a_node_that_leaves_alone_makes_room_for_the_next_one(town: Town) -> None:
    town.grow_old()
    one = town.one.cluster
    await town.other.cluster.depart()
    await one.leave()
    assert one.nodes == (one.node,)
    async with redis_client(RedisUrl.parse(town.redis.url)) as client:
        newcomer = Membership(client, SystemClock(), namespace=NAMESPACE, node="newcomer")
        assert await newcomer.join("another")
        await one.membership.refreshed()
        await newcomer.refreshed()
        assert one.nodes == newcomer.view.nodes == (newcomer.node,)
        await newcomer.depart()
        await one.depart()
        assert not one.nodes

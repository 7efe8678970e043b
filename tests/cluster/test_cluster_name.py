"""A new SECRET_KEY on its way to all nodes: under a name of their own they stay one cluster meanwhile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fittrack.app import Node
from fittrack.kit.ids import uuid7
from tests.cluster.nodes import cluster_of, know_each_other, node_here
from tests.evidence import assert_sound, sold
from tests.fittrack.accounts.house import a_registration
from tests.fittrack.server.keys import rsa_pem
from tests.players import Rest
from tests.redis_server import redis_server
from tests.stage import Stage
from tests.world import Member, complete_profile, earn, enrol

FORMER_KEY, NEW_KEY = "former-" * 5, "renewed-" * 5
NAME = {"CLUSTER_NAME": "fit"}
WALKERS = 4
TICKETS = 2


@dataclass(frozen=True, slots=True)
class Rollout:
    """A node that has the former secret still, and one that has the new one; somebody at the door of each."""

    former: Node
    at_former: Rest
    newer: Node
    at_newer: Rest
    stranger: Node
    """Has the former secret and the same database, and another name."""


@asynccontextmanager
async def under_way(stage: Stage, folder: Path) -> AsyncIterator[Rollout]:
    """The nodes, which sign access tokens with one pair of keys."""
    signs = {"JWT_ALGORITHM": "RS256", "JWT_PRIVATE_KEY": rsa_pem()[0]}
    with redis_server(folder) as redis:
        async with (
            node_here(stage, redis, SECRET_KEY=FORMER_KEY, **NAME, **signs) as (former, at_former),
            node_here(stage, redis, SECRET_KEY=NEW_KEY, **NAME, **signs) as (newer, at_newer),
            node_here(stage, redis, SECRET_KEY=FORMER_KEY, CLUSTER_NAME="fat", **signs) as (stranger, _),
            Rest(at_former) as door_of_former,
            Rest(at_newer) as door_of_newer,
        ):
            await know_each_other(former, newer)
            yield Rollout(former, door_of_former, newer, door_of_newer, stranger)


async def a_walker(node: Node, name: str) -> Member:
    """Somebody with points, whose token that node has signed."""
    member = await enrol(node, name)
    await complete_profile(node, member, name)
    await earn(node, member, WALKERS * TICKETS)
    return member


async def test_nodes_with_two_secrets_and_one_name_are_one_cluster_and_another_name_is_another(
    stage: Stage, tmp_path: Path
) -> None:
    async with under_way(stage, tmp_path) as nodes:
        assert list(cluster_of(nodes.stranger).nodes) == [nodes.stranger.links.node]
        for number in range(WALKERS):
            walker = await a_walker(nodes.former, f"walker{number}")
            for door in (nodes.at_former, nodes.at_newer):
                assert (await door.buy(walker.token, stage.world.drawing_id, TICKETS))[0] == 201
        assert sold(stage, stage.world.drawing_id) == WALKERS * 2 * TICKETS
        for node in (nodes.former, nodes.newer):
            metrics = cluster_of(node).exchange.metrics
            assert metrics.asked + metrics.served, "somebody's actor, or the drawing's, was at the other"
        assert not cluster_of(nodes.stranger).exchange.metrics.served
    assert_sound(stage)


async def test_what_the_former_secret_signed_is_not_known_under_the_new_one(
    stage: Stage, tmp_path: Path
) -> None:
    form, key = a_registration(), uuid7()
    async with under_way(stage, tmp_path) as nodes:
        walker = await a_walker(nodes.former, "walker")
        await nodes.at_former.buy(walker.token, stage.world.drawing_id, TICKETS)
        page = await nodes.at_former.get("/points/transactions?limit=1", walker.token)
        onward = f"/points/transactions?limit=1&cursor={page['pagination']['next_cursor']}"
        assert (await nodes.at_former.call("GET", onward, token=walker.token))[0] == 200
        status, problem = await nodes.at_newer.call("GET", onward, token=walker.token)
        assert (status, problem["errors"][0]["pointer"]) == (400, "/cursor")

        await nodes.at_former.post("/auth/register", form, key=key)
        status, problem = await nodes.at_newer.call("POST", "/auth/register", form, key=key)
        assert (status, problem["code"]) == (422, "idempotency-mismatch")
    assert_sound(stage)

"""Nodes of a cluster for tests: processes over a real Redis, on the database of a stage."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from fittrack.app import Node
from fittrack.cluster.cluster import Cluster
from fittrack.kit.clock import Clock
from tests.redis_server import RedisServer, redis_server
from tests.server import Address, Server, serving
from tests.stage import Stage, eventually
from tests.world import no_fatal, settings_for


async def figure(server: Server, name: str) -> float:
    """What `/metrics` says."""
    async with aiohttp.ClientSession() as http, http.get(f"{server.url}/metrics") as response:
        text = await response.text()
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    )


@asynccontextmanager
async def two_nodes(stage: Stage, folder: Path, **more: str) -> AsyncIterator[tuple[Server, Server]]:
    """Two nodes that know each other. `more` are further settings of both."""
    with redis_server(folder) as redis:
        async with two_nodes_on(redis.url, stage, folder, **more) as nodes:
            yield nodes


@asynccontextmanager
async def two_nodes_on(
    redis_url: str, stage: Stage, folder: Path, **more: str
) -> AsyncIterator[tuple[Server, Server]]:
    """Two nodes that know each other through a Redis that is there."""
    for name in ("a", "b"):
        (folder / name).mkdir()
    database = f"sqlite:///{stage.folder}/fittrack.db"
    environ = {"REDIS_URL": redis_url, "DATABASE_URL": database, **more}
    async with serving(folder / "a", **environ) as one, serving(folder / "b", **environ) as other:
        yield one, other


@asynccontextmanager
async def two_nodes_here(
    stage: Stage, redis: RedisServer, **environ: str
) -> AsyncIterator[tuple[Node, Address, Node, Address]]:
    """Two whole nodes inside the test's process, that know each other: they start at once."""
    async with AsyncExitStack() as running:
        one, at_one = await running.enter_async_context(node_here(stage, redis, **environ))
        other, at_other = await running.enter_async_context(node_here(stage, redis, **environ))
        await know_each_other(one, other)
        yield one, at_one, other, at_other


async def know_each_other(*nodes: Node) -> None:
    """Wait until each of the nodes sees all of them."""
    for cluster in map(cluster_of, nodes):
        await eventually(lambda c=cluster: len(c.nodes) == len(nodes), "the other nodes")


def cluster_of(node: Node) -> Cluster:
    """The node's part in its cluster."""
    assert node.links.cluster is not None, "there is a Redis"
    return node.links.cluster


@asynccontextmanager
async def node_here(
    stage: Stage, redis: RedisServer, clock: Clock | None = None, **environ: str
) -> AsyncIterator[tuple[Node, Address]]:
    """A whole node inside the test's process."""
    settings = settings_for(stage.folder, REDIS_URL=redis.url, WS_DRAIN_SECONDS="0", **environ)
    node = Node(settings, on_fatal=no_fatal, clock=clock)
    async with serving_here(node) as address:
        yield node, address


@asynccontextmanager
async def serving_here(node: Node) -> AsyncIterator[Address]:
    """The node's address, while it serves."""
    address = Address(await node.start("127.0.0.1", 0))
    try:
        yield address
    finally:
        await node.stop()

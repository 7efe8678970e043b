"""One server, a master that Sentinels name, a Redis Cluster: nodes talk over each, and over failovers."""

import asyncio
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from fittrack.cluster.membership import Membership
from fittrack.kit.clock import SystemClock
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import Busy
from fittrack.pubsub import redis_faults, redis_line
from fittrack.pubsub.redis_place import redis_client
from fittrack.pubsub.redis_url import RedisUrl
from fittrack.server.shared_windows import ANSWER_WITHIN_S, SharedWindows
from tests.fittrack.pubsub.brokers import NAMESPACE, talkers
from tests.redis_houses import RedisCluster, Watched
from tests.redis_server import PATIENCE_S, RedisServer
from tests.stage import eventually

ENVIRONMENT = Path(__file__).parents[3] / "docs" / "environment.md"
TOPICS = [f"channel:{number}" for number in range(12)]


async def _works(url: str) -> None:
    """Publications reach who listens, once; nodes find each other; limits are shared."""
    async with talkers(url, 3) as (ada, bob, eve):
        for topic in TOPICS:
            await bob.listen(topic)
        await eve.listen(TOPICS[0])
        said = {topic: [ada.say(topic) for _ in range(3)] for topic in TOPICS}
        await eventually(lambda: bob.heard == said, "what Ada said")
        await eventually(lambda: eve.heard == {TOPICS[0]: said[TOPICS[0]]}, "what Ada said")
    await _finds_others(url)
    await _shares_limits(url)


async def _finds_others(url: str) -> None:
    clients = [redis_client(RedisUrl.parse(url), PATIENCE_S) for _ in range(2)]
    one, other = (
        Membership(client, SystemClock(), namespace=NAMESPACE, node=f"n{number}")
        for number, client in enumerate(clients)
    )
    assert await one.join("") and await other.join("")
    await one.refreshed()
    assert one.view.nodes == other.view.nodes == ("n0", "n1")
    for client in clients:
        await client.aclose()


def _windows(url: str, answer_within_s: float = ANSWER_WITHIN_S) -> SharedWindows:
    return SharedWindows(url, SystemClock(), namespace=NAMESPACE, answer_within_s=answer_within_s)


async def _shares_limits(url: str) -> None:
    both = [_windows(url, PATIENCE_S) for _ in range(2)]
    try:
        # So many at once that a pipeline goes to every server of a cluster.
        keys = [uuid7() for _ in range(12)]
        hits = [windows.hit("account", key, 3) for key in keys for windows in (*both, *both)]
        allowed = [verdict.allowed for verdict in await asyncio.gather(*hits)]
        assert sum(allowed) == 36
        assert all(windows.shared for windows in both)
    finally:
        for windows in both:
            await windows.stop()


async def test_nodes_talk_over_one_server(redis: RedisServer) -> None:
    await _works(redis.url)


async def test_the_rights_that_the_documents_name_are_enough(
    redis: RedisServer, cluster: RedisCluster
) -> None:
    [rights] = re.findall(r"the rights `([^`]+)`", ENVIRONMENT.read_text())
    for server in (redis, *cluster.servers):
        server.call("ACL", "SETUSER", "ada", "on", ">pw", "resetkeys", "resetchannels", *rights.split())
    for url in (redis.url, cluster.url):
        await _works(url.replace("://", "://ada:pw@"))


async def test_nodes_talk_over_a_cluster_and_each_shard_carries_its_channels(cluster: RedisCluster) -> None:
    await _works(cluster.url)
    async with talkers(cluster.url) as (_, bob):
        for topic in TOPICS:
            await bob.listen(topic)
        for topic in TOPICS:
            channel = f"{NAMESPACE}:t:{topic}"
            for server in cluster.primaries:
                heard_here = channel in server.call("PUBSUB", "SHARDCHANNELS").split()
                assert heard_here == (server is cluster.owner_of(channel))


async def test_a_primary_that_dies_is_replaced_and_its_channels_are_heard_again(
    cluster: RedisCluster,
) -> None:
    async with talkers(cluster.url) as (ada, bob):
        for topic in TOPICS:
            await bob.listen(topic)
        kept = next(
            topic for topic in TOPICS if cluster.owner_of(f"{NAMESPACE}:t:{topic}") is cluster.primaries[1]
        )
        gone = next(
            topic for topic in TOPICS if cluster.owner_of(f"{NAMESPACE}:t:{topic}") is cluster.primaries[0]
        )
        cluster.primaries[0].kill()
        await eventually(lambda: ada.say(gone) and ada.link.dropped, "the loss, which is counted")
        said = [ada.say(kept) for _ in range(3)]
        await eventually(lambda: bob.heard[kept] == said, "a shard that nothing happened to")
        for topic in TOPICS:
            await ada.is_heard(topic, bob)
        await eventually(lambda: ada.link.is_up and bob.link.is_up, "the whole link")


async def test_limits_are_shared_again_when_a_primary_that_counted_them_was_replaced(
    cluster: RedisCluster,
) -> None:
    windows = _windows(cluster.url)
    keys = [f"{number}" for number in range(12)]  # every server has some of them

    async def counts_all() -> bool:
        for key in keys:
            await windows.hit("account", key, 10_000)
        return windows.shared

    assert await counts_all()
    cluster.primaries[0].kill()
    assert not await counts_all()
    await cluster.healed()
    await eventually(counts_all, "that all are counted again")
    await eventually(partial(_is_well, windows), "the check")
    await windows.stop()


async def test_servers_of_a_shard_may_change_places(cluster: RedisCluster) -> None:
    async with talkers(cluster.url) as (ada, bob):
        for topic in TOPICS:
            await bob.listen(topic)
        cluster.replica.call("CLUSTER", "FAILOVER")
        await eventually(lambda: "role:master" in cluster.replica.call("INFO", "replication"), "the change")
        for topic in TOPICS:
            await ada.is_heard(topic, bob)

        def all_there() -> bool:
            there = cluster.replica.call("PUBSUB", "SHARDCHANNELS").split()
            wanted = {f"{NAMESPACE}:t:{topic}" for topic in TOPICS}
            return {name for name in wanted if cluster.owner_of(name) is cluster.primaries[0]} <= set(there)

        await eventually(all_there, "the channels at the new primary")


async def test_a_slot_that_moves_takes_its_channels_with_it_whatever_hears_of_the_loss_does(
    cluster: RedisCluster,
) -> None:
    topic = TOPICS[0]
    channel = f"{NAMESPACE}:t:{topic}"
    lost: list[str] = []

    def fail() -> None:
        lost.append(channel)
        raise RuntimeError("whoever waited for answers there is broken")

    async with talkers(cluster.url) as (ada, bob):
        bob.link.when_lost(channel, fail)
        await bob.listen(topic)
        source = cluster.owner_of(channel)
        target = next(server for server in cluster.primaries if server is not source)
        slot = source.call("CLUSTER", "KEYSLOT", channel).strip()
        names = {server: server.call("CLUSTER", "MYID").strip() for server in (source, target)}
        target.call("CLUSTER", "SETSLOT", slot, "IMPORTING", names[source])
        source.call("CLUSTER", "SETSLOT", slot, "MIGRATING", names[target])
        for server in (target, source):
            server.call("CLUSTER", "SETSLOT", slot, "NODE", names[target])
        await eventually(
            lambda: channel in target.call("PUBSUB", "SHARDCHANNELS").split(), "the channel at its new server"
        )
        await ada.is_heard(topic, bob)
        assert lost


@pytest.mark.parametrize("end", [RedisServer.kill, RedisServer.freeze])
async def test_a_master_that_dies_or_stands_still_is_replaced_by_whom_the_sentinel_names(
    watched: Watched, end: Callable[[RedisServer], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that stands still takes connections and says nothing."""
    for module, limit in ((redis_line, "CANARY_WITHIN_S"), (redis_faults, "CONNECT_WITHIN_S")):
        monkeypatch.setattr(module, limit, 2.0)  # the same, sooner
    client, windows = redis_client(RedisUrl.parse(watched.url)), _windows(watched.url)
    member = Membership(client, SystemClock(), namespace=NAMESPACE, node="lasting")
    async with talkers(watched.url) as (ada, bob):
        await bob.listen(TOPICS[0])
        await ada.is_heard(TOPICS[0], bob)
        assert await member.join("") and (await windows.hit("account", "ada", 9)).allowed
        end(watched.master)
        await watched.replaced()
        await ada.is_heard(TOPICS[0], bob)
        await eventually(lambda: ada.link.is_up and bob.link.is_up, "both links")
        await eventually(partial(member.join, ""), "the register at the new master")
        await eventually(partial(_counts, windows), "the limits at the new master")
        await member.depart()
        await _finds_others(watched.url)
    await windows.stop()
    await client.aclose()


async def _is_well(windows: SharedWindows) -> bool:
    try:
        await windows.check()
    except Busy:
        return False
    return True


async def _counts(windows: SharedWindows) -> bool:
    await windows.hit("account", "ada", 9)
    return windows.shared

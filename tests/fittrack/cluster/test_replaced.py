"""Two nodes that the register takes for one: who came last has the place, and the other one says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog

from fittrack.cluster.membership import Membership
from fittrack.cluster.naming import name_of
from fittrack.cluster.obituary import tell_of_death
from fittrack.kit.clock import SystemClock
from fittrack.kit.problems import Busy
from fittrack.pubsub.redis_place import redis_client
from fittrack.pubsub.redis_url import RedisUrl
from tests.fittrack.cluster.houses import NAMESPACE, House
from tests.redis_server import redis_server
from tests.stage import eventually

ADDRESS, TWIN = "here:8000/1", "a twin"


@asynccontextmanager
async def a_house_and_its_twin(folder: Path, renewed_within_s: float) -> AsyncIterator[tuple[House, str]]:
    """A node in whose place another is; and the address of their Redis."""
    with redis_server(folder) as redis:
        house = House(redis.url, life_s=10.0)
        await house.cluster.start(house.registry, ADDRESS, renewed_within_s=renewed_within_s)
        await eventually(lambda: house.cluster.holds_lease, "its place")
        async with redis_client(RedisUrl.parse(redis.url)) as client:
            await Membership(client, SystemClock(), namespace=NAMESPACE, node=TWIN).join(ADDRESS)
        await house.cluster.membership.refreshed()
        assert not house.cluster.holds_lease
        yield house, redis.url
        await house.registry.stop(5.0)
        await house.cluster.stop()


async def test_a_node_that_is_put_out_by_another_says_by_whom_and_is_unready(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as logs:
        async with a_house_and_its_twin(tmp_path, 0.0) as (house, redis_url):
            await house.cluster.membership.refreshed()
            [said] = [line for line in logs if line["event"] == "cluster.replaced"]
            assert (said["log_level"], said["by"], said["address"]) == ("error", TWIN, ADDRESS)
            with pytest.raises(Busy, match=TWIN):
                await house.cluster.check()
            assert await tell_of_death(redis_url, NAMESPACE, TWIN)
            await house.cluster.membership.refreshed()
            assert house.cluster.holds_lease
            await house.cluster.check()


async def test_a_worker_whose_successor_starts_is_ready_until_it_is_told_to_drain(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as logs:
        async with a_house_and_its_twin(tmp_path, 60.0) as (house, _):
            await house.cluster.check()
    assert "cluster.replaced" not in {line["event"] for line in logs}


def test_a_name_is_of_one_address_and_the_same_at_the_next_start() -> None:
    names = [name_of(*which) for which in (("a", 1, None), ("a", 1, 1), ("b", 1, 1), ("a", 2, 1))]
    assert len(set(names)) == len(names)
    assert name_of("a", 1, 1) == names[1]
    assert not name_of("a", 0, 1), "a port that the system chooses has no next start"

"""A Redis that publishes what it is told and refuses to be written: nobody may believe that all is well."""

from pathlib import Path
from typing import Final

import pytest

from fittrack.kit.problems import Busy
from fittrack.ops.metrics.cluster import ClusterCollector
from tests.fittrack.cluster.houses import House, a_town
from tests.stage import eventually

LIFE_S: Final = 2.0


def figures(house: House) -> dict[str, float]:
    return {
        sample.name: sample.value
        for family in ClusterCollector(house.cluster).collect()
        for sample in family.samples
    }


async def is_well(house: House) -> bool:
    try:
        await house.cluster.check()
    except Busy:
        return False
    return True


async def test_a_node_whose_heartbeats_a_replica_refuses_is_unready_and_says_that_nobody_lists_it(
    tmp_path: Path,
) -> None:
    async with a_town(tmp_path, LIFE_S) as town:
        await eventually(lambda: is_well(town.one), "readiness")
        town.redis.call("REPLICAOF", "127.0.0.1", "1")
        await eventually(lambda: not town.one.cluster.membership.is_there, "the end of its life")
        with pytest.raises(Busy, match="heartbeats"):
            await town.one.cluster.check()
        said = figures(town.one)
        assert said["fittrack_redis_link_up"] == 1, "who looks at the link alone sees nothing"
        assert said["fittrack_cluster_lease"] == said["fittrack_cluster_member"] == 0
        town.redis.call("REPLICAOF", "NO", "ONE")
        await eventually(lambda: is_well(town.one), "readiness again")
        assert figures(town.one)["fittrack_cluster_member"] == 1

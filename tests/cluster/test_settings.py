"""Settings that all nodes should have in common: where they differ, everybody says so and serves on."""

from pathlib import Path

import aiohttp
from structlog.testing import capture_logs

from fittrack.cluster.settings import differences
from fittrack.config import Settings
from fittrack.config.common import COMMON
from fittrack.doctor.diagnosis import Diagnosis
from fittrack.doctor.examination import examine
from tests.cluster.nodes import cluster_of, figure, know_each_other, node_here
from tests.redis_server import redis_server
from tests.server import Address
from tests.stage import Stage, eventually

GAUGE = "fittrack_cluster_settings_differ"
OTHERS = {"PLATFORM_TZ": "UTC", "EXCLUDED_STATES": "none"}
SENTENCE = "Other nodes have other settings: EXCLUDED_STATES, PLATFORM_TZ"
SECRET_WORDS = {"KEY", "KEYS", "SECRET", "PASSWORD"}


async def detail_of_cluster(node: Address) -> str:
    """What a node that is ready says of its cluster."""
    async with aiohttp.ClientSession() as http, http.get(f"{node.url}/health/ready") as response:
        assert response.status == 200
        return str((await response.json())["parts"]["cluster"]["detail"])


async def diagnosis_of(what: str, settings: Settings) -> Diagnosis:
    [found] = [finding for finding in await examine(settings) if finding.what == what]
    return found


async def test_nodes_whose_settings_differ_say_which_until_they_agree(stage: Stage, tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis, capture_logs() as lines:
        async with node_here(stage, redis) as (one, at_one):
            settings = cluster_of(one).settings
            async with node_here(stage, redis, **OTHERS) as (other, at_other):
                await know_each_other(one, other)
                for address in (at_one, at_other):

                    async def tells(address: Address = address) -> bool:
                        return await detail_of_cluster(address) == SENTENCE

                    await eventually(tells, "the difference")
                    assert await figure(address, GAUGE) == 1
                node = cluster_of(other).node
                assert settings.differences == {"EXCLUDED_STATES": {node: ""}, "PLATFORM_TZ": {node: "UTC"}}
                differ = [line for line in lines if line["event"] == "cluster.settings_differ"]
                assert {line["log_level"] for line in differ} == {"error"}
                assert {line["here"]["PLATFORM_TZ"] for line in differ} == {"America/New_York", "UTC"}
                found = await diagnosis_of("nodes", one.settings)
                assert not found.ok
                assert f"PLATFORM_TZ is “America/New_York” here, “UTC” at {node}" in found.sentence
            await eventually(lambda: not settings.differences, "the end of the difference")
            assert "cluster.settings_agree" in [line["event"] for line in lines]
            for what in ("nodes", "redis clock"):
                assert (await diagnosis_of(what, one.settings)).ok


def test_what_one_of_two_versions_does_not_know_is_not_compared() -> None:
    own = {"A": "1", "B": "2"}
    assert differences(own, {"x": {"A": "1", "C": "3"}, "y": {}}) == {}
    assert differences(own, {"x": {"A": "0"}, "y": {"A": "9", "B": "2"}}) == {"A": {"x": "0", "y": "9"}}


def test_no_secret_is_told_to_other_nodes() -> None:
    assert not [name for name in COMMON if SECRET_WORDS & set(name.split("_"))]

"""Redis in its three configurations, real ones."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.redis_houses import RedisCluster, Watched, redis_cluster, watched_redis
from tests.redis_server import RedisServer, redis_server


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as server:
        yield server


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[RedisCluster]:
    with redis_cluster(tmp_path) as cluster:
        await cluster.form()
        yield cluster


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    with watched_redis(tmp_path) as watched:
        await watched.ready()
        yield watched

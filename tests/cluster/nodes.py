"""Nodes of a cluster for tests: processes over a real Redis, on the database of a stage."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.redis_server import redis_server
from tests.server import Server, serving
from tests.stage import Stage


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
async def two_nodes(stage: Stage, folder: Path) -> AsyncIterator[tuple[Server, Server]]:
    """Two nodes that know each other."""
    with redis_server(folder) as redis:
        for name in ("a", "b"):
            (folder / name).mkdir()
        environ = {"REDIS_URL": redis.url, "DATABASE_URL": f"sqlite:///{stage.folder}/fittrack.db"}
        async with serving(folder / "a", **environ) as one, serving(folder / "b", **environ) as other:
            yield one, other

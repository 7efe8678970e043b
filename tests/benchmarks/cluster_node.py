"""The other node of `cluster_asks`, until its input ends: `python -m tests.benchmarks.cluster_node URL`."""

import asyncio
import sys

import uvloop

from tests.benchmarks.cluster_asks import node


async def main(url: str) -> None:
    async with node(url):
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))

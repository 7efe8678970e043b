"""SIGHUP, by which a supervisor renews its workers (tests/fittrack/workers), where there is none."""

import asyncio
import os
import pty
import signal
import sys

from fittrack.workers.limits import EXIT_USAGE
from tests.cluster.logs import lines
from tests.server import PATIENCE_S, ROOT, Server, serving
from tests.stage import Stage, eventually


async def test_it_ends_nobody_who_only_starts(stage: Stage) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-X", "importtime", "-m", "fittrack", "serve", "--workers", "2"),
        cwd=ROOT,
        env=Server(stage.folder).environ,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE_S):
        while b" fittrack." not in (said := await process.stderr.readline()):
            assert said, "it ended before it had read anything of the product"
        process.send_signal(signal.SIGHUP)
        assert b"set REDIS_URL" in await process.stderr.read()
        assert await process.wait() == EXIT_USAGE, "it came so far"


async def test_a_server_alone_goes_on_and_says_that_it_cannot_be_renewed(stage: Stage) -> None:
    async with serving(stage.folder) as server:
        server.send(signal.SIGHUP)
        await eventually(lambda: lines(server, "node.not_renewed"), "a line about it")
        assert await server.terminate() == 0


async def test_a_server_whose_terminal_closes_drains(stage: Stage) -> None:
    ours, theirs = pty.openpty()
    try:
        async with serving(stage.folder, stdin=theirs) as server:
            server.send(signal.SIGHUP)
            assert await server.ended() == 0
            assert lines(server, "node.stopped")
    finally:
        os.close(ours)
        os.close(theirs)

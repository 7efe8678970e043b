"""The `fittrack` command as an operator runs it."""

import asyncio
import sys

from tests.server import ROOT, Server


async def fittrack(server: Server, *arguments: str) -> tuple[int, str]:
    """Run `fittrack …` with the settings of `server`. Returns the exit status and what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "fittrack", *arguments,
        cwd=ROOT, env=server.environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()

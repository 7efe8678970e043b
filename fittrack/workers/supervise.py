"""A supervisor as a program: its address and its signals."""

import asyncio
import signal
import sys
from collections.abc import Callable

from fittrack.workers.address import shared_address
from fittrack.workers.place import OnDeath
from fittrack.workers.supervisor import Supervisor


def supervise(
    host: str, port: int, count: int, *, on_serving: Callable[[str], None], on_death: OnDeath
) -> int:
    """Run `count` workers until SIGTERM or Ctrl-C; SIGHUP renews them. Returns the exit status.

    `on_serving` is called with the address, `on_death` with what the cluster called a worker that died.
    Raises OSError when the address cannot be listened on.
    """
    with shared_address(host, port) as shared:
        command = [sys.executable, "-m", "fittrack", "serve", "--host", host, "--port", str(shared)]
        return asyncio.run(_run(Supervisor(count, command, on_death), f"http://{host}:{shared}", on_serving))


async def _run(supervisor: Supervisor, url: str, on_serving: Callable[[str], None]) -> int:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, supervisor.stop)
    loop.add_signal_handler(signal.SIGHUP, supervisor.renew)
    return await supervisor.run(lambda: on_serving(url))

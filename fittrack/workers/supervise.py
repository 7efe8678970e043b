"""A supervisor as a program: its address and its signals."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable

from fittrack.workers.place import OnDeath
from fittrack.workers.supervisor import Supervisor


def supervise(
    host: str, port: int, count: int, *, on_serving: Callable[[str], None], on_death: OnDeath
) -> int:
    """Run `count` workers until SIGTERM or Ctrl-C; SIGHUP renews them. Returns the exit status.

    `on_serving` is called with the address, `on_death` with what the cluster called a worker that died.
    Raises OSError when the address cannot be listened on.
    """
    with _reserved(host, port) as reserved:
        port = reserved.getsockname()[1]
        command = [sys.executable, "-m", "fittrack", "serve", "--host", host, "--port", str(port)]
        return asyncio.run(_run(Supervisor(count, command, on_death), f"http://{host}:{port}", on_serving))


async def _run(supervisor: Supervisor, url: str, on_serving: Callable[[str], None]) -> int:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, supervisor.stop)
    loop.add_signal_handler(signal.SIGHUP, supervisor.renew)
    return await supervisor.run(lambda: on_serving(url))


def _reserved(host: str, port: int) -> socket.socket:
    """A socket that takes the address for the workers, and no connections."""
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    reserved = socket.socket(family, kind)
    try:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        reserved.bind(address)
    except OSError:
        reserved.close()
        raise
    return reserved

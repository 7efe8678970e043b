"""`fittrack serve`: a server of one process, or a supervisor of several."""

import asyncio
import errno
import gc
import os
import signal
import socket
from collections.abc import Callable
from functools import partial
from typing import Annotated, Final
from urllib.parse import urlsplit

import structlog
import typer
import uvloop

from fittrack import __version__
from fittrack.cli.console import err, out, read_settings, require_schema
from fittrack.cli.spans import record_spans
from fittrack.cluster.obituary import tell_of_death
from fittrack.config import Settings
from fittrack.db.handles import Engine
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.store import Store
from fittrack.db.journal.writer_process import Setup, WriterProcess
from fittrack.workers.address import require_free
from fittrack.workers.limits import EXIT_USAGE
from fittrack.workers.link import SupervisorLink
from fittrack.workers.supervise import supervise

EXIT_FATAL: Final = 70
"""EX_SOFTWARE: the database can no longer be trusted by this process; the supervisor starts another."""

WORKERS_MAX: Final = 64
"""Workers of one supervisor: more than a machine that serves has cores."""

LAST_WORDS_S: Final = 0.5
"""Seconds from a failed COMMIT to the end of the process: those who wait hear `outcome-unknown` rather than
nothing. Nothing is written any more, and readers do not see what was not committed."""


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    workers: Annotated[
        int,
        typer.Option(min=1, max=WORKERS_MAX, help="Processes on this port. More than one needs REDIS_URL."),
    ] = 1,
    worker: Annotated[int | None, typer.Option(hidden=True, help="What the supervisor starts.")] = None,
) -> None:
    """Serve REST and WebSockets until SIGTERM or Ctrl-C; with several workers, SIGHUP renews them."""
    settings = read_settings({} if worker is None else {"worker": worker})
    if workers > 1 and not settings.redis_url:
        err.print(
            "[red]serve:[/red] several workers need Redis, through which they talk: set REDIS_URL, "
            "or leave --workers at 1"
        )
        raise typer.Exit(EXIT_USAGE)
    require_schema(settings)
    try:
        if workers > 1:
            status = supervise(
                host,
                port,
                workers,
                on_serving=partial(_greet_of_all, settings, workers),
                on_death=partial(_tell_of_death, settings),
            )
            raise typer.Exit(status)
        if worker is None:
            require_free(host, port)
        uvloop.run(run_server(settings, host, port, worker=worker))
    except OSError as error:
        if not _is_about_the_address(error):
            raise
        err.print(f"[red]serve:[/red] cannot listen on {host}:{port}: {_reason(error)}")
        raise typer.Exit(1) from error
    finally:
        # All is written. The interpreter's last collections would take as long again as the rest of the end.
        gc.freeze()


async def _tell_of_death(settings: Settings, node: str) -> None:
    """The others need not wait until a worker that died is missed."""
    await tell_of_death(settings.redis_url, settings.namespace, node)


def _is_about_the_address(error: OSError) -> bool:
    return isinstance(error, socket.gaierror) or error.errno in (
        errno.EADDRINUSE,
        errno.EADDRNOTAVAIL,
        errno.EACCES,
    )


def _reason(error: OSError) -> str | None:
    # A failed look-up has numbers of its own; for the others the event loop's words repeat the address.
    return error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)


async def run_server(
    settings: Settings,
    host: str,
    port: int,
    *,
    store: Callable[[Engine], Store] = open_store,
    worker: int | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then drain. `store` opens what the journal's process writes to.

    `worker`: the number of this one among those of a supervisor (`fittrack/workers`).
    """
    writer = WriterProcess(
        Setup(
            database=settings.database,
            log_level=settings.log_level,
            log_format=settings.log_format,
            log_facts={} if worker is None else {"worker": worker},
            store=store,
            imports=["fittrack.app"],
        )
    )
    # After the writer, which imports the same meanwhile; the other commands start faster without it.
    from fittrack.app import Node  # noqa: PLC0415
    from fittrack.workers.metrics import WorkersCollector  # noqa: PLC0415

    stop_recording = record_spans(os.environ)
    node = Node(settings, on_fatal=die, writer=writer)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    if worker is None:
        # A terminal that closes sends it to all whom it started; elsewhere it is a word of the operator's.
        loop.add_signal_handler(signal.SIGHUP, stopping.set if os.isatty(0) else _cannot_renew)
    supervisor = None if worker is None else SupervisorLink()
    port = await node.start(host, port, worker=worker)
    if supervisor is None:
        _greet(settings, f"http://{host}:{port}")
        await stopping.wait()
    else:
        supervisor.say_serving(node.links.cluster.node if node.links.cluster is not None else "")
        supervisor.keep_alive()
        node.metrics.register(WorkersCollector(lambda: supervisor.figures))
        await _work(supervisor, stopping)
    for number in (signal.SIGTERM, signal.SIGINT):  # a second one ends it at once
        loop.remove_signal_handler(number)
    await node.stop()
    await asyncio.to_thread(stop_recording)


async def _work(supervisor: SupervisorLink, stopping: asyncio.Event) -> None:
    """Be a worker: until a signal comes, or until there is no supervisor any more."""
    orphaned = asyncio.ensure_future(supervisor.listen())
    orphaned.add_done_callback(lambda _: stopping.set())
    await stopping.wait()
    orphaned.cancel()


def _cannot_renew() -> None:
    """It alone has the port: nobody would serve meanwhile."""
    structlog.get_logger(__name__).warning("node.not_renewed", reason="only several workers are renewed")


def _greet_of_all(settings: Settings, workers: int, url: str) -> None:
    structlog.get_logger(__name__).info("workers.serving", workers=workers, port=urlsplit(url).port)
    _greet(settings, url)


def die(error: BaseException) -> None:
    """End the process soon, since the database can no longer be trusted by it."""
    structlog.get_logger(__name__).critical("journal.fatal", error=repr(error))
    asyncio.get_running_loop().call_later(LAST_WORDS_S, os._exit, EXIT_FATAL)


def _greet(settings: Settings, url: str) -> None:
    out.print(f"\n[bold]FitTrack[/bold] {__version__} serves at [bold]{url}[/bold]")
    out.print(f"  API, browsable     {url}/docs")
    out.print(f"  OpenAPI, AsyncAPI  {url}/openapi.json  {url}/asyncapi.json")
    out.print(f"  WebSocket          {url.replace('http', 'ws', 1)}/ws")
    out.print(f"  Health, metrics    {url}/health  {url}/metrics")
    if not settings.app_env.deployed:
        out.print(f"  Mail is written to {settings.mail_dir}\n")

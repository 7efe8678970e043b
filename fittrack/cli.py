"""The `fittrack` command (SPEC 10a): what an operator types."""

import asyncio
import errno
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import structlog
import typer
import uvloop
from rich.console import Console
from rich.table import Table

from fittrack import __version__
from fittrack.accounts.admin import create_admin
from fittrack.audit import examination
from fittrack.audit.operators import operator
from fittrack.cluster.naming import name_of, namespace_of
from fittrack.cluster.obituary import tell_of_death
from fittrack.config import Settings, SettingsError, load_settings, masked
from fittrack.db import backup as backups
from fittrack.db import migrate as migrations
from fittrack.db.engine import Access, make_engine, sqlite_file
from fittrack.db.handles import DatabaseError, Engine
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.store import Store
from fittrack.db.journal.writer_process import Setup, WriterProcess
from fittrack.fairness.verification import verify_file
from fittrack.keys.counting import take_census
from fittrack.keys.rotation import KeyMissing, Rotation
from fittrack.keys.table import print_census, print_rotated
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import SystemClock
from fittrack.kit.logging import configure_logging
from fittrack.kit.problems import Problem
from fittrack.kit.sealing import Sealer, new_key, new_key_id
from fittrack.mail.postbox import Postbox
from fittrack.mfa.admin import reset_mfa
from fittrack.workers import EXIT_USAGE, SupervisorLink, supervise

EXIT_FATAL: Final = 70
"""EX_SOFTWARE: the database can no longer be trusted by this process; the supervisor starts another."""

WORKERS_MAX: Final = 64
"""Workers of one supervisor: more than a machine that serves has cores."""

LAST_WORDS_S: Final = 0.5
"""Seconds from a failed COMMIT to the end of the process: those who wait hear `outcome-unknown` rather than
nothing. Nothing is written any more, and readers do not see what was not committed."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
admin = typer.Typer(no_args_is_help=True, help="Administrators.")
audit = typer.Typer(no_args_is_help=True, help="The log of what admins did.")
app.add_typer(admin, name="admin")
keys = typer.Typer(no_args_is_help=True, help="Keys of what is encrypted at rest (TOKEN_KEYS).")
app.add_typer(audit, name="audit")
app.add_typer(keys, name="keys")
out = Console(soft_wrap=True)  # addresses stay in one piece
err = Console(stderr=True)


def main() -> None:
    """Run the command; faults of settings and input are sentences, not tracebacks."""
    try:
        app()
    except SettingsError as error:
        for fault in error.faults:
            err.print(f"[red]settings:[/red] {fault}")
        sys.exit(2)
    except Problem as problem:
        err.print(f"[red]{problem.title}[/red]: {problem.detail}")
        sys.exit(1)
    except DatabaseError as error:
        err.print(f"[red]database:[/red] {error.orig}; `fittrack doctor` says what to do")
        sys.exit(1)


def _settings(log_facts: Mapping[str, object] | None = None) -> Settings:
    settings = load_settings()
    configure_logging(settings.log_level, settings.log_format, facts=log_facts)
    return settings


@app.command()
def version() -> None:
    """Print the version."""
    out.print(__version__)


@app.command()
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
    settings = _settings({} if worker is None else {"worker": worker})
    if workers > 1 and not settings.redis_url:
        err.print(
            "[red]serve:[/red] several workers need Redis, through which they talk: set REDIS_URL, "
            "or leave --workers at 1"
        )
        raise typer.Exit(EXIT_USAGE)
    _require_schema(settings)
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
        uvloop.run(run_server(settings, host, port, worker=worker))
    except OSError as error:
        if not _is_about_the_address(error):
            raise
        err.print(f"[red]serve:[/red] cannot listen on {host}:{port}: {_reason(error)}")
        raise typer.Exit(1) from error


async def _tell_of_death(settings: Settings, port: int, worker: int) -> None:
    """The others need not wait until a worker that died is missed."""
    namespace = namespace_of(settings.secret_key, settings.database)
    await tell_of_death(settings.redis_url, namespace, name_of(port, worker))


def _is_about_the_address(error: OSError) -> bool:
    return isinstance(error, socket.gaierror) or error.errno in (
        errno.EADDRINUSE,
        errno.EADDRNOTAVAIL,
        errno.EACCES,
    )


def _reason(error: OSError) -> str | None:
    # A failed look-up has numbers of its own; for the others the event loop's words repeat the address.
    return error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)


def _require_schema(settings: Settings) -> None:
    engine = make_engine(settings.database)
    try:
        waiting = migrations.pending(engine)
    finally:
        engine.dispose()
    if waiting:
        err.print("[red]schema:[/red] the database is not at the newest one; run `fittrack migrate`")
        raise typer.Exit(2)


async def run_server(
    settings: Settings,
    host: str,
    port: int,
    *,
    store: Callable[[Engine], Store] = open_store,
    worker: int | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then drain. `store` opens what the journal's process writes to.

    `worker`: the number of this one among those of a supervisor (`fittrack.workers`).
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

    node = Node(settings, on_fatal=_die, writer=writer)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    port = await node.start(host, port, worker=worker)
    if worker is None:
        _greet(settings, f"http://{host}:{port}")
        await stopping.wait()
    else:
        await _work(SupervisorLink(), stopping)
    for number in (signal.SIGTERM, signal.SIGINT):  # a second one ends it at once
        loop.remove_signal_handler(number)
    await node.stop()


async def _work(supervisor: SupervisorLink, stopping: asyncio.Event) -> None:
    """Be a worker: until a signal comes, or until there is no supervisor any more."""
    supervisor.say_serving()
    orphaned = asyncio.ensure_future(supervisor.gone())
    orphaned.add_done_callback(lambda _: stopping.set())
    await stopping.wait()
    orphaned.cancel()


def _greet_of_all(settings: Settings, workers: int, url: str) -> None:
    structlog.get_logger(__name__).info("workers.serving", workers=workers, port=urlsplit(url).port)
    _greet(settings, url)


def _die(error: BaseException) -> None:
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


@app.command()
def migrate(
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL instead of running it.")] = False,
    start: Annotated[
        str | None, typer.Option("--from", help="With --sql: the revision that the database is at.")
    ] = None,
    user: Annotated[
        str | None, typer.Option("--grants", help="Oracle: the user as whom the server connects.")
    ] = None,
) -> None:
    """Bring the database to the newest schema."""
    settings = _settings()
    on_oracle = settings.database.oracle_dsn is not None
    if user is not None and not on_oracle:
        raise typer.BadParameter("rights are given on Oracle alone: set ORACLE_DSN", param_hint="--grants")
    if start is not None and not sql:
        raise typer.BadParameter("the database itself knows where it is; --from goes with --sql")
    try:
        if sql:
            dialect = "oracle" if on_oracle else "sqlite"
            extras = settings.oracle_extras
            typer.echo(migrations.offline_sql(dialect, start, extras=extras, user=user))
        else:
            _migrate(settings, user)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _migrate(settings: Settings, user: str | None) -> None:
    engine = make_engine(settings.database)
    try:
        applied = migrations.upgrade(engine)
        applied += migrations.add_extras(engine, settings.oracle_extras)
        granted = migrations.grant(engine, user) if user else 0
    finally:
        engine.dispose()
    out.print(f"Applied {', '.join(applied)}" if applied else "The database is at the newest schema.")
    if granted:
        out.print(f"{user} may use {granted} tables; set ORACLE_SCHEMA to {settings.database.oracle_user}.")


@admin.command("create")
def admin_create(
    email: Annotated[str, typer.Option(help="The admin's email.")],
    password: Annotated[str, typer.Option(help="12 to 128 characters of four kinds.")],
) -> None:
    """Make an active, verified administrator."""
    settings = _settings()
    _require_schema(settings)
    engine = make_engine(settings.database)
    try:
        now, origin = SystemClock().now(), operator()
        user_id = asyncio.run(create_admin(engine, email, password, now=now, origin=origin))
    finally:
        engine.dispose()
    out.print(f"{email} is an administrator ({user_id}).")


@admin.command("reset-mfa")
def admin_reset_mfa(email: Annotated[str, typer.Option(help="The admin's email.")]) -> None:
    """Take away the second factor of an administrator who lost it; all sessions end."""
    settings = _settings()
    _require_schema(settings)
    engine = make_engine(settings.database)
    postbox = Postbox(Sealer.from_text(settings.token_keys))
    try:
        reset_mfa(engine, postbox, email, now=SystemClock().now(), origin=operator())
    finally:
        engine.dispose()
    out.print(f"{email} has no second factor any more, and is signed out everywhere.")


@audit.command("verify")
def audit_verify(
    head: Annotated[
        list[str] | None, typer.Option(help="A head that was kept, SEQ:HASH; repeatable.")
    ] = None,
    heads: Annotated[Path | None, typer.Option(help="Kept heads, one a line.", exists=True)] = None,
) -> None:
    """Check the hash chain from its first row; exit code 1 if it is broken."""
    kept = examination.read_heads(head or (), heads)
    settings = _settings()
    _require_schema(settings)
    engine = make_engine(settings.database, Access.READ)
    try:
        with out.status("Reading"):
            examined = examination.examine(engine, kept)
    finally:
        engine.dispose()
    examination.print_examined(out, examined, len(kept))
    raise typer.Exit(0 if examined.verdict.broken is None else 1)


@audit.command("head")
def audit_head(
    append: Annotated[Path | None, typer.Option(help="A file to add the line to.", dir_okay=False)] = None,
) -> None:
    """Print the chain's head, to be kept off this machine for `audit verify --head`."""
    settings = _settings()
    _require_schema(settings)
    engine = make_engine(settings.database, Access.READ)
    try:
        line = examination.head_line(engine)
    finally:
        engine.dispose()
    typer.echo(line)
    if append is not None:
        with append.open("a") as file:
            file.write(f"{line}\n")


@keys.command("generate")
def keys_generate() -> None:
    """Print a new key, to be put first in TOKEN_KEYS; stores nothing."""
    typer.echo(new_key(new_key_id(SystemClock().now())))


@keys.command("status")
def keys_status() -> None:
    """Count sealed values by the key that they need; exit code 1 if one is missing."""
    settings = _settings()
    _require_schema(settings)
    engine = make_engine(settings.database, Access.READ)
    try:
        census = take_census(engine, Sealer.from_text(settings.token_keys))
    finally:
        engine.dispose()
    print_census(out, census)
    raise typer.Exit(1 if census.missing else 0)


@keys.command("rotate")
def keys_rotate() -> None:
    """Seal everything anew under the first of TOKEN_KEYS, beside running servers that know it already."""
    settings = _settings()
    _require_schema(settings)
    engine = make_engine(settings.database)
    try:
        with out.status("Counting") as status:
            rotation = Rotation(
                engine,
                Sealer.from_text(settings.token_keys),
                step=lambda column, done, total: status.update(f"{done:,} of {total:,} ({column})"),
            )
            rotated = rotation.run(operator(), SystemClock())
    except KeyMissing as missing:
        err.print(f"[red]keys:[/red] {missing}")
        raise typer.Exit(1) from missing
    finally:
        engine.dispose()
    print_rotated(out, rotated)
    raise typer.Exit(0 if rotated.complete else 1)


@app.command()
def seed(
    once: Annotated[bool, typer.Option("--once", help="Do nothing when there are accounts.")] = False,
) -> None:
    """Load the demo world into an empty database: weeks of players, activities and drawings."""
    from fittrack.demo import showing  # noqa: PLC0415 - its libraries are needed by nothing else
    from fittrack.demo.loading import AlreadyInhabited  # noqa: PLC0415

    settings = _settings()
    _require_schema(settings)
    try:
        showing.load_with_progress(out, settings, _die)
    except AlreadyInhabited as inhabited:
        if not once:
            raise
        out.print(inhabited.detail)
        if not inhabited.complete:
            return
    showing.print_accounts(out)


@app.command()
def check(
    settled: Annotated[bool, typer.Option("--settled", help="A refund that still waits is a fault.")] = False,
    figures_days: Annotated[
        int, typer.Option(min=0, help="Days of the figures kept ready that are counted again.")
    ] = 31,
    figures_before: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only of days before this one.")
    ] = None,
) -> None:
    """Check the invariants of everything stored: reads only, safe beside a running server."""
    from fittrack.check.checking import examine  # noqa: PLC0415
    from fittrack.check.recounting import Window  # noqa: PLC0415
    from fittrack.check.table import print_report  # noqa: PLC0415

    settings = _settings()
    _require_schema(settings)
    engine = make_engine(settings.database, Access.READ)
    try:
        with out.status("Reading") as status:
            report = examine(
                engine,
                Sealer.from_text(settings.token_keys),
                settled=settled,
                step=lambda name: status.update(f"Checking {name}"),
                calendar=PlatformCalendar(settings.platform_tz),
                figures=Window(figures_days, figures_before and figures_before.date()),
            )
    finally:
        engine.dispose()
    print_report(out, report)
    raise typer.Exit(0 if report.ok else 1)


@app.command()
def backup(
    file: Annotated[
        Path | None, typer.Argument(help="The new file; by default one by the time, in --folder.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where files by the time go.")] = Path("var/backups"),
) -> None:
    """Copy the embedded database into one verified file, beside a running server."""
    source = _embedded_database()
    copy = _refusable(backups.back_up, source, file or folder / backups.default_name(SystemClock().now()))
    out.print(f"{copy.file}  {copy.size:,} bytes, schema {copy.revision}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
) -> None:
    """Put a backup in the place of the embedded database. The server must be stopped; nothing is deleted."""
    database = _embedded_database()
    aside = database.with_name(f"{database.stem}-before-{backups.default_name(SystemClock().now())}")
    copy = _refusable(partial(backups.restore, aside=aside), file, database)
    out.print(f"{copy.file} is what {file} holds, schema {copy.revision}")
    if aside.exists():
        out.print(f"What was there before is {aside}")
    out.print("Next: `fittrack migrate` if the schema is older, then `fittrack check`")


def _embedded_database() -> Path:
    file = sqlite_file(_settings().database)
    if file is None:
        err.print("[red]backup:[/red] Oracle is backed up by its own means; docs/backup.md says how")
        raise typer.Exit(2)
    return file


def _refusable(work: Callable[[Path, Path], backups.Copy], source: Path, target: Path) -> backups.Copy:
    try:
        return work(source, target)
    except backups.BackupRefused as refusal:
        err.print(f"[red]refused:[/red] {refusal}")
        raise typer.Exit(1) from refusal


@app.command()
def doctor() -> None:
    """Look at what the server needs, and say what to do about what is missing."""
    from fittrack.doctor.examination import examine  # noqa: PLC0415
    from fittrack.doctor.table import print_findings  # noqa: PLC0415

    findings = asyncio.run(examine(load_settings()))
    print_findings(out, findings)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


@app.command("verify-drawing")
def verify_drawing(
    file: Annotated[Path, typer.Argument(help="A published proof (JSON).", exists=True, dir_okay=False)],
) -> None:
    """Draw again from a published proof, offline, and say whether it holds."""
    verification = verify_file(file)
    for check in verification.checks:
        mark = "[green]✓[/green]" if check.ok else "[red]✗[/red]"
        out.print(f" {mark} {check.name}: {check.sentence}")
    out.print(
        "[bold green]The draw holds.[/bold green]"
        if verification.ok
        else "[bold red]It does not hold.[/bold red]"
    )
    raise typer.Exit(0 if verification.ok else 1)


@app.command()
def config() -> None:
    """Print the effective settings, secrets masked."""
    table = Table("setting", "value", box=None)
    for name, value in masked(load_settings()).items():
        table.add_row(name, value)
    out.print(table)

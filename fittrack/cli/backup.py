"""`fittrack backup` and `fittrack restore`: the embedded database as one file."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from fittrack.cli.console import err, out, read_settings
from fittrack.db import backup as backups
from fittrack.db.engine import sqlite_file
from fittrack.kit.clock import SystemClock


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


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
) -> None:
    """Put a backup in the place of the embedded database. The server must be stopped; nothing is deleted."""
    database = _embedded_database()
    aside = database.with_name(f"{database.stem}-before-{SystemClock().now():%Y%m%dT%H%M%SZ}{backups.SUFFIX}")
    copy = _refusable(partial(backups.restore, aside=aside), file, database)
    out.print(f"{copy.file} is what {file} holds, schema {copy.revision}")
    if aside.exists():
        out.print(f"What was there before is {aside}")
    out.print("Next: `fittrack migrate` if the schema is older, then `fittrack check`")


def _embedded_database() -> Path:
    file = sqlite_file(read_settings().database)
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

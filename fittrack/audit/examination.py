"""Verifying a whole database's audit log, as an operator asks for it and reads it."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape

from fittrack.audit import queries
from fittrack.audit.chain import Head
from fittrack.audit.verification import Verdict, Waiting, parse_head, verify
from fittrack.db.handles import Engine
from fittrack.db.reads import snapshot
from fittrack.kit.problems import Malformed


class Examined(NamedTuple):
    """What the chain is worth, and what is not in it yet."""

    verdict: Verdict
    waiting: Waiting


def examine(engine: Engine, kept: Iterable[Head] = ()) -> Examined:
    """Verify everything that is committed at this moment, in bounded memory."""
    with snapshot(engine) as conn:
        return Examined(verify(queries.sealed_rows(conn), kept), queries.waiting(conn))


def read_heads(texts: Iterable[str], file: Path | None) -> list[Head]:
    """Heads that were kept: `SEQ:HASH` each, in `file` one a line with anything behind it.

    Raises `Malformed`.
    """
    lines = [] if file is None else file.read_text().splitlines()
    words = [line.split(maxsplit=1)[0] for line in lines if line.strip()]
    try:
        return [parse_head(text) for text in (*texts, *words)]
    except ValueError as error:
        raise Malformed(str(error)) from error


def head_line(engine: Engine) -> str:
    """The head as it is kept: `SEQ:HASH`, and when its last row was written."""
    with snapshot(engine) as conn:
        head, at = queries.head_with_instant(conn)
    return f"{head.seq}:{head.link.hex()} {_instant(at)}".rstrip()


def print_examined(console: Console, examined: Examined, kept: int) -> None:
    """A sentence for everything that an auditor must know."""
    verdict, waiting = examined
    console.print(f"Sealed rows that hold: {verdict.rows:,}")
    if verdict.contents_erased or verdict.addresses_erased:
        console.print(
            f"Erased since: states and reasons of {verdict.contents_erased:,} rows, "
            f"addresses of {verdict.addresses_erased:,}"
        )
    if waiting.rows:
        console.print(
            f"[yellow]Not sealed yet: {waiting.rows:,}[/yellow], since {_instant(waiting.since)}. Nothing "
            "protects these rows; a running server seals them within a second."
        )
    if verdict.broken is not None:
        console.print(f" [red]✗[/red] {escape(str(verdict.broken))}", highlight=False)
        console.print("[bold red]The chain is broken.[/bold red]")
        return
    if not verdict.rows:
        console.print("Nothing is sealed yet.")
        return
    if not kept:
        console.print(
            "Without a head kept elsewhere (--head) nobody can tell whether its last rows were cut off."
        )
    console.print(
        f"[bold green]The chain holds[/bold green] up to {verdict.head.seq}:{verdict.head.link.hex()}"
    )


def _instant(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

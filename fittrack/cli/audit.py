"""`fittrack audit`: the log of what admins did."""

from pathlib import Path
from typing import Annotated, Final

import typer

from fittrack.audit import examination
from fittrack.cli.console import out, stored
from fittrack.db.engine import Access

audit: Final = typer.Typer(no_args_is_help=True, help="The log of what admins did.")


@audit.command("verify")
def verify(
    head: Annotated[
        list[str] | None, typer.Option(help="A head that was kept, SEQ:HASH; repeatable.")
    ] = None,
    heads: Annotated[Path | None, typer.Option(help="Kept heads, one a line.", exists=True)] = None,
) -> None:
    """Check the hash chain from its first row; exit code 1 if it is broken."""
    kept = examination.read_heads(head or (), heads)
    with stored(Access.READ) as (engine, _), out.status("Reading"):
        examined = examination.examine(engine, kept)
    examination.print_examined(out, examined, len(kept))
    raise typer.Exit(0 if examined.verdict.broken is None else 1)


@audit.command("head")
def show_head(
    append: Annotated[Path | None, typer.Option(help="A file to add the line to.", dir_okay=False)] = None,
) -> None:
    """Print the chain's head, to be kept off this machine for `audit verify --head`."""
    with stored(Access.READ) as (engine, _):
        line = examination.head_line(engine)
    typer.echo(line)
    if append is not None:
        with append.open("a") as file:
            file.write(f"{line}\n")

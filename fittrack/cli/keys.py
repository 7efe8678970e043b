"""`fittrack keys`: the keys of what is encrypted at rest."""

from typing import Final

import typer

from fittrack.audit.operators import operator
from fittrack.cli.console import err, out, stored
from fittrack.db.engine import Access
from fittrack.keys.counting import take_census
from fittrack.keys.rotation import KeyMissing, Rotation
from fittrack.keys.table import print_census, print_rotated
from fittrack.kit.clock import SystemClock
from fittrack.kit.sealing import Sealer, new_key, new_key_id

keys: Final = typer.Typer(no_args_is_help=True, help="Keys of what is encrypted at rest (TOKEN_KEYS).")


@keys.command("generate")
def generate() -> None:
    """Print a new key, to be put first in TOKEN_KEYS; stores nothing."""
    typer.echo(new_key(new_key_id(SystemClock().now())))


@keys.command("status")
def show_status() -> None:
    """Count sealed values by the key that they need; exit code 1 if one is missing."""
    with stored(Access.READ) as (engine, settings):
        census = take_census(engine, Sealer.from_text(settings.token_keys))
    print_census(out, census)
    raise typer.Exit(1 if census.missing else 0)


@keys.command("rotate")
def rotate() -> None:
    """Seal everything anew under the first of TOKEN_KEYS, beside running servers that know it already."""
    try:
        with stored() as (engine, settings), out.status("Counting") as status:
            rotation = Rotation(
                engine,
                Sealer.from_text(settings.token_keys),
                step=lambda column, done, total: status.update(f"{done:,} of {total:,} ({column})"),
            )
            rotated = rotation.run(operator(), SystemClock())
    except KeyMissing as missing:
        err.print(f"[red]keys:[/red] {missing}")
        raise typer.Exit(1) from missing
    print_rotated(out, rotated)
    raise typer.Exit(0 if rotated.complete else 1)

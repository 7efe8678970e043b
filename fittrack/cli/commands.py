"""Every command by its name, in the order in which `--help` lists them."""

import sys
from typing import Final

import typer
from rich.table import Table
from rich.text import Text

from fittrack import __version__
from fittrack.cli.admin import admin
from fittrack.cli.audit import audit
from fittrack.cli.backup import backup, restore
from fittrack.cli.console import err, out
from fittrack.cli.examine import check, doctor, verify_drawing
from fittrack.cli.keys import keys
from fittrack.cli.schema import migrate
from fittrack.cli.seed import seed
from fittrack.cli.serve import serve
from fittrack.config import SettingsError, load_settings, masked
from fittrack.db.half_done import MigrationError
from fittrack.db.handles import DatabaseError
from fittrack.doctor import oracle
from fittrack.kit.problems import Problem

app: Final = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


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
    except MigrationError as failure:
        err.print("[red]migrate:[/red]", Text(str(failure)))  # statements may have brackets
        if failure.__cause__ and (known := oracle.known(failure.__cause__)):
            err.print(Text(f"That is: {known.sentence}. {known.remedy}"))
        sys.exit(1)
    except DatabaseError as error:
        err.print(f"[red]database:[/red] {error.orig}; `fittrack doctor` says what to do")
        sys.exit(1)


@app.command()
def version() -> None:
    """Print the version."""
    out.print(__version__)


for command in (serve, migrate, seed, check, backup, restore, doctor):
    app.command()(command)
app.command("verify-drawing")(verify_drawing)


@app.command()
def config() -> None:
    """Print the effective settings, secrets masked."""
    table = Table("setting", "value", box=None)
    for name, value in masked(load_settings()).items():
        table.add_row(name, value)
    out.print(table)


app.add_typer(admin, name="admin")
app.add_typer(audit, name="audit")
app.add_typer(keys, name="keys")

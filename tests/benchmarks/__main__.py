"""`python -m tests.benchmarks [names…]`: measure, print one table, keep the figures."""

import json
import traceback
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tests.benchmarks.machine import Machine, this_machine
from tests.benchmarks.report import table_of
from tests.benchmarks.rows import Row

BENCHMARKS = (
    "purchases",
    "journal",
    "actors",
    "codec",
    "tokens",
    "fanout",
    "idle",
    "draw",
    "boards",
    "trackers",
    "webhooks",
    "analytics",
    "cluster",
)
"""Each is a module `bench_<name>` with a function `run(*, quick)` that returns rows."""

EXIT_FAILED = 1
RESULTS = Path("var/bench")
WIDTH_IN_FILES = 180  # columns; a terminal has its own


application = typer.Typer(add_completion=False)


@application.command()
def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Any of {', '.join(BENCHMARKS)}.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="See that everything runs; the figures mean nothing.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Fail when a target is missed.")] = False,
    results: Annotated[Path, typer.Option(help="Where the figures are kept as JSON.")] = RESULTS,
) -> None:
    """Run benchmarks (by default all) and report them together."""
    chosen = names or list(BENCHMARKS)
    unknown = [name for name in chosen if name not in BENCHMARKS]
    if unknown:
        raise typer.BadParameter(f"there is no benchmark {', '.join(unknown)}")
    progress, out = Console(stderr=True), Console()
    if not out.is_terminal:
        out.width = WIDTH_IN_FILES
    machine, began = this_machine(), datetime.now(UTC)
    rows, crashed = [], []
    for name in chosen:
        progress.print(f"measuring {name} …")
        try:
            rows += rows_of(name, quick=quick)
        except Exception:  # the others are still worth reporting
            crashed.append(name)
            progress.print(traceback.format_exc(), markup=False)
        kept = _keep(results, began, machine, rows)  # each time: a run of minutes may be broken off
    out.print(table_of(rows))
    out.print(str(machine))
    out.print(f"kept in {kept}")
    missed = [row for row in rows if row.is_met is False]
    if crashed:
        progress.print(f"[red]failed: {', '.join(crashed)}[/red]")
    if crashed or (check and missed):
        raise typer.Exit(EXIT_FAILED)


def rows_of(name: str, *, quick: bool) -> list[Row]:
    """What the benchmark `name` measures."""
    module = import_module(f"tests.benchmarks.bench_{name}")
    return [Row.read(name, given) for given in module.run(quick=quick)]


def _keep(folder: Path, began: datetime, machine: Machine, rows: list[Row]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{began:%Y-%m-%dT%H%M%SZ}.json"
    document = {
        "began": began.isoformat(),
        "machine": machine.as_map(),
        "rows": [row.as_map() for row in rows],
    }
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False))
    return path


if __name__ == "__main__":
    application()

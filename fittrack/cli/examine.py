"""`fittrack check`, `doctor`, `verify-drawing`: what looks and changes nothing."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from fittrack.cli.console import out, stored
from fittrack.config import load_settings
from fittrack.db.engine import Access
from fittrack.fairness.verification import verify_file
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.sealing import Sealer


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

    with stored(Access.READ) as (engine, settings), out.status("Reading") as status:
        report = examine(
            engine,
            Sealer.from_text(settings.token_keys),
            settled=settled,
            step=lambda name: status.update(f"Checking {name}"),
            calendar=PlatformCalendar(settings.platform_tz),
            figures=Window(figures_days, figures_before and figures_before.date()),
        )
    print_report(out, report)
    raise typer.Exit(0 if report.ok else 1)


def doctor() -> None:
    """Look at what the server needs, and say what to do about what is missing."""
    from fittrack.doctor.examination import examine  # noqa: PLC0415
    from fittrack.doctor.table import print_findings  # noqa: PLC0415

    findings = asyncio.run(examine(load_settings()))
    print_findings(out, findings)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


def verify_drawing(
    file: Annotated[Path, typer.Argument(help="A published proof (JSON).", exists=True, dir_okay=False)],
) -> None:
    """Draw again from a published proof, offline, and say whether it holds."""
    verification = verify_file(file)
    for each in verification.checks:
        mark = "[green]✓[/green]" if each.ok else "[red]✗[/red]"
        out.print(f" {mark} {each.name}: {each.sentence}")
    out.print(
        "[bold green]The draw holds.[/bold green]"
        if verification.ok
        else "[bold red]It does not hold.[/bold red]"
    )
    raise typer.Exit(0 if verification.ok else 1)

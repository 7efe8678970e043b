"""What was found, as an operator reads it."""

from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from fittrack.check.findings import Invariant, Report

SHOWN_MAX: Final = 50
"""Findings that are printed; who has more of them has one cause to look for, not a thousand."""


def print_report(console: Console, report: Report) -> None:
    """Print the summary, then the findings."""
    table = Table("what holds", "examined", "violations", box=None, header_style="bold")
    for column in table.columns[1:]:
        column.justify = "right"
    for invariant in Invariant:
        violations = report.violations[invariant]
        found = f"[bold red]{violations:,}[/bold red]" if violations else "[green]0[/green]"
        table.add_row(invariant.value, f"{report.examined[invariant]:,}", found)
    console.print(table)
    if report.refunds_waiting:
        console.print(f"Refunds that wait to be applied: {report.refunds_waiting:,}")
    if report.figures_from:
        console.print(f"Figures were counted again from {report.figures_from} on; --figures-before goes on.")
    for finding in report.findings[:SHOWN_MAX]:
        console.print(f" [red]✗[/red] {escape(str(finding))}", highlight=False)
    more = sum(report.violations.values()) - min(len(report.findings), SHOWN_MAX)
    if more > 0:
        console.print(f" … and {more:,} more")
    console.print(
        "[bold green]Every invariant holds.[/bold green]" if report.ok else "[bold red]Broken.[/bold red]"
    )

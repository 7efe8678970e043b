"""What the doctor found, as an operator reads it."""

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape

from fittrack.doctor.diagnosis import Diagnosis


def print_findings(console: Console, findings: Iterable[Diagnosis]) -> None:
    """One line each; a second one with what to do."""
    for finding in findings:
        mark = "[green]✓[/green]" if finding.ok else "[red]✗[/red]"
        console.print(f" {mark} [bold]{finding.what}[/bold]: {escape(finding.sentence)}", highlight=False)
        if not finding.ok:
            console.print(f"   → {escape(finding.remedy)}", highlight=False)

"""Keys and their rotation as an operator reads them."""

from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from fittrack.keys.counting import NO_KEY, Census, Use
from fittrack.keys.rotation import Rotated

SHOWN_MAX: Final = 20
"""Values that did not open, in words; more of them have one cause."""


def print_census(console: Console, census: Census) -> None:
    """A line for each key: what it is for, how many values need it, and where they are."""
    table = Table("key", "state", "values", "where", box=None, header_style="bold")
    table.columns[2].justify = "right"
    for use in census.uses:
        where = ", ".join(f"{column} {count:,}" for column, count in sorted(use.by_column.items()))
        table.add_row(escape(use.key_id), _state(census, use), f"{use.values:,}", where)
    console.print(table)


def print_rotated(console: Console, rotated: Rotated) -> None:
    """What was done, what is left, and what to do next."""
    console.print(f"Sealed anew: {rotated.sealed:,}")
    print_census(console, rotated.census)
    for broken in rotated.broken[:SHOWN_MAX]:
        console.print(f" [red]✗[/red] {broken.column} of {broken.row} does not open", highlight=False)
    if len(rotated.broken) > SHOWN_MAX:
        console.print(f" … and {len(rotated.broken) - SHOWN_MAX:,} more")
    if rotated.complete:
        console.print(
            f"[bold green]Everything is sealed under “{escape(rotated.census.sealer.current)}”.[/bold green]"
        )
    elif rotated.broken:
        console.print(
            "[bold red]Some values do not open[/bold red]: they were altered, or their key is another one."
        )
    else:
        console.print(
            "[yellow]Some values use other keys.[/yellow] A server still seals under a former key: "
            "restart it with these TOKEN_KEYS, then rotate again."
        )


def _state(census: Census, use: Use) -> str:
    if use.key_id == census.sealer.current:
        return "seals"
    if use.key_id == NO_KEY:
        return "[red]no sealed value[/red]"
    return "[red]missing[/red]" if use in census.missing else "opens"

"""The figures as one table for people."""

from collections.abc import Sequence
from itertools import zip_longest

from rich.table import Table

from tests.benchmarks.rows import Row, shown

_MARKS = {True: "[green]yes[/green]", False: "[red]no[/red]", None: ""}


def table_of(rows: Sequence[Row]) -> Table:
    """All rows, a line between benchmarks."""
    table = Table(title="Benchmarks", title_justify="left", pad_edge=False)
    table.add_column("what")
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    table.add_column("against", overflow="fold")
    table.add_column("target", justify="right", no_wrap=True)
    table.add_column("met", no_wrap=True)
    table.add_column("note", overflow="fold")
    for row, following in zip_longest(rows, rows[1:]):
        table.add_row(
            row.name,
            shown(row.value),
            row.unit,
            row.baseline,
            "" if row.target is None else str(row.target),
            _MARKS[row.is_met],
            row.note,
            end_section=following is None or following.benchmark != row.benchmark,
        )
    return table

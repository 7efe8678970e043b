"""Invariant: the figures kept by day are those that the rows of that day come to. Pure.

What can still change is not compared: days that the rollup is to count again, today above all.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from fittrack.analytics.measures import Of
from fittrack.check.findings import Finding, Invariant

_MAY_SHRINK: Final = frozenset({Of.VERIFIED})
"""Of accounts that were there at the end of the day: who was deleted since, or has another address, is not
counted any more."""


def check_figures(
    day: date, kept: Mapping[tuple[str, str], int], counted: Mapping[tuple[str, str], int]
) -> Iterator[Finding]:
    """Compare what is kept of a day, by measure and dimension, with what is counted of it now."""
    for measure, dimension in sorted(kept.keys() | counted.keys()):
        held, found = kept.get((measure, dimension), 0), counted.get((measure, dimension), 0)
        if held < found or (held > found and measure not in _MAY_SHRINK):
            sentence = f"{measure} of {dimension} are kept as {held}, its rows come to {found}"
            yield Finding(Invariant.FIGURES, f"day {day}", sentence)

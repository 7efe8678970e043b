"""Names and descriptions with places for the drawing's day: `Daily draw, {month} {day}`. Pure."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

_PLACE: Final = re.compile(r"\{(\w*)\}")
_FORMATS: Final = {
    "weekday": "{0:%A}",
    "month": "{0:%B}",
    "day": "{0.day}",
    "year": "{0.year}",
    "date": "{0:%B} {0.day}, {0.year}",
}
PLACES: Final = tuple(_FORMATS)
"""What may stand between braces."""

_LONGEST_DAY: Final = date(2026, 9, 30)
"""A Wednesday in September: no day has a longer name."""


def fill(pattern: str, day: date) -> str:
    """The text for a drawing on `day`, in English."""
    return _PLACE.sub(lambda place: _FORMATS[place[1]].format(day), pattern)


def faults(pattern: str, length_max: int) -> Iterator[str]:
    """What is wrong with a pattern whose texts may have `length_max` characters."""
    places = _PLACE.findall(pattern)
    known = ", ".join(f"{{{place}}}" for place in PLACES)
    if re.search(r"[{}]", _PLACE.sub("", pattern)) or not _FORMATS.keys() >= set(places):
        yield f"braces hold one of {known}"
    elif len(fill(pattern, _LONGEST_DAY)) > length_max:
        yield f"at most {length_max:,} characters, with the longest date in it"

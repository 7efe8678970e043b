"""Tables as CSV (RFC 4180), safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

from aiohttp import web

CSV: Final = "text/csv"

_ACTIVE: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes a text for a formula by."""


def wants_csv(request: web.Request, asked: str | None) -> bool:
    """Whether the answer is to be CSV: as `format` says, else as `Accept` does. JSON goes before."""
    if asked is not None:
        return asked == "csv"
    accepted = request.headers.get("Accept", "")
    return CSV in accepted and "application/json" not in accepted


def render_csv(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> web.Response:
    """A file to be saved under `name`. None is an empty cell; a text that begins like a formula is quoted
    with an apostrophe, as spreadsheets know it."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return web.Response(
        text=text.getvalue(),
        content_type=CSV,
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_ACTIVE) else value

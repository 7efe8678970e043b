"""Writing the rollup. Every write looks first whether somebody else has counted meanwhile."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, update

from fittrack.analytics import queries
from fittrack.analytics.measures import Figures
from fittrack.analytics.queries import SUBJECT, Mark
from fittrack.db.tables.analytics import daily_figures, rollup_marks


class Sheet(NamedTuple):
    """What is counted of a day, or under the first day of a week or month."""

    day: date
    measures: tuple[str, ...]
    """What it is about; the rest of the day's figures stays."""
    figures: Figures


def put(conn: Connection, seen: Mark, sheets: Sequence[Sheet], now: datetime) -> bool:
    """Keep what was counted. False, and nothing is kept, when others went on from the same mark."""
    if queries.mark(conn) != seen:
        return False
    for sheet in sheets:
        its = daily_figures.c.day == sheet.day, daily_figures.c.measure.in_(sheet.measures)
        conn.execute(delete(daily_figures).where(*its))
    rows = [
        {"day": sheet.day, "measure": measure, "dimension": dimension, "amount": amount, "updated_at": now}
        for sheet in sheets
        for (measure, dimension), amount in sheet.figures.items()
    ]
    conn.execute(insert(daily_figures), rows)
    return True


def advance(conn: Connection, seen: Mark, until: datetime, now: datetime) -> bool:
    """All that changed before `until` is counted. False when others went on from the same mark."""
    if queries.mark(conn) != seen:
        return False
    if seen.counted_until is None:
        values = {"subject": SUBJECT, "counted_until": until, "updated_at": now}
        conn.execute(insert(rollup_marks).values(values))
    else:
        moved = update(rollup_marks).where(rollup_marks.c.subject == SUBJECT)
        conn.execute(moved.values(counted_until=until, updated_at=now))
    return True


def is_kept(conn: Connection, sheet: Sheet) -> bool:
    """Whether the rollup says the same already."""
    held = queries.everything_kept(conn, sheet.day)
    return _about(held, sheet.measures) == sheet.figures


def _about(figures: Figures, measures: Collection[str]) -> Figures:
    return {key: amount for key, amount in figures.items() if key[0] in measures}

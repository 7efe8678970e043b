"""Writing the rollup. Every write looks first whether somebody else has counted meanwhile."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, update

from fittrack.analytics import queries
from fittrack.analytics.measures import Figures
from fittrack.analytics.queries import SUBJECT, Mark
from fittrack.db.row_queries import insert_unless_there
from fittrack.db.savepoints import savepoint
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
    rows = [
        {"day": sheet.day, "measure": measure, "dimension": dimension, "amount": amount, "updated_at": now}
        for sheet in sheets
        for (measure, dimension), amount in sheet.figures.items()
    ]
    with savepoint(conn) as undo:
        for sheet in sheets:
            its = daily_figures.c.day == sheet.day, daily_figures.c.measure.in_(sheet.measures)
            conn.execute(delete(daily_figures).where(*its))
        if insert_unless_there(conn, daily_figures, rows):
            return True
        undo()
    return False


def advance(conn: Connection, seen: Mark, until: datetime, now: datetime) -> bool:
    """All that changed before `until` is counted. False when others went on from the same mark."""
    if queries.mark(conn) != seen:
        return False
    if seen.counted_until is None:
        first = {"subject": SUBJECT, "counted_until": until, "updated_at": now}
        return insert_unless_there(conn, rollup_marks, first)
    mark = rollup_marks.c
    moved = update(rollup_marks).where(mark.subject == SUBJECT, mark.counted_until == seen.counted_until)
    return conn.execute(moved.values(counted_until=until, updated_at=now)).rowcount == 1


def is_kept(conn: Connection, sheet: Sheet) -> bool:
    """Whether the rollup says the same already."""
    held = queries.everything_kept(conn, sheet.day)
    return _about(held, sheet.measures) == sheet.figures


def _about(figures: Figures, measures: Collection[str]) -> Figures:
    return {key: amount for key, amount in figures.items() if key[0] in measures}

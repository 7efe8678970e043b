"""Figures kept by day: what may differ from the rows, and how far back they are counted again."""

from datetime import date, timedelta
from pathlib import Path

from fittrack.check.checking import NEW_YORK
from fittrack.check.figures import check_figures
from fittrack.check.recounting import Window, recount
from fittrack.db.engine import Access, DatabaseSettings, make_engine
from fittrack.db.reads import snapshot

DAY = date(2026, 7, 8)


def test_who_left_since_is_no_verification_any_more_but_nobody_comes_in_later() -> None:
    kept = {("verified", "all"): 2}
    assert list(check_figures(DAY, kept, {("verified", "all"): 1})) == []
    assert [str(finding) for finding in check_figures(DAY, kept, {("verified", "all"): 3})] == [
        "day 2026-07-08: verified of all are kept as 2, its rows come to 3"
    ]


def test_days_are_counted_again_from_the_latest_back_no_more_than_asked_for(database: Path) -> None:
    engine = make_engine(DatabaseSettings(url=f"sqlite:///{database}"), Access.READ)
    with snapshot(engine) as conn:
        first = [each.day for each in recount(conn, NEW_YORK, Window(4))]
        then = [each.day for each in recount(conn, NEW_YORK, Window(100, before=first[-1]))]
    engine.dispose()
    assert first == [date(2026, 7, 17) - timedelta(days=back) for back in range(4)]
    assert (then[0], then[-1]) == (date(2026, 7, 13), date(2026, 7, 2))

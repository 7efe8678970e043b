"""Which days a board covers."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.kit.calendar import PlatformCalendar
from fittrack.leaderboards.periods import PERIODS, BoardId, board_on
from fittrack.leaderboards.views import ends_at
from protocol.shapes import Period

NEW_YORK = PlatformCalendar(ZoneInfo("America/New_York"))
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
WEDNESDAY = date(2026, 6, 10)


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        ("daily", WEDNESDAY, date(2026, 6, 11)),
        ("weekly", date(2026, 6, 8), date(2026, 6, 15)),
        ("monthly", date(2026, 6, 1), date(2026, 7, 1)),
        ("alltime", date(1970, 1, 1), None),
    ],
)
def test_a_week_begins_on_monday_and_a_month_on_its_first(
    period: Period, first: date, after: date | None
) -> None:
    board = board_on(period, "OPEN", WEDNESDAY)
    assert (board.first, board.after) == (first, after)


@given(st.sampled_from(PERIODS), DAYS)
def test_a_day_counts_on_one_board_of_each_period(period: Period, day: date) -> None:
    board = board_on(period, "OPEN", day)
    assert board.first <= day
    if board.after is not None:
        assert day < board.after
        assert board_on(period, "OPEN", board.after).first == board.after


@given(st.sampled_from(PERIODS), DAYS, st.sampled_from(["OPEN", "F-30-39-INT", "M-60+-BEG"]))
def test_a_board_is_found_again_by_its_name(period: Period, day: date, tier_code: str) -> None:
    board = board_on(period, tier_code, day)
    assert BoardId.parse(str(board)) == board


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2026, 3, 7), datetime(2026, 3, 8, 5, tzinfo=UTC)),  # the last midnight of winter time
        (date(2026, 3, 8), datetime(2026, 3, 9, 4, tzinfo=UTC)),  # a day of 23 hours
        (date(2026, 11, 1), datetime(2026, 11, 2, 5, tzinfo=UTC)),  # a day of 25 hours
        (date(2026, 12, 31), datetime(2027, 1, 1, 5, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_the_platforms_midnight(day: date, end: datetime) -> None:
    assert ends_at(board_on("daily", "OPEN", day), NEW_YORK) == end


def test_all_time_does_not_end() -> None:
    assert ends_at(board_on("alltime", "OPEN", WEDNESDAY), NEW_YORK) is None

"""Periods of reports."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fittrack.analytics.periods import Period, Span, before, span_of, spans, whole, window_of

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(st.sampled_from(Period), DAYS, st.integers(1, 800))
def test_periods_cover_every_day_of_the_window_once(period: Period, today: date, days: int) -> None:
    window = window_of(days, today)
    assert (window.last - window.first).days == days - 1
    found = spans(period, window)
    covered = [day for span in found for day in span.days()]
    assert covered == list(Span(found[0].first, found[-1].last).days())
    assert found[0].first <= window.first <= found[0].last
    assert found[-1].first <= window.last <= found[-1].last
    assert all(span_of(period, day) == span for span in found for day in span)


@given(st.sampled_from(Period), DAYS, st.integers(1, 800))
def test_as_many_whole_periods_were_before_and_end_right_before(
    period: Period, today: date, days: int
) -> None:
    window = whole(period, window_of(days, today))
    former = before(period, window)
    assert former.last == window.first - timedelta(days=1)
    assert former == whole(period, former)
    assert len(spans(period, former)) == len(spans(period, window))


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    assert span_of(Period.WEEK, date(2026, 1, 1)) == Span(date(2025, 12, 29), date(2026, 1, 4))
    assert span_of(Period.MONTH, date(2028, 2, 29)) == Span(date(2028, 2, 1), date(2028, 2, 29))

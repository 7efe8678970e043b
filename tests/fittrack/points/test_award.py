import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.points.award import DAILY_CAP, MINUTE_MS, NO_ACTIVITY, DayTotals, award

TOTALS = st.builds(
    DayTotals,
    steps=st.integers(0, 120_000),
    workout_light_ms=st.integers(0, 600 * MINUTE_MS),
    workout_moderate_ms=st.integers(0, 600 * MINUTE_MS),
    workout_vigorous_ms=st.integers(0, 600 * MINUTE_MS),
    active_light_ms=st.integers(0, 600 * MINUTE_MS),
    active_moderate_ms=st.integers(0, 600 * MINUTE_MS),
    active_vigorous_ms=st.integers(0, 600 * MINUTE_MS),
    workouts=st.integers(5, 9),
    long_workouts=st.integers(0, 5),
)


def minutes(count: float) -> int:
    return round(count * MINUTE_MS)


@pytest.mark.parametrize(
    ("steps", "points"),
    [(0, 0), (999, 0), (1_000, 10), (9_999, 90), (10_000, 200), (20_000, 300), (90_000, 300)],
)
def test_each_full_thousand_steps_earns_ten_and_the_goal_a_hundred(steps: int, points: int) -> None:
    assert award(DayTotals(steps=steps)).points == points


def test_minutes_earn_one_two_or_three_points_by_intensity() -> None:
    totals = DayTotals(
        active_light_ms=minutes(10), active_moderate_ms=minutes(10), active_vigorous_ms=minutes(10)
    )
    assert award(totals).points == 10 + 20 + 30


@pytest.mark.parametrize(("intensity", "rate"), [("light", 1), ("moderate", 2), ("vigorous", 3)])
@pytest.mark.parametrize(("in_workouts", "in_samples"), [(40, 25), (25, 40)])
def test_per_intensity_the_larger_of_workout_and_active_minutes_counts(
    intensity: str, rate: int, in_workouts: int, in_samples: int
) -> None:
    totals = DayTotals()._replace(
        **{
            f"workout_{intensity}_ms": minutes(in_workouts),
            f"active_{intensity}_ms": minutes(in_samples),
        }
    )
    assert award(totals).points == 40 * rate
    assert award(totals).minutes == 40


def test_minutes_of_different_intensities_add_up() -> None:
    totals = DayTotals(workout_vigorous_ms=minutes(30), active_moderate_ms=minutes(15), workouts=1)
    assert award(totals).points == 3 * 30 + 2 * 15
    assert award(totals).minutes == 45


@pytest.mark.parametrize(("long_workouts", "points"), [(0, 0), (1, 50), (3, 150), (4, 150)])
def test_at_most_three_workouts_a_day_earn_a_bonus(long_workouts: int, points: int) -> None:
    assert award(DayTotals(workouts=5, long_workouts=long_workouts)).points == points


def test_minutes_are_rounded_down_once_on_the_sum() -> None:
    assert award(DayTotals(active_light_ms=minutes(0.5) * 3)).points == 1


def test_rounding_each_sample_to_a_millisecond_never_costs_a_minute() -> None:
    sevenths = round(MINUTE_MS / 7) * 7
    assert sevenths < MINUTE_MS
    assert award(DayTotals(active_light_ms=sevenths)).points == 1


@pytest.mark.parametrize(("length", "active"), [(29.9, False), (30, True)])
def test_a_day_with_thirty_minutes_is_an_active_day(length: float, active: bool) -> None:
    half = minutes(length / 2)
    assert award(DayTotals(workout_light_ms=half, active_vigorous_ms=half)).is_active_day is active


@given(TOTALS)
def test_a_day_never_earns_less_than_nothing_nor_more_than_the_cap(totals: DayTotals) -> None:
    assert 0 <= award(totals).points <= DAILY_CAP


@given(TOTALS)
def test_the_parts_add_up_to_the_points(totals: DayTotals) -> None:
    earned = award(totals)
    parts = earned.step_points + earned.goal_points + earned.minute_points + earned.workout_points
    assert parts + earned.over_cap == earned.points
    assert earned.over_cap <= 0
    assert earned.points_remaining == DAILY_CAP - earned.points


@given(TOTALS, TOTALS)
def test_more_exercise_never_earns_less(totals: DayTotals, more: DayTotals) -> None:
    assert award(totals.plus(more)).points >= award(totals).points


@given(TOTALS, TOTALS)
def test_totals_come_and_go_without_a_trace(totals: DayTotals, others: DayTotals) -> None:
    assert totals.plus(others) == others.plus(totals)
    assert totals.plus(others).minus(others) == totals
    assert totals.plus(NO_ACTIVITY) == totals

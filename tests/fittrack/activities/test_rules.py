from datetime import date, timedelta

import pytest
from msgspec.structs import asdict, replace

from fittrack.activities.model import ActivityInput, ActivityType, Intensity, activity_input
from fittrack.activities.rules import (
    Doubt,
    Refusal,
    day_check,
    doubts,
    external_id_of,
    intensity_at,
    intensity_of,
    refusal,
)
from fittrack.points.award import MINUTE_MS, DayTotals
from protocol.shapes import ActivityInput as WireActivity

from .builders import BORN, NOW, TODAY, active, at, steps, workout

SECOND = timedelta(seconds=1)
HOUR_MS = 60 * MINUTE_MS


def test_activities_up_to_seven_days_old_are_taken() -> None:
    oldest = NOW - timedelta(days=7)
    assert refusal(active(30, oldest), NOW) is None
    assert refusal(active(30, oldest - SECOND), NOW) is Refusal.TOO_OLD


def test_five_minutes_of_clock_skew_are_allowed() -> None:
    latest = NOW + timedelta(minutes=5)
    assert refusal(active(30, latest - timedelta(minutes=30)), NOW) is None
    assert refusal(active(30, latest - timedelta(minutes=30) + SECOND), NOW) is Refusal.IN_FUTURE


@pytest.mark.parametrize(
    ("activity", "code"),
    [
        (workout(-5), Refusal.ENDS_BEFORE_START),
        (active(24 * 60 + 1, at(12, days_ago=2)), Refusal.TOO_LONG),
        (steps(9_000, at(0, days_ago=2), 25 * 60 + 1), Refusal.TOO_LONG),
        (replace(workout(30), duration_minutes=32.0), Refusal.LONGER_THAN_INTERVAL),
        (replace(workout(30), duration_minutes=float("nan")), Refusal.METRIC_IMPOSSIBLE),
        (replace(workout(30), duration_minutes=-1), Refusal.METRIC_IMPOSSIBLE),
        (workout(external_id=None), Refusal.EXTERNAL_ID_MISSING),
        (replace(steps(1), metrics={}), Refusal.STEPS_MISSING),
        (steps(100_001, minutes=720, start=at(2)), Refusal.STEPS_IMPOSSIBLE),
        (steps(-1), Refusal.METRIC_IMPOSSIBLE),
        (workout(calories=float("inf")), Refusal.METRIC_IMPOSSIBLE),
        (workout(heart_rate_avg=24.9), Refusal.HEART_RATE_IMPOSSIBLE),
        (workout(heart_rate_avg=241), Refusal.HEART_RATE_IMPOSSIBLE),
        (workout(30, distance_meters=100_000), Refusal.SPEED_IMPOSSIBLE),
        (workout(0, distance_meters=10), Refusal.SPEED_IMPOSSIBLE),
        (workout(calories=20_001), Refusal.CALORIES_IMPOSSIBLE),
    ],
)
def test_the_impossible_is_refused_with_a_code(activity: ActivityInput, code: Refusal) -> None:
    assert refusal(activity, NOW) is code


@pytest.mark.parametrize(
    ("activity", "flag"),
    [
        (steps(60_000, at(2), 720), Doubt.MANY_STEPS),
        (steps(3_500, at(2), 10), Doubt.FAST_STEPS),
        (workout(heart_rate_avg=215), Doubt.HEART_RATE),
        (workout(60, distance_meters=50_000), Doubt.FAST),
        (workout(calories=15_000), Doubt.MANY_CALORIES),
        (workout(11 * 60, at(1)), Doubt.LONG_WORKOUT),
    ],
)
def test_the_unlikely_is_taken_and_flagged(activity: ActivityInput, flag: Doubt) -> None:
    assert refusal(activity, NOW) is None
    assert doubts(activity) == (flag,)


def test_an_ordinary_day_raises_no_doubts() -> None:
    ordinary = [
        steps(10_000, at(0), 18 * 60, distance_meters=8_000, calories=450),
        steps(12_000, at(8), 60),
        workout(60, heart_rate_avg=150, distance_meters=12_000, calories=700),
        active(45),
    ]
    assert [doubts(activity) for activity in ordinary] == [()] * 4


def test_the_steps_of_the_longest_day_may_come_as_one_sample() -> None:
    # November 1, 2026: summer time ends, and the day has 25 hours.
    start = at(0, today=date(2026, 11, 1))
    activity = steps(15_000, start, 25 * 60)
    assert refusal(activity, at(1, today=date(2026, 11, 2))) is None


@pytest.mark.parametrize(
    ("heart_rate", "intensity"),
    [(89.9, "light"), (90, "moderate"), (126, "moderate"), (126.1, "vigorous")],
)
def test_heart_rate_below_50_percent_is_light_and_above_70_percent_vigorous(
    heart_rate: float, intensity: str
) -> None:
    assert intensity_at(heart_rate, age=40) == intensity  # maximum 180


def test_intensity_is_as_stated_else_from_heart_rate_else_light() -> None:
    stated = workout(intensity=Intensity.LIGHT, heart_rate_avg=180)
    assert intensity_of(stated, BORN, TODAY) is Intensity.LIGHT
    assert intensity_of(replace(stated, intensity=None), BORN, TODAY) is Intensity.VIGOROUS
    assert intensity_of(workout(intensity=None), BORN, TODAY) is Intensity.LIGHT


def test_intensity_follows_the_age_on_the_day_of_the_activity() -> None:
    measured = workout(intensity=None, heart_rate_avg=133)  # 70 % of 190 is 133, of 189 is 132.3
    assert intensity_of(measured, BORN, date(2020, 12, 31)) is Intensity.MODERATE
    assert intensity_of(measured, BORN, date(2021, 1, 1)) is Intensity.VIGOROUS


def test_a_manual_entry_without_an_id_is_known_by_its_content() -> None:
    entry = workout(30, source="manual", external_id=None, calories=200)
    same = replace(entry, metrics={"calories": 200.0}, device_id="another phone")
    assert refusal(entry, NOW) is None
    assert external_id_of(entry) == external_id_of(same)
    for other in (
        replace(entry, duration_minutes=29.0),
        replace(entry, intensity=Intensity.VIGOROUS),
        replace(entry, metrics={"calories": 201}),
        replace(entry, start_time=entry.start_time - SECOND),
        replace(entry, activity_type=ActivityType.ACTIVE_MINUTES),
    ):
        assert external_id_of(other) != external_id_of(entry)


def test_a_day_beyond_its_limits_is_flagged_until_more_can_earn_nothing() -> None:
    more = DayTotals(steps=90_000)
    assert day_check(DayTotals(steps=10_000), more) is None
    assert day_check(DayTotals(steps=15_000), more) is Doubt.DAY_STEPS
    assert day_check(DayTotals(steps=20_000), more) is Refusal.DAY_STEPS_IMPOSSIBLE


def test_more_than_24_hours_of_exercise_in_a_day_are_flagged_until_more_can_earn_nothing() -> None:
    for kind in ("workout_light_ms", "active_light_ms"):
        more = DayTotals()._replace(**{kind: 13 * HOUR_MS})
        assert day_check(DayTotals()._replace(**{kind: 11 * HOUR_MS}), more) is None
        assert day_check(DayTotals()._replace(**{kind: 12 * HOUR_MS}), more) is Doubt.DAY_MINUTES
        full = DayTotals(active_vigorous_ms=6 * HOUR_MS)._replace(**{kind: 12 * HOUR_MS})
        assert day_check(full, more) is Refusal.DAY_MINUTES_IMPOSSIBLE


def test_wire_types_translate_field_by_field() -> None:
    wire = WireActivity(
        activity_type="workout",
        start_time=at(16),
        end_time=at(17),
        duration_minutes=60,
        intensity="vigorous",
        metrics={"calories": 300},
        source="manual",
        device_id="phone",
    )
    activity = activity_input(wire)
    assert activity.activity_type is ActivityType.WORKOUT
    assert activity.intensity is Intensity.VIGOROUS
    assert asdict(activity) == {name: told for name, told in asdict(wire).items() if name != "user_entered"}


def test_what_was_typed_into_a_trackers_app_is_a_manual_entry() -> None:
    wire = WireActivity(
        activity_type="steps",
        start_time=at(16),
        end_time=at(17),
        duration_minutes=60,
        metrics={"steps": 300},
        source="apple_health",
        external_id="walk-1",
        user_entered=True,
    )
    activity = activity_input(wire)
    assert (activity.source, activity.external_id) == ("manual", "apple_health:walk-1")

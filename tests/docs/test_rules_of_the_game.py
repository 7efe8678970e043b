"""The numbers that players are told are those that the rules count with."""

import re

import pytest

from fittrack.activities import review, rules
from fittrack.drawings import eligibility, timetable
from fittrack.drawings.model import (
    DEFAULT_FREE_TICKETS_PER_PERSON,
    DrawingStatus,
    DrawingType,
    Eligibility,
)
from fittrack.drawings.rules import ALLOWED_TRANSITIONS
from fittrack.fulfilments import rules as prize_rules
from fittrack.jobs.norms import NORM_DAYS
from fittrack.kit.states import DEFAULT_EXCLUDED_STATES
from fittrack.points import award, streak
from fittrack.profiles.tiers import AgeBracket, FitnessLevel
from fittrack.schedule import rules as schedule
from protocol.limits import TICKETS_PER_PURCHASE_MAX
from tests.docs.pages import bare, prose, rows, text_of

PAGE = text_of("docs/rules.md")
SAID = re.sub(r"\s+", " ", prose(PAGE))


def whole(text: str) -> int:
    """A number as people write it."""
    return int(text.replace(",", ""))


def test_the_table_of_points_is_the_award():
    told = dict(rows(PAGE, "what"))
    assert told == {
        f"each full {award.STEP_BLOCK:,} steps of the day, up to {award.PAID_STEPS_MAX:,}": str(
            award.POINTS_PER_STEP_BLOCK
        ),
        "a minute of light, moderate, vigorous activity": (
            f"{award.LIGHT_MINUTE_POINTS}, {award.MODERATE_MINUTE_POINTS}, {award.VIGOROUS_MINUTE_POINTS}"
        ),
        f"a workout of at least {award.WORKOUT_BONUS_MINUTES} minutes, at most three a day": (
            f"{award.WORKOUT_BONUS_POINTS} on top of its minutes"
        ),
        f"{award.STEP_GOAL:,} steps reached, once a day": str(award.STEP_GOAL_POINTS),
        "all activities of a day together": f"at most {award.DAILY_CAP:,}",
        f"every {streak.STREAK_BONUS_DAYS}th active day in a row": (
            f"{streak.STREAK_BONUS_POINTS}, not under the daily cap"
        ),
    }
    assert award.WORKOUT_BONUSES_MAX == 3


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        (r"has at least (\d+) active or workout minutes", award.ACTIVE_DAY_MINUTES),
        (r"moderate from (\d+) % of the maximum", rules.MODERATE_FROM_PERCENT),
        (r"maximum \((\d+) minus age\)", rules.MAX_HEART_RATE_AT_BIRTH),
        (r"Late is fine, for (\d+) days", rules.ADMISSIBLE_AGE.days),
        (r"more than (\d+) minutes in the future", rules.CLOCK_SKEW.seconds // 60),
        (r"more than ([\d,]+) steps or", rules.STEPS_IMPOSSIBLE),
        (r"steps or (\d+) hours in a day", rules.EXERCISE_MINUTES_MAX // 60),
        (r"More than (\d+) points of manual entries", review.MANUAL_POINTS_MAX),
        (r"more than (\d+) standard deviations above", review.STANDARD_DEVIATIONS_MAX),
        (r"over the last (\d+) days; with fewer", NORM_DAYS),
        (r"with fewer than (\d+) of them", review.TIER_DAYS_MIN),
        (r"or of fewer than (\d+) players", review.TIER_PLAYERS_MIN),
        (r"United States, (\d+) or older", eligibility.MINIMUM_AGE_YEARS),
        (r"Sales close (\d+) minutes before", timetable.SALES_CLOSE_BEFORE_DRAW.seconds // 60),
        (r"1 to ([\d,]+) tickets", TICKETS_PER_PURCHASE_MAX),
        (r"erased (\d+) days after the delivery", prize_rules.ADDRESS_KEPT.days),
        (r"(\d+) days\** without an address", (prize_rules.CLAIM_WITHIN - prize_rules.WARNED_BEFORE).days),
        (r"(\d+) days\** after the prize was won", prize_rules.CLAIM_WITHIN.days),
        (r"always has (\d+) days for another", prize_rules.ANSWER_WITHIN.days),
        (r"\((\d+) days unless set otherwise\)", Eligibility().min_account_age_days),
        (r"may have (\d+) such tickets", DEFAULT_FREE_TICKETS_PER_PERSON),
        (r"sales would close within (\d+) minutes", schedule.SALES_LAST_AT_LEAST.seconds // 60),
    ],
)
def test_the_numbers_in_the_sentences_are_those_in_force(sentence: str, value: int):
    found = re.search(sentence, SAID)
    assert found is not None, "the page no longer says so"
    assert whole(found[1]) == value


def test_every_reason_of_a_review_is_told():
    assert {bare(reason) for reason, _, _ in rows(PAGE, "reason")} == set(review.ReviewKind)


def test_the_excluded_states_are_named():
    for state in DEFAULT_EXCLUDED_STATES:
        assert re.search(rf"\b{state}\b", SAID)


def test_the_table_of_drawings_has_their_prices_and_their_hour():
    told = {cells[0]: (whole(cells[1].removesuffix(" points")), cells[2]) for cells in rows(PAGE, "type")}
    assert {DrawingType(name): cost for name, (cost, _) in told.items()} == dict(
        timetable.DEFAULT_TICKET_COST_POINTS
    )
    assert all(when.endswith(f"{timetable.DRAWING_HOUR:%H:%M}") for _, when in told.values())


def test_the_states_of_a_drawing_are_those_drawn():
    for state in DrawingStatus:
        assert re.search(rf"\b{state}\b", PAGE)
    forward = [DrawingStatus.DRAFT, DrawingStatus.SCHEDULED, DrawingStatus.OPEN, DrawingStatus.CLOSED]
    following = [*forward[1:], DrawingStatus.COMPLETED]
    for state, after in zip(forward, following, strict=True):
        assert ALLOWED_TRANSITIONS[state] == {after, DrawingStatus.CANCELLED}


def test_thirty_tiers_are_told_by_their_parts():
    assert len(AgeBracket) * len(FitnessLevel) * 2 == 30
    for bracket in AgeBracket:
        assert bracket.value in SAID


def test_the_table_of_the_schedule_has_its_times():
    told = {
        kind: (whole(opens.removesuffix(" hours")), whole(made.removesuffix(" days")))
        for kind, opens, made in rows(PAGE, "template")
    }
    assert told == {
        kind: (schedule.DEFAULT_SALES_OPEN_HOURS[kind], schedule.DEFAULT_LEAD_DAYS[kind])
        for kind in DrawingType
    }

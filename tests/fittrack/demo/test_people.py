"""The people of the demo world, and what their trackers tell."""

import random
from collections import Counter
from datetime import date, time
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.accounts.rules import check_email, check_password
from fittrack.activities import rules
from fittrack.activities.model import ActivityInput
from fittrack.demo.addresses import address_of
from fittrack.demo.exercise import activities_of
from fittrack.demo.people import (
    ADMIN_EMAIL,
    DEMO_PASSWORD,
    PLAYER_EMAIL,
    PLAYERS_PER_TIER,
    Person,
    cast,
    the_player,
)
from fittrack.fulfilments.addresses import tidy
from fittrack.kit.calendar import PlatformCalendar
from fittrack.points.award import ACTIVE_DAY_MINUTES
from fittrack.profiles.rules import check_date_of_birth, check_profile, display_name_key, is_complete
from fittrack.profiles.tiers import OPEN_TIER_CODE, TIERS, tier_of

CALENDAR = PlatformCalendar(ZoneInfo("America/New_York"))
EXCLUDED = frozenset({"NY", "FL", "RI"})
_SYNC = time(19, 30)

few = settings(max_examples=15)  # a hundred and fifty people are made each time
days = st.dates(date(2026, 1, 1), date(2032, 12, 31))


def everybody(today: date, seed: int = 1) -> list[Person]:
    return [the_player(today), *cast(today, 20, excluded_states=EXCLUDED, seed=seed)]


def tier_code(person: Person, today: date) -> str:
    profile = person.profile
    assert profile.biological_sex and profile.fitness_level, "it is complete"
    return tier_of(profile.biological_sex, person.born, profile.fitness_level, today).code


@few
@given(today=days)
def test_every_tier_is_inhabited(today: date) -> None:
    tiers = Counter(tier_code(person, today) for person in cast(today, 20, excluded_states=EXCLUDED, seed=1))
    assert tiers == dict.fromkeys(TIERS.keys() - {OPEN_TIER_CODE}, PLAYERS_PER_TIER)


@few
@given(today=days)
def test_everybody_could_have_registered(today: date) -> None:
    for person in everybody(today):
        profile = person.profile
        assert not check_email(person.email)
        assert not check_profile(profile) and is_complete(profile)
        assert not check_date_of_birth(person.born, today)
        assert person.state not in EXCLUDED


def test_everybody_has_an_address_to_which_a_prize_can_be_sent() -> None:
    for person in cast(date(2026, 11, 22), 20, excluded_states=(), seed=1):
        assert tidy(address_of(person)) == address_of(person)
        assert address_of(person).state == person.state


def test_no_two_people_share_a_name_or_an_address() -> None:
    people = everybody(date(2026, 11, 22))
    assert len({display_name_key(person.profile.display_name or "") for person in people}) == len(people)
    assert len({person.email for person in people}) == len(people)


def test_the_same_seed_makes_the_same_people() -> None:
    today = date(2026, 11, 22)
    assert everybody(today, 7) == everybody(today, 7)
    assert everybody(today, 7) != everybody(today, 8)


def test_the_published_accounts_could_sign_up_themselves() -> None:
    assert not check_password(DEMO_PASSWORD)
    assert not check_email(PLAYER_EMAIL) and not check_email(ADMIN_EMAIL)


@few
@given(today=days, number=st.integers(0, 150), seed=st.integers())
def test_what_trackers_tell_is_believed_in_the_evening(today: date, number: int, seed: int) -> None:
    person = everybody(today)[number]
    evening = CALENDAR.at(today, _SYNC)
    told = activities_of(person, today, CALENDAR, random.Random(seed))
    assert told
    assert [rules.refusal(activity, evening) for activity in told] == [None] * len(told)
    assert all(activity.end_time <= evening for activity in told)
    assert len({(activity.source, activity.external_id) for activity in told}) == len(told)


@given(today=days, seed=st.integers())
def test_the_demo_player_never_misses_a_day(today: date, seed: int) -> None:
    told = activities_of(the_player(today), today, CALENDAR, random.Random(seed))
    assert sum(map(exercised, told)) >= ACTIVE_DAY_MINUTES


def exercised(activity: ActivityInput) -> float:
    return 0 if activity.activity_type == "steps" else activity.duration_minutes or 0

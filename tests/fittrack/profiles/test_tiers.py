import re
from datetime import date

import pytest

from fittrack.profiles.tiers import (
    OPEN_TIER_CODE,
    TIER_PATTERN,
    TIERS,
    AgeBracket,
    FitnessLevel,
    Sex,
    age_bracket,
    find_tier,
    is_adult,
    tier_of,
)


def test_there_are_thirty_tiers_and_open() -> None:
    assert len(TIERS) == 31
    assert all(code == tier.code for code, tier in TIERS.items())
    assert len({tier.name for tier in TIERS.values()}) == 31


def test_codes_and_names_read_as_the_contract_has_them() -> None:
    tier = TIERS["F-30-39-INT"]
    assert tier.name == "Female 30-39 Intermediate"
    assert (tier.sex, tier.age_bracket, tier.fitness_level) == (
        Sex.FEMALE,
        AgeBracket.FROM_30,
        FitnessLevel.INTERMEDIATE,
    )
    assert TIERS["M-60+-ADV"].name == "Male 60+ Advanced"


@pytest.mark.parametrize(
    ("bracket", "youngest", "oldest"),
    [("18-29", 18, 29), ("30-39", 30, 39), ("40-49", 40, 49), ("50-59", 50, 59), ("60+", 60, 101)],
)
def test_brackets_follow_from_the_age(bracket: str, youngest: int, oldest: int) -> None:
    for age in (youngest, oldest):
        assert age_bracket(date(2026 - age, 7, 15), date(2026, 7, 15)) == bracket


def test_a_player_moves_up_on_the_birthday_itself() -> None:
    born = date(1996, 7, 15)
    assert tier_of(Sex.MALE, born, FitnessLevel.BEGINNER, date(2026, 7, 14)).code == "M-18-29-BEG"
    assert tier_of(Sex.MALE, born, FitnessLevel.BEGINNER, date(2026, 7, 15)).code == "M-30-39-BEG"


def test_somebody_born_on_a_leap_day_comes_of_age_on_the_first_of_march() -> None:
    born = date(2008, 2, 29)
    assert not is_adult(born, date(2026, 2, 28))
    assert is_adult(born, date(2026, 3, 1))


def test_minors_have_no_bracket() -> None:
    with pytest.raises(ValueError, match="17 years"):
        age_bracket(date(2009, 1, 1), date(2026, 7, 15))


def test_tiers_are_found_whatever_the_case_and_with_an_unescaped_plus() -> None:
    assert find_tier("f-60 -int") is TIERS["F-60+-INT"]
    assert find_tier("open") is TIERS[OPEN_TIER_CODE]
    assert find_tier("F-30-39-PRO") is None


@pytest.mark.parametrize("code", [*TIERS, *(code.lower().replace("+", " ") for code in TIERS)])
def test_the_pattern_lets_every_tier_pass(code: str) -> None:
    assert re.search(TIER_PATTERN, code)


@pytest.mark.parametrize("code", ["", "X-1-Y", "F-30-39-PRO", "F-30-49-ADV", "OPENED", " OPEN", "M-60-BEG"])
def test_the_pattern_lets_nothing_else_pass(code: str) -> None:
    assert not re.search(TIER_PATTERN, code)

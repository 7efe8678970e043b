from datetime import date

import pytest

from fittrack.profiles.rules import (
    FitnessLevel,
    Profile,
    Sex,
    check_date_of_birth,
    check_profile,
    display_name_key,
    is_complete,
    missing_fields,
    normal_display_name,
)

TODAY = date(2026, 7, 15)


def wrong_fields(profile: Profile) -> list[str]:
    return [error.pointer for error in check_profile(profile)]


def test_a_profile_at_its_limits_is_valid() -> None:
    for name, height, weight in (("Jo", 36, 50), ("x" * 50, 96, 700)):
        assert not check_profile(Profile(display_name=name, height_inches=height, weight_pounds=weight))


@pytest.mark.parametrize("name", ["", "J", " J ", "x" * 51, "Jo\x00hn", "Jo\u202ehn", "Jo\u200bhn"])
def test_a_display_name_has_2_to_50_characters_that_can_be_seen(name: str) -> None:
    assert wrong_fields(Profile(display_name=name)) == ["/display_name"]


@pytest.mark.parametrize("height", [35.9, 96.1, -1, float("nan"), float("inf")])
def test_heights_outside_36_to_96_inches_are_wrong(height: float) -> None:
    assert wrong_fields(Profile(height_inches=height)) == ["/height_inches"]


@pytest.mark.parametrize("weight", [49, 701, float("nan")])
def test_weights_outside_50_to_700_pounds_are_wrong(weight: float) -> None:
    assert wrong_fields(Profile(weight_pounds=weight)) == ["/weight_pounds"]


def test_goals_are_few_and_short() -> None:
    assert wrong_fields(Profile(goals=("run", " ", "y" * 201))) == ["/goals/1", "/goals/2"]
    assert wrong_fields(Profile(goals=("run",) * 11)) == ["/goals"]


def test_names_that_look_alike_share_a_key() -> None:
    assert display_name_key("  Ｊo   Straße ") == display_name_key("jo STRASSE")
    assert normal_display_name("  Jo \t Smith ") == "Jo Smith"


def test_a_profile_is_complete_with_a_name_a_sex_and_a_level() -> None:
    assert missing_fields(Profile()) == ("display_name", "biological_sex", "fitness_level")
    assert is_complete(
        Profile(display_name="Jo", biological_sex=Sex.FEMALE, fitness_level=FitnessLevel.BEGINNER)
    )


def test_registration_is_for_adults_with_a_believable_date_of_birth() -> None:
    assert not check_date_of_birth(date(2008, 7, 15), TODAY)
    assert "18" in check_date_of_birth(date(2008, 7, 16), TODAY)[0].detail
    assert check_date_of_birth(date(2027, 1, 1), TODAY)
    assert check_date_of_birth(date(1890, 1, 1), TODAY)

"""The 30 tiers and `OPEN` (SPEC 2): sex × age bracket × fitness level."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import product
from typing import Final

from fittrack.kit.calendar import age_on
from fittrack.kit.problems import FieldError, Malformed

MIN_AGE_YEARS: Final = 18
"""Sweepstakes are for adults (SPEC, market)."""

OPEN_TIER_CODE: Final = "OPEN"
"""The tier that holds everybody."""


TIER_PATTERN: Final = (
    "^([Oo][Pp][Ee][Nn]|[MFmf]-(18-29|30-39|40-49|50-59|60[+ ])-([Bb][Ee][Gg]|[Ii][Nn][Tt]|[Aa][Dd][Vv]))$"
)
"""What `find_tier` finds, as a schema can say it."""


class Sex(StrEnum):
    """Biological sex, used for tiers only."""

    MALE = "male"
    FEMALE = "female"


class FitnessLevel(StrEnum):
    """How a player rates themself."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class AgeBracket(StrEnum):
    """Derived from the date of birth, never taken from a client."""

    FROM_18 = "18-29"
    FROM_30 = "30-39"
    FROM_40 = "40-49"
    FROM_50 = "50-59"
    FROM_60 = "60+"


_YOUNGEST_AGES: Final = (
    (60, AgeBracket.FROM_60),
    (50, AgeBracket.FROM_50),
    (40, AgeBracket.FROM_40),
    (30, AgeBracket.FROM_30),
    (MIN_AGE_YEARS, AgeBracket.FROM_18),
)
_SEX_CODES: Final = {Sex.MALE: "M", Sex.FEMALE: "F"}
_LEVEL_CODES: Final = {
    FitnessLevel.BEGINNER: "BEG",
    FitnessLevel.INTERMEDIATE: "INT",
    FitnessLevel.ADVANCED: "ADV",
}


@dataclass(frozen=True, slots=True)
class Tier:
    """A group of comparable players. `OPEN` has no sex, bracket or level."""

    code: str
    name: str
    sex: Sex | None = None
    age_bracket: AgeBracket | None = None
    fitness_level: FitnessLevel | None = None


def is_adult(born: date, day: date) -> bool:
    """Whether somebody born on `born` is 18 or older on `day`."""
    return age_on(day, born) >= MIN_AGE_YEARS


def age_bracket(born: date, day: date) -> AgeBracket:
    """The bracket, on `day`, of an adult born on `born`."""
    age = age_on(day, born)
    for youngest, bracket in _YOUNGEST_AGES:
        if age >= youngest:
            return bracket
    raise ValueError(f"no bracket for {age} years: registration admits adults only")


def tier_code(sex: Sex, bracket: AgeBracket, level: FitnessLevel) -> str:
    """For example `F-30-39-INT`."""
    return f"{_SEX_CODES[sex]}-{bracket}-{_LEVEL_CODES[level]}"


def tier_name(sex: Sex, bracket: AgeBracket, level: FitnessLevel) -> str:
    """For example `Female 30-39 Intermediate`."""
    return f"{sex.capitalize()} {bracket} {level.capitalize()}"


def tier_of(sex: Sex, born: date, level: FitnessLevel, day: date) -> Tier:
    """The tier in which a player competes on `day`."""
    return TIERS[tier_code(sex, age_bracket(born, day), level)]


def find_tier(code: str) -> Tier | None:
    """The tier named `code`, if there is one.

    Case does not matter, and a space reads as `+`: that is what becomes of `M-60+-BEG` in the query
    part of an address when a client forgets to escape it.
    """
    return TIERS.get(code.upper().replace(" ", "+"))


def asked_tier(code: str) -> Tier:
    """The tier that the parameter `tier` of a request names. Raises `Malformed`."""
    tier = find_tier(code)
    if tier is None:
        detail = "There is no such tier."
        raise Malformed(detail, errors=[FieldError("/tier", detail)])
    return tier


TIERS: Final[dict[str, Tier]] = {
    tier.code: tier
    for tier in (
        *(
            Tier(tier_code(*parts), tier_name(*parts), *parts)
            for parts in product(Sex, AgeBracket, FitnessLevel)
        ),
        Tier(OPEN_TIER_CODE, "Open"),
    )
}
"""All tiers by code: the 30, then `OPEN`."""

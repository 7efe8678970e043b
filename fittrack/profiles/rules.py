"""What makes a profile valid and complete (SPEC 1)."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from fittrack.kit.calendar import age_on
from fittrack.kit.problems import FieldError
from fittrack.profiles.tiers import (
    MIN_AGE_YEARS,
    OPEN_TIER_CODE,
    TIERS,
    AgeBracket,
    FitnessLevel,
    Sex,
    Tier,
    age_bracket,
    find_tier,
    is_adult,
    tier_code,
    tier_name,
    tier_of,
)

__all__ = [
    "MIN_AGE_YEARS",
    "OPEN_TIER_CODE",
    "TIERS",
    "AgeBracket",
    "FitnessLevel",
    "Profile",
    "Sex",
    "Tier",
    "age_bracket",
    "check_date_of_birth",
    "check_profile",
    "display_name_key",
    "find_tier",
    "is_adult",
    "is_complete",
    "missing_fields",
    "normal_display_name",
    "tier_code",
    "tier_name",
    "tier_of",
]

DISPLAY_NAME_CHARACTERS: Final = (2, 50)
HEIGHT_INCHES: Final = (36, 96)
WEIGHT_POUNDS: Final = (50, 700)
GOALS_MAX: Final = 10
"""Goals are a short list for the player's own eyes."""
GOAL_CHARACTERS_MAX: Final = 200
MAX_AGE_YEARS: Final = 125
"""Nobody on record grew older than 122: an earlier year is a slip of the finger."""

# Control, format, surrogate, private and unassigned characters, line and paragraph separators: they
# make one name look like another, or hide it.
_UNSEEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a player tells about themself. What is `None` was not told (yet)."""

    display_name: str | None = None
    biological_sex: Sex | None = None
    fitness_level: FitnessLevel | None = None
    height_inches: float | None = None
    weight_pounds: float | None = None
    goals: tuple[str, ...] = ()


def normal_display_name(name: str) -> str:
    """`name` as it is kept and shown: composed characters, single spaces, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def display_name_key(name: str) -> str:
    """What must be unique: equal for names that differ in case or in compatible characters only."""
    return unicodedata.normalize("NFKC", normal_display_name(name)).casefold()


def check_profile(profile: Profile) -> list[FieldError]:
    """Everything wrong with what was told; what was not told is not wrong."""
    return [
        *_check_display_name(profile.display_name),
        *_check_between("/height_inches", profile.height_inches, HEIGHT_INCHES, "inches"),
        *_check_between("/weight_pounds", profile.weight_pounds, WEIGHT_POUNDS, "pounds"),
        *_check_goals(profile.goals),
    ]


def check_date_of_birth(born: date, today: date) -> list[FieldError]:
    """Why somebody born on `born` cannot register on `today`, if so."""
    age = age_on(today, born)
    if born > today or age > MAX_AGE_YEARS:
        return [FieldError("/date_of_birth", "That is not a date of birth")]
    if age < MIN_AGE_YEARS:
        return [FieldError("/date_of_birth", f"You must be {MIN_AGE_YEARS} or older")]
    return []


def missing_fields(profile: Profile) -> tuple[str, ...]:
    """What is still needed before the account may write anything but its profile."""
    needed = ("display_name", "biological_sex", "fitness_level")
    return tuple(name for name in needed if getattr(profile, name) is None)


def is_complete(profile: Profile) -> bool:
    """Whether nothing needed is missing."""
    return not missing_fields(profile)


def _check_display_name(name: str | None) -> list[FieldError]:
    if name is None:
        return []
    least, most = DISPLAY_NAME_CHARACTERS
    if not least <= len(normal_display_name(name)) <= most:
        return [FieldError("/display_name", f"Between {least} and {most} characters")]
    if any(unicodedata.category(character) in _UNSEEN_CATEGORIES for character in name):
        return [FieldError("/display_name", "Characters that cannot be seen are not allowed")]
    return []


def _check_between(
    pointer: str, value: float | None, limits: tuple[float, float], unit: str
) -> list[FieldError]:
    least, most = limits
    # Written so that NaN, which is between nothing, fails as well.
    if value is None or least <= value <= most:
        return []
    return [FieldError(pointer, f"Between {least} and {most} {unit}")]


def _check_goals(goals: tuple[str, ...]) -> list[FieldError]:
    if len(goals) > GOALS_MAX:
        return [FieldError("/goals", f"At most {GOALS_MAX} goals")]
    return [
        FieldError(f"/goals/{index}", f"Between 1 and {GOAL_CHARACTERS_MAX} characters")
        for index, goal in enumerate(goals)
        if not 0 < len(goal.strip()) <= GOAL_CHARACTERS_MAX
    ]

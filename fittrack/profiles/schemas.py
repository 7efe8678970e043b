"""Profiles and tiers as REST takes and gives them (SPEC 2 and 10)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from fittrack.profiles.tiers import AgeBracket, FitnessLevel, Sex
from protocol.shapes import Instant

# What the type can check; `rules` says what a profile may hold.
DisplayName = Annotated[str, Meta(max_length=200)]
Goals = Annotated[list[Annotated[str, Meta(max_length=1_000)]], Meta(max_length=100)]


class ProfileForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`PUT users/me/profile`: the whole profile; what is left out is taken away."""

    display_name: DisplayName
    biological_sex: Sex
    fitness_level: FitnessLevel
    height_inches: float | None = None
    weight_pounds: float | None = None
    goals: Goals | None = None


class ProfilePatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`PATCH users/me/profile`: what is left out stays."""

    display_name: DisplayName | UnsetType = UNSET
    biological_sex: Sex | UnsetType = UNSET
    fitness_level: FitnessLevel | UnsetType = UNSET
    height_inches: float | None | UnsetType = UNSET
    weight_pounds: float | None | UnsetType = UNSET
    goals: Goals | None | UnsetType = UNSET


class Profile(Struct, frozen=True, kw_only=True):
    """A complete profile. Age bracket and tier follow from it, on the platform's day."""

    user_id: UUID
    display_name: str
    date_of_birth: date
    state_of_residence: str
    biological_sex: Sex
    fitness_level: FitnessLevel
    height_inches: float | None
    weight_pounds: float | None
    goals: list[str]
    age_bracket: AgeBracket
    tier_code: str
    tier_name: str
    updated_at: Instant


class Completeness(Struct, frozen=True):
    """`GET users/me/profile/complete`."""

    complete: bool
    missing: list[str]


class Tier(Struct, frozen=True, kw_only=True):
    """A group of comparable players; `OPEN` holds everybody and has no sex, bracket or level."""

    tier_code: str
    name: str
    biological_sex: Sex | None
    age_bracket: AgeBracket | None
    fitness_level: FitnessLevel | None
    players: int


class Tiers(Struct, frozen=True):
    items: list[Tier]

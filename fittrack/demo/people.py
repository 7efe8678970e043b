"""Who lives in the demo world: some players of every tier, and two accounts for whoever looks around."""

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Final

from faker import Faker

from fittrack.kit.states import US_STATES
from fittrack.profiles.rules import Profile
from fittrack.profiles.tiers import AgeBracket, FitnessLevel, Sex

PLAYER_EMAIL: Final = "player@fittrack.example"
ADMIN_EMAIL: Final = "admin@fittrack.example"
CLERK_EMAIL: Final = "post@fittrack.example"
"""Who sent the prizes; nobody signs in as them."""
DEMO_PASSWORD: Final = "FitTrack-Demo-2026!"  # noqa: S105 - published on purpose, for the demo world only

PLAYERS_PER_TIER: Final = 5
TRACKERS: Final = ("fitbit", "google_fit", "apple_health")

_DOMAIN: Final = "players.fittrack.example"
_AGES: Final = {
    AgeBracket.FROM_18: (20, 28),
    AgeBracket.FROM_30: (30, 38),
    AgeBracket.FROM_40: (40, 48),
    AgeBracket.FROM_50: (50, 58),
    AgeBracket.FROM_60: (60, 74),
}
"""Ages that stay within the bracket for a year to come."""
_DILIGENCE: Final = {FitnessLevel.BEGINNER: 0.5, FitnessLevel.INTERMEDIATE: 0.65, FitnessLevel.ADVANCED: 0.8}
_GOALS: Final = (
    "Walk every day",
    "Run a 5K without stopping",
    "Finish a half marathon",
    "Ride 100 miles a week",
    "Take the stairs",
    "Swim twice a week",
    "Sleep better",
    "Keep up with the kids",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A player of the demo world."""

    email: str
    born: date
    state: str
    profile: Profile
    tracker: str
    diligence: float
    """The chance, 0 to 1, that a day is an active one."""
    energy: float
    """How far somebody walks and how long somebody exercises, 1 on average."""
    joined_after_days: int
    """When the person registers, in days after the world's first."""
    premium: bool = False
    manual: bool = False
    """Types in workouts now and then."""
    second_tracker: bool = False
    """Wears a watch whose steps a phone counts as well."""
    verified: bool = True


def the_player(today: date) -> Person:
    """Whom the demo's own account belongs to: never misses a day."""
    return Person(
        email=PLAYER_EMAIL,
        born=date(today.year - 34, 1, 20),
        state="CO",
        profile=Profile(
            display_name="Riley Demo",
            biological_sex=Sex.FEMALE,
            fitness_level=FitnessLevel.INTERMEDIATE,
            height_inches=66,
            weight_pounds=142,
            goals=("Run a 10K in spring", "Walk every day"),
        ),
        tracker="fitbit",
        diligence=1.0,
        energy=1.6,
        joined_after_days=0,
        premium=True,
    )


def cast(today: date, days: int, *, excluded_states: Collection[str], seed: int) -> list[Person]:
    """Everybody else: `PLAYERS_PER_TIER` of each of the 30 tiers, who join within `days` days."""
    rng, names = random.Random(seed), _names(seed)  # noqa: S311 - a demo, not a secret
    states = sorted(US_STATES.keys() - excluded_states)
    return [
        Person(
            email=f"{first}.{last}@{_DOMAIN}".lower(),
            born=_born(rng.randint(*_AGES[bracket]), rng, today),
            state=rng.choice(states),
            profile=_profile(f"{first} {last}", sex, level, rng),
            tracker=rng.choice(TRACKERS),
            diligence=min(0.97, max(0.15, rng.gauss(_DILIGENCE[level], 0.15))),
            energy=min(1.5, max(0.6, rng.gauss(1.0, 0.2))),
            # The last of each tier comes later than the others, and may not have opened the letter yet.
            joined_after_days=0 if number < PLAYERS_PER_TIER - 1 else rng.randrange(days),
            premium=number == 1 and rng.random() < 0.4,
            manual=rng.random() < 0.1,
            second_tracker=rng.random() < 0.15,
            verified=number < PLAYERS_PER_TIER - 1 or rng.random() < 0.8,
        )
        for sex, bracket, level in product(Sex, AgeBracket, FitnessLevel)
        for number in range(PLAYERS_PER_TIER)
        for first, last in [next(names)]
    ]


def _profile(name: str, sex: Sex, level: FitnessLevel, rng: random.Random) -> Profile:
    mean_height, mean_weight = (70, 190) if sex is Sex.MALE else (64, 160)
    return Profile(
        display_name=name,
        biological_sex=sex,
        fitness_level=level,
        height_inches=round(rng.gauss(mean_height, 2.5)),
        weight_pounds=round(rng.gauss(mean_weight, 22)),
        goals=tuple(rng.sample(_GOALS, rng.randint(0, 3))),
    )


def _born(age: int, rng: random.Random, today: date) -> date:
    return today - timedelta(days=round(age * 365.25) + rng.randint(40, 320))


def _names(seed: int) -> Iterator[tuple[str, str]]:
    """First and last names, no two people with the same."""
    faker = Faker("en_US")
    faker.seed_instance(seed)
    met: set[tuple[str, str]] = set()
    while True:
        name = faker.first_name(), faker.last_name().replace("'", "")
        if name not in met:
            met.add(name)
            yield name

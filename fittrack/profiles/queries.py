"""Reading profiles, and the row that the user actor's unit writes."""

import calendar
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, Table, Update, and_, case, func, select, update

from fittrack.db.tables.accounts import profiles, users
from fittrack.kit.ids import UserId
from fittrack.kit.standing import AccountStatus, Role
from fittrack.profiles import schemas
from fittrack.profiles.rules import Profile, display_name_key, normal_display_name, tier_of
from fittrack.profiles.tiers import AgeBracket, FitnessLevel, Sex, Tier, tier_code
from protocol.shapes import instant

_GOALS = msgspec.json.Decoder(list[str])


def profile_row(user_id: UserId, profile: Profile, tier: str, now: datetime) -> tuple[Table, tuple[Any, ...]]:
    """What a unit upserts: the complete profile, in the table's column order."""
    assert profile.display_name and profile.biological_sex and profile.fitness_level, "it is complete"
    name = normal_display_name(profile.display_name)
    return profiles, (
        user_id,
        name,
        display_name_key(name),
        profile.biological_sex.value,
        profile.fitness_level.value,
        profile.height_inches,
        profile.weight_pounds,
        msgspec.json.encode(profile.goals) if profile.goals else None,
        tier,
        now,
    )


def note_standing_changed(user_id: UserId, now: datetime) -> Update:
    """Nodes read anew what this account's sessions may do (its profile is complete now)."""
    return update(users).where(users.c.user_id == user_id).values(standing_changed_at=now)


def move_to_tier(user_id: UserId, tier: str, now: datetime) -> Update:
    """The tier of a profile, if there is one, since its holder's age was corrected."""
    return update(profiles).where(profiles.c.user_id == user_id).values(tier_code=tier, updated_at=now)


def display_name_holder(conn: Connection, name: str) -> UserId | None:
    """Who has this display name, in any case."""
    key = display_name_key(normal_display_name(name))
    found = conn.execute(select(profiles.c.user_id).where(profiles.c.display_key == key)).scalar_one_or_none()
    return None if found is None else UserId(found)


def changed_at(conn: Connection, user_id: UserId) -> datetime | None:
    """When the profile last changed: its version."""
    return conn.execute(
        select(profiles.c.updated_at).where(profiles.c.user_id == user_id)
    ).scalar_one_or_none()


def find(conn: Connection, user_id: UserId, today: date) -> schemas.Profile | None:
    """The profile as its owner sees it; none until it is complete."""
    row = conn.execute(_profiles().where(profiles.c.user_id == user_id)).one_or_none()
    return None if row is None else _view(row, today)


def stored(view: schemas.Profile) -> Profile:
    """What the player told, out of what is shown."""
    return Profile(
        display_name=view.display_name,
        biological_sex=view.biological_sex,
        fitness_level=view.fitness_level,
        height_inches=view.height_inches,
        weight_pounds=view.weight_pounds,
        goals=tuple(view.goals),
    )


def page(conn: Connection, today: date, offset: int, limit: int) -> tuple[list[schemas.Profile], int]:
    """A page of all profiles, the newest players first, and how many there are."""
    rows = conn.execute(_profiles().order_by(profiles.c.user_id.desc()).offset(offset).limit(limit))
    total = conn.execute(select(func.count()).select_from(profiles)).scalar_one()
    return [_view(row, today) for row in rows], total


def count_players(conn: Connection, today: date) -> Mapping[str, int]:
    """Active players by tier code. Brackets are counted by birthdays, so nobody is a year behind."""
    oldest_first = [(users.c.date_of_birth <= _latest_birth(b, today), b.value) for b in reversed(AgeBracket)]
    bracket = case(*oldest_first, else_=AgeBracket.FROM_18.value).label("bracket")
    people = (
        select(profiles.c.biological_sex, profiles.c.fitness_level, bracket)
        .join(users, users.c.user_id == profiles.c.user_id)
        .where(users.c.status == AccountStatus.ACTIVE.value, users.c.role != Role.ADMIN.value)
        .subquery()
    )
    rows = conn.execute(
        select(people, func.count().label("players")).group_by(
            people.c.biological_sex, people.c.fitness_level, people.c.bracket
        )
    )
    return {
        tier_code(
            Sex(row.biological_sex), AgeBracket(row.bracket), FitnessLevel(row.fitness_level)
        ): row.players
        for row in rows
    }


def in_tier(tier: Tier, today: date) -> ColumnElement[bool]:
    """Whether a profile, joined with its account, is of the tier today: by the birthday, like those counted.

    Everybody with a profile is in `OPEN`.
    """
    if tier.age_bracket is None:
        return profiles.c.user_id.is_not(None)
    brackets = list(AgeBracket)
    place = brackets.index(tier.age_bracket)
    ages = [users.c.date_of_birth > _latest_birth(older, today) for older in brackets[place + 1 : place + 2]]
    if place > 0:
        ages.append(users.c.date_of_birth <= _latest_birth(tier.age_bracket, today))
    return and_(profiles.c.biological_sex == tier.sex, profiles.c.fitness_level == tier.fitness_level, *ages)


def _latest_birth(bracket: AgeBracket, today: date) -> date:
    """Who was born on this day or before is, today, as old as the bracket's youngest."""
    year = today.year - int(bracket.value[:2])
    day = 28 if (today.month, today.day) == (2, 29) and not calendar.isleap(year) else today.day
    return date(year, today.month, day)


def _profiles() -> Select[*tuple[Any, ...]]:
    return select(profiles, users.c.date_of_birth, users.c.state_of_residence).join(
        users, users.c.user_id == profiles.c.user_id
    )


def _view(row: Row[*tuple[Any, ...]], today: date) -> schemas.Profile:
    sex, level = Sex(row.biological_sex), FitnessLevel(row.fitness_level)
    tier = tier_of(sex, row.date_of_birth, level, today)
    assert tier.age_bracket is not None, "only OPEN has none"
    return schemas.Profile(
        user_id=row.user_id,
        display_name=row.display_name,
        date_of_birth=row.date_of_birth,
        state_of_residence=row.state_of_residence,
        biological_sex=sex,
        fitness_level=level,
        height_inches=row.height_inches,
        weight_pounds=row.weight_pounds,
        goals=_GOALS.decode(row.goals) if row.goals else [],
        age_bracket=tier.age_bracket,
        tier_code=tier.code,
        tier_name=tier.name,
        updated_at=instant(row.updated_at),
    )

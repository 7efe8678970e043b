"""Choosing the primary tracker decides the overlaps of the last days anew (SPEC 3)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, insert, select

from fittrack.activities.commands import LogActivities, SetPrimarySource
from fittrack.activities.model import ActivityInput, ActivityType, Intensity
from fittrack.activities.schemas import PrimarySource
from fittrack.db.tables.activities import activities
from fittrack.db.tables.partners import tracker_connections
from fittrack.kit.ids import UserId, uuid7
from fittrack.kit.problems import Forbidden, NotFound, ProfileIncomplete
from fittrack.kit.standing import Role
from tests.actors.house import House
from tests.world import enrol

GOOGLE = "google_fit"


async def connect(house: House, user_id: UserId, *providers: str) -> None:
    """Connections as they are stored, none of them primary."""
    for provider in providers:
        await house.node.journal.transact(store, user_id, provider, house.clock.now())


def store(conn: Connection, user_id: UserId, provider: str, now: datetime) -> None:
    row = {
        "connection_id": uuid7(),
        "user_id": user_id,
        "provider": provider,
        "is_primary": False,
        "sync_status": "idle",
        "sync_failures": 0,
        "created_at": now,
        "updated_at": now,
    }
    conn.execute(insert(tracker_connections).values(row))


async def primaries(house: House, user_id: UserId) -> list[str]:
    mine = tracker_connections.c.user_id == user_id
    chosen = select(tracker_connections.c.provider).where(mine, tracker_connections.c.is_primary == 1)
    return await house.node.reads.run(lambda conn: list(conn.execute(chosen).scalars()))


async def counting(house: House, user_id: UserId) -> list[str]:
    """The sources of the activities that count."""
    counted = select(activities.c.source).where(
        activities.c.user_id == user_id, activities.c.duplicate_of.is_(None)
    )
    return await house.node.reads.run(lambda conn: list(conn.execute(counted).scalars()))


def run_of(house: House, source: str, minutes: int, **metrics: float) -> ActivityInput:
    start = house.clock.now() - timedelta(hours=3)
    return ActivityInput(
        activity_type=ActivityType.WORKOUT,
        start_time=start,
        end_time=start + timedelta(minutes=minutes),
        intensity=Intensity.MODERATE,
        metrics=metrics,
        source=source,
        external_id="run",
    )


async def two_trackers(house: House) -> UserId:
    """A player whose run two trackers tell of; the one with more metrics counts."""
    player = await house.player(days=0)
    await connect(house, player, "fitbit", GOOGLE)
    await house.do(player, LogActivities([run_of(house, "fitbit", 40, calories=300)]))
    await house.do(player, LogActivities([run_of(house, GOOGLE, 60)]))
    assert (await house.standing(player)).balance == 130
    return player


async def test_another_primary_tracker_is_booked_at_once_and_stays_after_the_actor_left(house: House) -> None:
    player = await two_trackers(house)
    answer = await house.do(player, SetPrimarySource(GOOGLE))
    assert answer.body == PrimarySource(source=GOOGLE, points=40, balance=170)
    assert (await primaries(house, player), await counting(house, player)) == ([GOOGLE], [GOOGLE])
    await house.clock.advance(600)
    assert not house.node.registry.is_active("user", player)
    await house.do(player, LogActivities([run_of(house, "fitbit", 45, calories=300)]))
    assert (await house.standing(player)).balance == 170


async def test_the_choice_can_move_to_another_tracker_and_be_given_up(house: House) -> None:
    player = await two_trackers(house)
    await house.do(player, SetPrimarySource(GOOGLE))
    back = await house.do(player, SetPrimarySource("fitbit"))
    assert back.body == PrimarySource(source="fitbit", points=-40, balance=130)
    assert await primaries(house, player) == ["fitbit"]
    none = await house.do(player, SetPrimarySource(None))
    assert none.body == PrimarySource(source=None, points=0, balance=130)
    assert await primaries(house, player) == []


async def test_choosing_is_done_once_under_its_key(house: House) -> None:
    player, key = await two_trackers(house), uuid7()
    first = await house.do(player, SetPrimarySource(GOOGLE), key)
    again = await house.do(player, SetPrimarySource(GOOGLE), key)
    assert again.replayed and again.body == first.body


async def test_only_a_connected_tracker_can_be_the_primary_one(house: House) -> None:
    player = await two_trackers(house)
    with pytest.raises(NotFound):
        await house.do(player, SetPrimarySource("apple_health"))
    assert (await house.standing(player)).balance == 130


async def test_who_does_not_earn_has_nothing_to_choose(house: House) -> None:
    admin = await enrol(house.node, "admin", role=Role.ADMIN)
    newcomer = await enrol(house.node, "newcomer")
    with pytest.raises(Forbidden):
        await house.do(admin.user_id, SetPrimarySource(None))
    with pytest.raises(ProfileIncomplete):
        await house.do(newcomer.user_id, SetPrimarySource(None))

"""A player's actor: what earning, buying and reading rely on is decided here, one message at a time."""

import asyncio
import threading
from datetime import timedelta

import pytest

from fittrack.accounts.commands import ChangeStatus
from fittrack.accounts.problems import StatusConflict
from fittrack.activities.commands import LogActivities
from fittrack.activities.model import ActivityInput, ActivityType
from fittrack.activities.schemas import LoggedActivities
from fittrack.db.handles import Connection
from fittrack.db.reads import READS_WAITING_MAX
from fittrack.drawings.eligibility import EligibilityRule, NotEligible
from fittrack.inbox.commands import ReadInbox
from fittrack.kit.ids import DrawingId, UserId, uuid7
from fittrack.kit.problems import Busy, Forbidden, IdempotencyMismatch, NotFound, ProfileIncomplete
from fittrack.kit.standing import AccountStatus, Role
from fittrack.profiles.commands import ChangeProfile
from fittrack.profiles.problems import DisplayNameTaken
from fittrack.profiles.rules import Profile
from fittrack.profiles.tiers import FitnessLevel, Sex
from fittrack.pubsub.messages import REVOCATIONS, Message, Revocation
from protocol.outbound import InboxRead
from tests.actors.house import House, hard_day
from tests.server import PATIENCE_S
from tests.world import enrol


def steps(house: House, count: int, *, minutes_ago: float = 60, external_id: str = "s") -> ActivityInput:
    start = house.clock.now() - timedelta(minutes=minutes_ago)
    return ActivityInput(
        activity_type=ActivityType.STEPS,
        start_time=start,
        end_time=start + timedelta(minutes=30),
        source="fitbit",
        metrics={"steps": count},
        external_id=external_id,
    )


async def test_without_a_profile_nothing_is_earned_or_bought(house: House) -> None:
    member = await enrol(house.node, "newcomer")
    with pytest.raises(ProfileIncomplete):
        await house.do(member.user_id, LogActivities([steps(house, 5_000)]))
    with pytest.raises(ProfileIncomplete):
        await house.buy(member.user_id, await house.drawing(), 1)


async def test_admins_do_not_earn(house: House) -> None:
    admin = await enrol(house.node, "admin", role=Role.ADMIN)
    with pytest.raises(Forbidden):
        await house.do(admin.user_id, LogActivities([steps(house, 5_000)]))


async def test_admins_are_told_that_they_do_not_buy(house: House) -> None:
    admin = await enrol(house.node, "admin", role=Role.ADMIN)
    with pytest.raises(NotEligible) as refused:
        await house.buy(admin.user_id, await house.drawing(), 1)
    assert refused.value.rule is EligibilityRule.ROLE


async def test_nobody_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        await house.standing(UserId(uuid7()))
    player = await house.player()
    with pytest.raises(NotFound):
        await house.buy(player, DrawingId(uuid7()), 1)


async def test_steps_that_grow_with_each_sync_pay_the_difference(house: House) -> None:
    player = await house.player(days=0)
    first = await house.do(player, LogActivities([steps(house, 3_000)]))
    second = await house.do(player, LogActivities([steps(house, 5_500)]))
    again = await house.do(player, LogActivities([steps(house, 5_500)]))
    earned = [
        answer.body.points_earned
        for answer in (first, second, again)
        if isinstance(answer.body, LoggedActivities)
    ]
    assert earned == [30, 20, 0]
    assert (await house.standing(player)).balance == 50


async def test_a_batch_is_taken_once_under_its_key(house: House) -> None:
    player, key = await house.player(days=0), uuid7()
    wish = LogActivities([steps(house, 3_000)])
    first = await house.do(player, wish, key)
    again = await house.do(player, wish, key)
    assert again.replayed and again.body == first.body
    with pytest.raises(IdempotencyMismatch):
        await house.do(player, LogActivities([steps(house, 4_000)]), key)


async def test_the_items_of_a_batch_stand_alone(house: House) -> None:
    player = await house.player(days=0)
    wish = LogActivities([steps(house, 2_000), steps(house, 500_000, external_id="impossible")])
    answer = (await house.do(player, wish)).body
    assert isinstance(answer, LoggedActivities)
    assert [item.status for item in answer.activities] == ["accepted", "rejected"]
    assert answer.balance == 20


async def test_a_week_of_active_days_pays_its_bonus_and_is_told(house: House) -> None:
    player = await house.player(days=6)
    assert (await house.standing(player)).streak.current == 6
    await house.do(player, LogActivities([hard_day_until_now(house)]))
    view = await house.standing(player)
    assert view.streak.current == 7
    (note,) = await house.inbox(player)
    assert note.title == "7-day streak"
    assert view.balance == 6_000 + 250 + view.today.points_earned


def hard_day_until_now(house: House) -> ActivityInput:
    start = house.clock.now() - timedelta(hours=2)
    return ActivityInput(
        activity_type=ActivityType.WORKOUT,
        start_time=start,
        end_time=start + timedelta(hours=1),
        source="fitbit",
        external_id="today",
    )


async def test_a_name_of_long_ago_cannot_be_sent_again_with_a_new_start(house: House) -> None:
    player = await house.player(days=0)
    await house.do(player, LogActivities([steps(house, 3_000)]))
    await house.pass_time(days=20)
    answer = (await house.do(player, LogActivities([steps(house, 3_000)]))).body
    assert isinstance(answer, LoggedActivities)
    assert [(item.status, item.code) for item in answer.activities] == [("rejected", "too-old")]


async def test_what_could_not_be_settled_is_not_held_for_stored(house: House) -> None:
    player = await house.player(days=0)
    await house.do(player, LogActivities([steps(house, 3_000)]))
    await house.pass_time(days=20)
    await house.do(player, LogActivities([hard_day(house.clock, 2)]))
    await house.quiet()
    batch, gate = LogActivities([steps(house, 3_000), hard_day(house.clock, 1)]), threading.Event()
    reads = house.node.reads
    waiting = [asyncio.ensure_future(reads.run(_wait_for, gate)) for _ in range(READS_WAITING_MAX)]
    await asyncio.sleep(0)
    try:
        with pytest.raises(Busy):
            await house.do(player, batch)
    finally:
        gate.set()
    assert all(await asyncio.gather(*waiting))
    answer = (await house.do(player, batch)).body
    assert isinstance(answer, LoggedActivities)
    assert [(item.status, item.code) for item in answer.activities] == [
        ("rejected", "too-old"),
        ("accepted", None),
    ]
    assert answer.points_earned > 0


def _wait_for(_conn: Connection, gate: threading.Event) -> bool:
    return gate.wait(PATIENCE_S)


async def test_today_ends_at_midnight_of_the_platform(house: House) -> None:
    player = await house.player(days=0)
    await house.do(player, LogActivities([steps(house, 3_000)]))
    assert (await house.standing(player)).today.steps == 3_000
    await house.pass_time(hours=12)  # noon in New York was the start
    assert (await house.standing(player)).today.steps == 0


async def test_what_is_read_stays_read(house: House) -> None:
    player = await house.player(days=6)
    await house.do(player, LogActivities([hard_day_until_now(house)]))
    assert (await house.standing(player)).unread == 1
    answer = (await house.do(player, ReadInbox(1), uuid7())).body
    assert answer == InboxRead(unread=0)
    assert (await house.standing(player)).unread == 0


async def test_a_suspension_ends_every_session_and_all_buying(house: House) -> None:
    player, drawing_id = await house.player(), await house.drawing()
    revoked: list[Message] = []
    house.node.broker.subscribe(REVOCATIONS, revoked.append)
    await house.do(player, ChangeStatus(status=AccountStatus.SUSPENDED, reason="Looked at"))
    assert Revocation(player) in revoked
    with pytest.raises(NotEligible):
        await house.buy(player, drawing_id, 1)
    with pytest.raises(StatusConflict):
        await house.do(player, ChangeStatus(status=AccountStatus.SUSPENDED, reason="Again"))


async def test_a_display_name_is_taken_whatever_its_case(house: House) -> None:
    await house.player("ann")
    other = await enrol(house.node, "bob")
    profile = Profile(display_name="PLAYER ANN", biological_sex=Sex.MALE, fitness_level=FitnessLevel.BEGINNER)
    with pytest.raises(DisplayNameTaken):
        await house.do(other.user_id, ChangeProfile(profile))


async def test_an_idle_player_leaves_memory_and_comes_back_the_same(house: House) -> None:
    player, drawing_id = await house.player(), await house.drawing()
    await house.buy(player, drawing_id, 3)
    before = await house.standing(player)
    await house.clock.advance(600)
    assert not house.node.registry.is_active("user", player)
    assert await house.standing(player) == before


async def test_points_older_than_a_week_are_refused(house: House) -> None:
    player = await house.player(days=0)
    answer = (await house.do(player, LogActivities([hard_day(house.clock, 8)]))).body
    assert isinstance(answer, LoggedActivities)
    assert answer.activities[0].code == "too-old"

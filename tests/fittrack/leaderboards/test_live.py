"""Boards as they happen: the channel, one's own rank, the turn of periods, several nodes on one database."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fittrack.accounts.commands import ChangeStatus
from fittrack.activities.commands import LogActivities
from fittrack.app import Node
from fittrack.config import Settings
from fittrack.kit.ids import UserId
from fittrack.kit.standing import AccountStatus
from fittrack.leaderboards import asking
from fittrack.leaderboards.messages import BOARD, BoardView
from fittrack.leaderboards.periods import board_on
from fittrack.pubsub.messages import ChannelEvent, Message, PlayerNote, channel_topic, player_topic
from protocol.channels import LeaderboardChannel
from protocol.outbound import Leaderboard, RankChanged
from protocol.shapes import Period
from tests.actors.house import House, a_house
from tests.fittrack.leaderboards.earning import a_walk, exercise
from tests.world import no_fatal

TIER = "F-30-39-ADV"
DAILY = str(LeaderboardChannel("daily", "OPEN"))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as built:
        yield built


async def walk(house: House, user_id: UserId, points: int, **options: Any) -> None:
    await house.do(user_id, LogActivities([a_walk(house.clock.now(), points, **options)]))


def hear(house: House, topic: str) -> list[Any]:
    heard: list[Message] = []
    house.node.broker.subscribe(topic, heard.append)
    return heard


def listen(house: House, channel: str = DAILY) -> list[ChannelEvent]:
    return hear(house, channel_topic(channel))


async def view(house: House, user_id: UserId, period: Period = "daily", tier_code: str = "OPEN") -> BoardView:
    today = house.node.calendar.day_of(house.clock.now())
    return await asking.view(house.node.registry, board_on(period, tier_code, today), user_id, limit=100)


def boards_in_memory(house: House) -> set[str]:
    return {str(id) for id in house.node.registry._populations[BOARD].cells}


def top(event: ChannelEvent) -> list[tuple[str, int]]:
    assert isinstance(event.payload, Leaderboard)
    return [(line.display_name, line.points_earned) for line in event.payload.rankings]


# --- The channel ------------------------------------------------------------------------------------------


async def test_the_channel_is_told_the_whole_top_at_most_once_a_second(house: House) -> None:
    joe, ann = await house.player("joe", days=0), await house.player("ann", days=0)
    heard = listen(house)
    await walk(house, joe, 10)
    await house.pass_time(seconds=0)
    assert [top(event) for event in heard] == [[("Player joe", 10)]]
    for _ in range(3):
        await house.pass_time(milliseconds=200)
        await walk(house, ann, 20)
    assert len(heard) == 1
    await house.pass_time(milliseconds=500)
    assert [top(event) for event in heard[1:]] == [[("Player ann", 60), ("Player joe", 10)]]
    assert heard[0].seq < heard[1].seq


async def test_nothing_is_told_when_the_top_stays_as_it_was(house: House) -> None:
    joe = await house.player("joe", days=0)
    heard = listen(house)
    await walk(house, joe, 10, name="one")
    await house.pass_time(seconds=2)
    await walk(house, joe, 10, name="one")
    await house.pass_time(minutes=5)
    assert len(heard) == 1


async def test_what_a_subscriber_gets_is_encoded_once_and_renewed_by_a_change(house: House) -> None:
    joe = await house.player("joe", days=0)
    today = house.node.calendar.day_of(house.clock.now())
    board = board_on("daily", "OPEN", today)
    first, second = [await asking.top(house.node.registry, board) for _ in range(2)]
    assert first is second
    await walk(house, joe, 10)
    third = await asking.top(house.node.registry, board)
    assert third.payload != first.payload
    assert third.seq > first.seq


# --- One's own rank ---------------------------------------------------------------------------------------


def ranks(notes: list[Any], channel: str = DAILY) -> list[tuple[int | None, int, int]]:
    return [
        (note.payload.rank, note.payload.points_earned, note.payload.total_players)
        for note in notes
        if isinstance(note, PlayerNote)
        and isinstance(note.payload, RankChanged)
        and f"leaderboard:{note.payload.period}:{note.payload.tier_code}" == channel
    ]


async def test_a_player_hears_of_the_rank_that_own_earning_changed(house: House) -> None:
    joe, ann = await house.player("joe", days=0), await house.player("ann", days=0)
    await walk(house, ann, 50)
    notes = hear(house, player_topic(joe))
    for points in (10, 20, 30, 10):  # behind, behind, ahead, further ahead
        await walk(house, joe, points)
        await house.pass_time(seconds=1)
    assert ranks(notes) == [(2, 10, 2), (1, 60, 2)]
    assert ranks(notes, f"leaderboard:alltime:{TIER}") == [(2, 10, 2), (1, 60, 2)]


async def test_the_first_points_are_told_even_if_nobody_looked_at_the_board_before(house: House) -> None:
    joe = await house.player("joe", days=0)
    notes = hear(house, player_topic(joe))
    await walk(house, joe, 10)
    await house.quiet()
    assert ranks(notes) == [(1, 10, 1)]
    assert len([note for note in notes if isinstance(getattr(note, "payload", None), RankChanged)]) == 8


# --- Rebuilt and incremental ------------------------------------------------------------------------------


async def test_a_board_that_is_loaded_equals_the_one_that_was_told(tmp_path: Path) -> None:
    told: dict[tuple[Period, str], BoardView] = {}
    async with a_house(tmp_path) as house:
        players = [await house.player(f"p{number}", days=0) for number in range(6)]
        for period, tier_code in all_boards():
            await view(house, players[0], period, tier_code)
        for turn in range(24):
            player = players[turn * 5 % 6]
            end = house.clock.now() - timedelta(days=turn % 4)
            await house.do(
                player, LogActivities([a_walk(end, 10 * (1 + turn % 3), name=f"{turn % 9} of {player}")])
            )
            await house.pass_time(seconds=turn % 3)
        for period, tier_code in all_boards():
            told[period, tier_code] = await view(house, players[0], period, tier_code)
        now = house.clock.now()
    async with a_house(tmp_path, start=now) as house:
        for period, tier_code in all_boards():
            assert await view(house, players[0], period, tier_code) == told[period, tier_code]
    assert all(board.rankings for board in told.values())


def all_boards() -> Iterator[tuple[Period, str]]:
    periods: tuple[Period, ...] = ("daily", "weekly", "monthly", "alltime")
    return ((period, tier_code) for period in periods for tier_code in ("OPEN", TIER))


# --- Periods end ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("evening", "midnight"),
    [
        (datetime(2026, 3, 8, 3, tzinfo=UTC), datetime(2026, 3, 8, 5, tzinfo=UTC)),
        (datetime(2026, 3, 9, 3, tzinfo=UTC), datetime(2026, 3, 9, 4, tzinfo=UTC)),  # 23 hours later
        (datetime(2026, 11, 2, 3, tzinfo=UTC), datetime(2026, 11, 2, 5, tzinfo=UTC)),  # 25 hours
        (datetime(2026, 6, 1, 3, tzinfo=UTC), datetime(2026, 6, 1, 4, tzinfo=UTC)),  # a month ends, too
    ],
)
async def test_at_midnight_the_channel_shows_the_new_days_board(
    tmp_path: Path, evening: datetime, midnight: datetime
) -> None:
    async with a_house(tmp_path, start=evening) as house:
        joe = await house.player("joe", days=0)
        heard = listen(house)
        await walk(house, joe, 10)
        assert (await view(house, joe)).ends_at == midnight
        before = boards_in_memory(house)
        await house.clock.advance_to(midnight - timedelta(milliseconds=1))
        assert top(heard[-1]) == [("Player joe", 10)]
        await house.clock.advance_to(midnight)
        await house.pass_time(seconds=0)
        assert top(heard[-1]) == []
        await house.pass_time(hours=2)
        await walk(house, joe, 20)
        assert (await view(house, joe)).points_earned == 20
        assert (await view(house, joe, "alltime")).points_earned == 30
        await house.pass_time(minutes=10)
        assert {name for name in before if name.startswith("daily")}.isdisjoint(boards_in_memory(house))


async def test_a_week_ends_on_monday_and_a_month_on_its_first(tmp_path: Path) -> None:
    async with a_house(tmp_path, start=datetime(2026, 5, 31, 16, tzinfo=UTC)) as house:  # a Sunday
        joe = await house.player("joe", days=0)
        await walk(house, joe, 10)
        await house.pass_time(days=1)
        await walk(house, joe, 20)
        points = {period: (await view(house, joe, period)).points_earned for period, _ in all_boards()}
        assert points == {"daily": 20, "weekly": 20, "monthly": 20, "alltime": 30}


async def test_points_for_tomorrow_are_on_tomorrows_board(tmp_path: Path) -> None:
    async with a_house(tmp_path, start=datetime(2026, 6, 11, 3, 58, tzinfo=UTC)) as house:
        joe = await house.player("joe", days=0)
        end = house.clock.now() + timedelta(minutes=4)  # by a clock that is fast, after midnight
        await house.do(joe, LogActivities([exercise(end, 1)]))
        assert (await view(house, joe)).points_earned == 0
        await house.pass_time(minutes=3)
        assert (await view(house, joe)).points_earned == 1


async def test_boards_that_nobody_looks_at_leave_memory(house: House) -> None:
    joe = await house.player("joe", days=0)
    await walk(house, joe, 10)
    assert len(boards_in_memory(house)) == 8
    await house.pass_time(minutes=10)
    assert boards_in_memory(house) == set()
    assert (await view(house, joe)).points_earned == 10


# --- Several nodes ----------------------------------------------------------------------------------------


@pytest.fixture
async def other(house: House, tmp_path: Path) -> AsyncIterator[House]:
    """Another node on the same database and clock."""
    settings: Settings = house.node.settings
    node = Node(settings, on_fatal=no_fatal, clock=house.clock)
    yield House(node, house.clock)
    await node.close()


async def test_what_another_node_wrote_shows_within_thirty_seconds(house: House, other: House) -> None:
    joe, ann = await house.player("joe", days=0), await house.player("ann", days=0)
    heard = listen(other)
    assert (await view(other, joe)).rankings == []
    await walk(house, joe, 10)
    await house.pass_time(seconds=20)
    await walk(house, ann, 20)
    await walk(house, joe, 50)
    await house.pass_time(seconds=30)
    assert top(heard[-1]) == [("Player joe", 60), ("Player ann", 20)]
    assert await view(other, joe) == await view(house, joe)


async def test_who_asks_a_board_that_was_not_looked_at_for_long_sees_what_is(
    house: House, other: House
) -> None:
    joe = await house.player("joe", days=0)
    await walk(house, joe, 10)
    ann = await other.player("ann", days=0)
    await walk(other, ann, 20)  # told: its boards are in memory, and nobody looks at them
    await house.pass_time(seconds=70)
    await walk(house, joe, 30)
    await house.pass_time(seconds=15)
    assert (await view(other, joe)).rank == 1


async def test_names_and_bans_of_another_node_show_within_thirty_seconds(house: House, other: House) -> None:
    joe = await house.player("joe", days=0)
    await walk(house, joe, 10)
    assert [line.display_name for line in (await view(other, joe)).rankings] == ["Player joe"]
    await ban(house, joe)
    await house.pass_time(seconds=30)
    assert (await view(other, joe)).rankings == []


async def ban(house: House, user_id: UserId) -> None:
    await house.do(user_id, ChangeStatus(status=AccountStatus.BANNED, reason="cheated"))

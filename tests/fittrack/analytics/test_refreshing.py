"""The rollup: counted once or twice, by one node or two, after a pause or in time, it says the same."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from fittrack.activities.commands import LogActivities
from fittrack.analytics import counting, queries, statements
from fittrack.analytics.measures import ALL, Of
from fittrack.analytics.periods import Period, Span
from fittrack.analytics.refreshing import refresh
from fittrack.db.handles import Connection
from fittrack.db.tables.analytics import daily_figures, rollup_marks
from tests.actors.house import House, a_house, hard_day

YESTERDAY = date(2026, 6, 9)


@pytest.fixture
async def lived(tmp_path: Path) -> AsyncIterator[House]:
    """Three days of two players."""
    async with a_house(tmp_path) as house:
        for name in ("ann", "bob"):
            await house.player(name, days=3)
        yield house


async def count(house: House) -> int:
    node = house.node
    return await refresh(node.journal, node.reads, house.clock, node.calendar)


async def kept(house: House) -> set[tuple[Any, ...]]:
    """Everything in the rollup, but when it was written."""

    def read(conn: Connection) -> set[tuple[Any, ...]]:
        columns = (daily_figures.c.day, daily_figures.c.measure, daily_figures.c.dimension)
        return {tuple(row) for row in conn.execute(select(*columns, daily_figures.c.amount))}

    return await house.node.reads.run(read)


def forget(conn: Connection) -> None:
    conn.execute(delete(daily_figures))
    conn.execute(delete(rollup_marks))


def forge(conn: Connection) -> None:
    conn.execute(update(daily_figures).where(daily_figures.c.measure == Of.STEPS.value).values(amount=1))


async def test_counting_again_changes_nothing_and_writes_nothing(lived: House) -> None:
    assert await count(lived) > 0
    first = await kept(lived)
    assert (YESTERDAY, Of.POINTS_EARNED, ALL, 2000) in first
    assert (YESTERDAY, Of.POINTS_EARNED, "F-30-39-ADV", 2000) in first
    assert (date(2026, 6, 8), "players.week", ALL, 2) in first
    assert await count(lived) == 0
    assert await kept(lived) == first


async def test_all_of_it_can_be_made_again(lived: House) -> None:
    await count(lived)
    first = await kept(lived)
    await lived.node.journal.transact(forget)
    await count(lived)
    assert await kept(lived) == first


async def test_days_that_passed_while_nobody_counted_are_counted_then(tmp_path: Path) -> None:
    async with a_house(tmp_path / "kept") as steady, a_house(tmp_path / "paused") as paused:
        for house in (steady, paused):
            player = await house.player(days=1)
            await count(house)
            for _ in range(20):
                await house.pass_time(days=1)
                await house.do(player, LogActivities([hard_day(house.clock, 1)]))
                if house is steady:
                    await count(house)
            await count(house)
        assert await kept(steady) == await kept(paused)


async def test_days_are_found_by_what_was_booked_for_them(lived: House) -> None:
    reads, began = lived.node.reads, lived.clock.now()
    days = {date(2026, 6, day) for day in (7, 8, 9)}
    assert await reads.run(queries.days_booked_since, began) == days
    await lived.pass_time(seconds=1)
    assert await reads.run(queries.days_booked_since, lived.clock.now()) == set()


async def test_a_day_long_past_is_counted_anew_when_something_was_booked_for_it(lived: House) -> None:
    node = lived.node
    await count(lived)
    await lived.pass_time(days=30)

    async def planned() -> dict[date, bool]:
        today = node.calendar.day_of(lived.clock.now())
        return (await node.reads.run(counting.plan, today, node.calendar)).days

    assert (await planned())[YESTERDAY] is False  # it was booked right before it was counted
    await count(lived)
    assert YESTERDAY not in await planned()


async def test_of_two_nodes_that_count_at_once_the_slower_one_gives_up(lived: House) -> None:
    node = lived.node
    plan = await node.reads.run(counting.plan, node.calendar.day_of(lived.clock.now()), node.calendar)
    sheet = await node.reads.run(counting.count_day, YESTERDAY, None)
    assert sheet is not None
    await count(lived)
    now = lived.clock.now()
    assert not await node.journal.transact(statements.put, plan.mark, [sheet], now)
    assert not await node.journal.transact(statements.advance, plan.mark, now, now)


async def test_what_a_crash_left_half_counted_is_counted_the_next_time(lived: House) -> None:
    """Sheets were written, the mark was not moved."""
    node, now = lived.node, lived.clock.now()
    plan = await node.reads.run(counting.plan, node.calendar.day_of(now), node.calendar)
    sheet = await node.reads.run(counting.count_day, YESTERDAY, None)
    assert sheet is not None
    assert await node.journal.transact(statements.put, plan.mark, [sheet], now)
    await count(lived)
    half = await kept(lived)
    await node.journal.transact(forget)
    await count(lived)
    assert await kept(lived) == half


async def test_days_that_may_still_change_are_counted_anew_each_time(lived: House) -> None:
    await count(lived)
    before = await kept(lived)
    await lived.node.journal.transact(forge)
    assert await count(lived) >= 0
    after = {row for row in await kept(lived) if row[1] == Of.STEPS}
    assert after == {row for row in before if row[1] == Of.STEPS}


async def test_before_anything_happened_there_is_nothing_to_count(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        assert await count(house) == 0
        assert await kept(house) == set()


async def test_a_week_knows_through_which_day_its_players_are_counted(lived: House) -> None:
    await count(lived)
    monday = date(2026, 6, 8)
    found = await lived.node.reads.run(queries.kept_players, Period.WEEK, [monday], ALL)
    assert found == {monday: (YESTERDAY, 2)}
    whole = await lived.node.reads.run(queries.players, Span(monday, YESTERDAY))
    assert whole == {ALL: 2, "F-30-39-ADV": 2}

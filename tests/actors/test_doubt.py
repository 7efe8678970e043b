"""Whoever loads an actor anew does not take what it finds for all there is while something may still come."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from actors.trust import LATE_S
from actors.user_purchases import PURCHASES_AT_ONCE_MAX
from fittrack.activities.commands import LogActivities
from fittrack.db.journal.store import Store
from fittrack.db.reads import READ_THREADS
from fittrack.drawings.commands import OpenDrawing
from fittrack.drawings.eligibility import NotEligible
from fittrack.drawings.model import Eligibility
from fittrack.drawings.rules import InsufficientPoints
from fittrack.kit.ids import DrawingId, TemplateId, UserId, uuid7
from fittrack.kit.problems import NotFound, OutcomeUnknown
from fittrack.leaderboards import asking
from fittrack.leaderboards.periods import board_on
from fittrack.points.commands import AdjustPoints
from fittrack.privacy.commands import DeleteAccount
from fittrack.schedule.messages import MakeDrawing
from fittrack.server.asking import USER
from protocol.outbound import DrawingTick
from tests.actors.house import House, a_house, hard_day
from tests.fittrack.db.faults import SlowlyCommitting, slowly_committing_store
from tests.fittrack.leaderboards.earning import a_walk
from tests.stage import eventually


@dataclass(slots=True)
class LossyHouse:
    """A house whose journal can lose the answer to a COMMIT."""

    inner: House
    stores: list[SlowlyCommitting]
    gates: list[threading.Event] = field(default_factory=list)

    async def lose(self, done: Callable[[], Awaitable[object]]) -> None:
        """Do it, without hearing what became of it; it is stored later, or not. A second goes by."""
        self.stores[0].loses_next = True
        with pytest.raises(OutcomeUnknown):
            await done()
        await self.inner.clock.advance(1)

    def store(self, *, commit: bool = True) -> None:
        """Let what was lost be stored."""
        self.stores[0].finish(commit=commit)

    async def doubt(self, player: UserId, drawing_id: DrawingId) -> None:
        """A purchase of unknown outcome leaves both in doubt, and in memory; it is never stored."""
        await self.lose(lambda: self.inner.buy(player, drawing_id, 1))
        self.store(commit=False)
        await self.inner.standing(player)
        await self.inner.view(drawing_id)
        await self.inner.clock.advance(1)


@asynccontextmanager
async def a_lossy_house(folder: Path) -> AsyncIterator[LossyHouse]:
    stores: list[SlowlyCommitting] = []

    def slow(engine: Engine) -> Store:
        store = slowly_committing_store(engine)
        store.loses_next = False
        stores.append(store)
        return store

    async with a_house(folder, store=slow) as house:
        yield LossyHouse(house, stores)


@contextmanager
def kept_busy(how: Callable[..., Awaitable[Any]], threads: int) -> Iterator[None]:
    """Meanwhile these threads do something that takes long."""
    gate = threading.Event()

    def wait(_connection: Connection) -> None:
        gate.wait()

    busy = [asyncio.ensure_future(how(wait)) for _ in range(threads)]
    try:
        yield
    finally:
        gate.set()
        assert all(not each.done() for each in busy)


@pytest.mark.parametrize("later_s", [1.0, LATE_S - 1.5], ids=["soon", "late"])
async def test_a_purchase_of_unknown_outcome_shows_as_soon_as_it_is_stored(
    tmp_path: Path, later_s: float
) -> None:
    async with a_lossy_house(tmp_path) as lossy:
        house = lossy.inner
        joe, drawing_id = await house.player(), await house.drawing()
        await lossy.lose(lambda: house.buy(joe, drawing_id, 2))
        assert (await house.standing(joe)).balance == 1_000, "nobody knows yet"
        assert (await house.view(drawing_id)).total_tickets == 0

        await house.clock.advance(later_s)
        lossy.store()
        assert (await house.standing(joe)).balance == 980
        views = await asyncio.gather(*[house.view(drawing_id) for _ in range(20)])
        assert [view.total_tickets for view in views] == [2] * 20


async def test_ticks_tell_what_was_stored_late(tmp_path: Path) -> None:
    async with a_lossy_house(tmp_path) as lossy:
        house = lossy.inner
        joe, drawing_id = await house.player(), await house.drawing()
        await lossy.lose(lambda: house.buy(joe, drawing_id, 2))
        await house.view(drawing_id)
        heard = house.listen(drawing_id)
        lossy.store()
        await house.pass_time(minutes=1)
        ticks = [event.payload for event in heard if isinstance(event.payload, DrawingTick)]
        assert ticks
        assert {tick.tickets for tick in ticks} == {2}


async def test_sales_go_on_while_looks_wait_for_the_log_and_share_its_answer(tmp_path: Path) -> None:
    async with a_lossy_house(tmp_path) as lossy:
        house, reads = lossy.inner, lossy.inner.node.reads
        joe, ann, drawing_id = await house.player(), await house.player("ann"), await house.drawing()
        await lossy.doubt(joe, drawing_id)
        with kept_busy(reads.look_up, 1):
            looks = [asyncio.ensure_future(house.view(drawing_id)) for _ in range(50)]
            for _ in range(3):
                await house.buy(ann, drawing_id, 1)
            assert not any(look.done() for look in looks)
            before = reads.metrics.running
        assert {view.total_tickets for view in await asyncio.gather(*looks)} == {3}
        assert before == 2, "what keeps the thread busy, and one comparison for all"


async def test_who_is_refused_by_a_drawing_in_doubt_does_not_stop_the_others(tmp_path: Path) -> None:
    async with a_lossy_house(tmp_path) as lossy:
        house, reads = lossy.inner, lossy.inner.node.reads
        joe = await house.player()
        house.clock.leap_to(house.clock.now() + timedelta(days=1))
        ann = await house.player("ann")
        drawing_id = await house.drawing(eligibility=Eligibility(min_account_age_days=1))
        await lossy.doubt(joe, drawing_id)
        with kept_busy(reads.look_up, 1):
            refused = asyncio.ensure_future(house.buy(ann, drawing_id, 1))
            await eventually(lambda: reads.metrics.running == 2, "the comparison")
            await house.buy(joe, drawing_id, 2)
            assert not refused.done()
        with pytest.raises(NotEligible):
            await refused


async def test_the_log_is_compared_though_all_other_queries_wait(tmp_path: Path) -> None:
    async with a_lossy_house(tmp_path) as lossy:
        house = lossy.inner
        joe, drawing_id = await house.player(), await house.drawing()
        await lossy.doubt(joe, drawing_id)
        with kept_busy(house.node.reads.run, READ_THREADS):
            assert (await house.view(drawing_id)).total_tickets == 0
            assert (await house.standing(joe)).balance == 1_000


async def test_only_those_whose_unit_was_lost_are_in_doubt(tmp_path: Path) -> None:
    async with a_lossy_house(tmp_path) as lossy:
        house = lossy.inner
        joe, ann, drawing_id = await house.player(), await house.player("ann"), await house.drawing()
        await lossy.doubt(joe, drawing_id)
        with kept_busy(house.node.reads.look_up, 1):
            assert (await house.standing(ann)).balance == 1_000
            doubted = asyncio.ensure_future(house.standing(joe))
            assert (await house.standing(ann)).balance == 1_000
            assert not doubted.done()
        assert (await doubted).balance == 1_000


async def test_nobody_is_refused_without_a_key_on_a_balance_of_before(tmp_path: Path) -> None:
    async with a_lossy_house(tmp_path) as lossy:
        house = lossy.inner
        joe, drawing_id = await house.player(days=0), await house.drawing()
        earned = LogActivities([hard_day(house.clock, 1)])
        await lossy.lose(lambda: house.do(joe, earned))
        assert (await house.standing(joe)).balance == 0
        await house.clock.advance(1)
        lossy.store()
        purchases = [house.buy(joe, drawing_id, quantity) for quantity in (60, 50, 30, 1)]
        bought = await asyncio.gather(*purchases, return_exceptions=True)
        assert [type(each) is InsufficientPoints for each in bought] == [False, True, False, False]
        assert (await house.standing(joe)).balance == 90


@pytest.mark.parametrize("in_doubt", [False, True])
async def test_whoever_is_gone_is_loaded_once_for_all_purchases_that_wait(
    tmp_path: Path, in_doubt: bool
) -> None:
    async with a_lossy_house(tmp_path) as lossy:
        house, reads = lossy.inner, lossy.inner.node.reads
        joe, drawing_ids = await house.player(), [await house.drawing(), await house.drawing()]
        if in_doubt:
            await lossy.doubt(joe, drawing_ids[0])
        await house.do(joe, DeleteAccount())
        await house.quiet()
        loaded = house.node.registry.metrics[USER].activations
        purchases = []
        with kept_busy(reads.run, READ_THREADS):
            for number in range(PURCHASES_AT_ONCE_MAX):  # half of them come later than the load begins
                purchases.append(asyncio.ensure_future(house.buy(joe, drawing_ids[number % 2], 1)))
                if number == PURCHASES_AT_ONCE_MAX // 2:
                    await asyncio.sleep(0)
                    house.clock.leap_to(house.clock.now() + timedelta(milliseconds=1))
        outcomes = await asyncio.gather(*purchases, return_exceptions=True)
        assert {type(each) for each in outcomes} == {NotFound}
        assert house.node.registry.metrics[USER].activations == loaded + 1
        assert not house.node.registry.is_active(USER, joe)


async def test_a_command_without_a_key_is_not_refused_on_a_balance_of_before(tmp_path: Path) -> None:
    async with a_lossy_house(tmp_path) as lossy:
        house = lossy.inner
        joe = await house.player(days=0)
        earned = LogActivities([hard_day(house.clock, 1)])
        await lossy.lose(lambda: house.do(joe, earned))
        assert (await house.standing(joe)).balance == 0
        await house.clock.advance(1)
        lossy.store()
        await house.do(joe, AdjustPoints(-500, "twice"))
        assert (await house.standing(joe)).balance == 500


async def test_an_answer_that_writes_nothing_is_not_of_before(tmp_path: Path) -> None:
    async with a_lossy_house(tmp_path) as lossy:
        house = lossy.inner
        drawing_id = await house.drawing(opened=False)
        stored = (await house.view(drawing_id)).drawing
        await lossy.lose(lambda: house.run(drawing_id, OpenDrawing()))
        assert (await house.view(drawing_id)).drawing.status == "scheduled"
        await house.clock.advance(1)
        lossy.store()
        made = MakeDrawing(stored, TemplateId(uuid7()), house.clock.now().date(), 1)
        answer: Any = (await house.run(drawing_id, made)).body
        assert answer.status == "open"


async def test_a_board_in_doubt_is_read_once_a_second_for_all_who_look(tmp_path: Path) -> None:
    async with a_lossy_house(tmp_path) as lossy:
        house = lossy.inner
        joe, queries = await house.player(days=0), house.node.reads.metrics.seconds
        board = board_on("daily", "OPEN", house.node.calendar.day_of(house.clock.now()))
        await house.do(joe, LogActivities([a_walk(house.clock.now(), 10)]))

        async def look() -> tuple[set[int | None], int]:
            """Twenty look at once: the points that they see, and the queries for it."""
            before = queries.count
            looks = [asking.view(house.node.registry, board, joe) for _ in range(20)]
            return {seen.points_earned for seen in await asyncio.gather(*looks)}, queries.count - before

        await look()
        more = LogActivities([a_walk(house.clock.now(), 50, name="more")])
        await lossy.lose(lambda: house.do(joe, more))
        assert await look() == ({10}, 1)
        lossy.store()
        await house.clock.advance(0.5)
        assert await look() == ({10}, 0)
        await house.clock.advance(0.5)
        points, reads = await look()
        assert points == {60}
        assert reads == 2, "what changed, and the totals of whoever earned"

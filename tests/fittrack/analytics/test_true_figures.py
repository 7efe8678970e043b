"""Whatever happened and whenever it was counted: reports say what counting every row says."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fittrack.activities.commands import LogActivities
from fittrack.activities.model import ActivityInput, ActivityType, Intensity
from fittrack.analytics import reports
from fittrack.analytics.periods import Period
from fittrack.analytics.reports import Moment
from fittrack.analytics.schemas import ActivityQuery, ReportQuery
from fittrack.db.tables.drawings import drawings
from fittrack.drawings.commands import CancelDrawing
from fittrack.kit.ids import DrawingId, UserId
from fittrack.kit.problems import Problem
from fittrack.points.commands import AdjustPoints
from fittrack.privacy.commands import DeleteAccount
from tests.actors.house import House, a_house
from tests.fittrack.analytics.naive import Naive, day_of, periods

DAYS = 10
BEFORE_THE_CLOCKS_CHANGE = datetime(2026, 10, 24, 15, tzinfo=UTC)
"""A Saturday; on Sunday the first of November New York's day has 25 hours, and a month begins."""
TIER = "F-30-39-ADV"


@dataclass
class Life:
    """Some players who live at random, from a seed."""

    house: House
    naive: Naive
    source: random.Random
    players: list[UserId] = field(default_factory=list)
    drawings: list[DrawingId] = field(default_factory=list)
    syncs: int = 0

    async def step(self) -> None:
        """Something happens."""
        deeds = (self.join, self.exercise, self.exercise, self.exercise, self.buy, self.buy, self.give)
        rare = (self.leave, self.announce, self.call_off)
        await self.source.choice((*deeds, *deeds, *rare))()

    async def wait(self, hours: float) -> None:
        """Let time pass, and drawings do at its instant what is due."""
        house, until = self.house, self.house.clock.now() + timedelta(hours=hours)
        while house.clock.now() < until:
            dues = [row.next_due_at for row in self.naive.read_rows(drawings) if row.next_due_at]
            next_due = min([until, *(due for due in dues if due > house.clock.now())])
            await house.pass_time(seconds=(next_due - house.clock.now()).total_seconds())

    async def report(self, report: Any, query: Any) -> Any:
        """What an admin would be shown: the server's timers would take long over so many days."""
        node, now = self.house.node, self.house.clock.now()
        moment = Moment(now, node.calendar.day_of(now), node.calendar)
        return msgspec.to_builtins(await node.reads.run(report, query, moment))

    async def join(self) -> None:
        if len(self.players) < 8:
            name = f"player{len(self.naive.verified)}"
            player = await self.house.player(name, days=0)
            self.players.append(player)
            self.naive.verified[player] = self.house.clock.now()

    async def exercise(self) -> None:
        """Today or up to a week ago, again under a former name now and then: it is corrected."""
        if not self.players:
            return
        end = self.house.clock.now() - timedelta(hours=self.source.choice((0, 0, 1, 7, 26, 50, 120, 160)))
        steps = self.source.random() < 0.5
        if self.source.random() < 0.7:
            self.syncs += 1
        minutes = self.source.choice((1, 10, 45, 90))
        item = ActivityInput(
            activity_type=ActivityType.STEPS if steps else ActivityType.WORKOUT,
            start_time=end - timedelta(minutes=minutes),
            end_time=end,
            source="fitbit",
            intensity=self.source.choice(list(Intensity)),
            metrics={"steps": float(self.source.randrange(9_000))} if steps else {},
            external_id=f"sync-{self.syncs % 7}",
        )
        await self.house.do(self.source.choice(self.players), LogActivities([item]))

    async def announce(self) -> None:
        hours = self.source.choice((2, 5, 30))
        now = self.house.clock.now()
        self.drawings.append(
            await self.house.drawing(
                prizes=2,
                ticket_cost_points=3,
                ticket_sales_close=now + timedelta(hours=hours),
                drawing_time=now + timedelta(hours=hours, minutes=5),
            )
        )

    async def buy(self) -> None:
        if self.players and self.drawings:
            buyer, drawing = self.source.choice(self.players), self.source.choice(self.drawings)
            await self._unless_refused(self.house.buy(buyer, drawing, self.source.randrange(1, 9)))

    async def give(self) -> None:
        if self.players:
            wish = AdjustPoints(self.source.choice((-40, 15, 300)), "For the test")
            await self._unless_refused(self.house.do(self.source.choice(self.players), wish))

    async def call_off(self) -> None:
        if self.drawings:
            drawing = self.drawings.pop(self.source.randrange(len(self.drawings)))
            await self._unless_refused(self.house.run(drawing, CancelDrawing("For the test")))
            await self.house.node.jobs.apply_effects()

    async def leave(self) -> None:
        if len(self.players) > 3:
            player = self.players.pop(self.source.randrange(len(self.players)))
            await self.house.node.jobs.count_figures()  # as it does every five minutes
            await self.house.do(player, DeleteAccount())
            await self.house.node.jobs.apply_effects()

    @staticmethod
    async def _unless_refused(deed: Any) -> None:
        try:
            await deed
        except Problem as refusal:
            assert refusal.status < 500, refusal


@pytest.fixture
async def life(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Life]:
    async with a_house(tmp_path, start=BEFORE_THE_CLOCKS_CHANGE) as house:
        yield Life(house, Naive(house.node.storage.read_engine), random.Random(request.param))


@pytest.mark.parametrize("life", range(3), indirect=True)
async def test_reports_say_what_counting_every_row_says(life: Life) -> None:
    lived, source = life, life.source
    for _ in range(DAYS):
        for _ in range(source.randrange(1, 12)):
            await lived.step()
            await lived.wait(source.choice((0.02, 0.5, 2.5)))
            if source.random() < 0.15:
                await lived.house.node.jobs.count_figures()
        await lived.house.node.jobs.count_figures()  # what came late for days that were counted
        await compare(lived, source.choice((1, 2, 6, 13, 40)))
        await lived.wait(source.choice((3, 9, 15)))
        await compare(lived, source.choice((2, 9, 20)))


async def compare(lived: Life, days: int) -> None:
    """Every report, in every period."""
    today, naive = day_of(lived.house.clock.now()), lived.naive
    naive.read()
    first = today - timedelta(days=days - 1)
    for period in ("day", "week", "month"):
        spans = list(periods(period, first, today))
        query = {"days": days, "period": Period(period)}
        plain, tiered = ReportQuery(**query), ActivityQuery(**query, tier=TIER)
        for report, asked, count in (
            (reports.registrations, plain, naive.registrations),
            (reports.activity, ActivityQuery(**query), naive.activity),
            (reports.activity, tiered, partial(naive.activity, tier=TIER)),
            (reports.drawings, plain, naive.drawings),
        ):
            assert (await lived.report(report, asked))["items"] == [
                {"period_start": f"{start}", "period_end": f"{end}", **count(start, end)}
                for start, end in spans
            ], (report, asked)
        await compare_overview(lived, plain, spans)


async def compare_overview(lived: Life, asked: ReportQuery, spans: list[tuple[date, date]]) -> None:
    naive, today = lived.naive, day_of(lived.house.clock.now())
    overview = await lived.report(reports.overview, asked)
    first, last = spans[0][0], spans[-1][1]
    assert (overview["from"], overview["to"]) == (f"{first}", f"{last}")
    long_before = first - timedelta(days=31 * len(spans))
    formers = list(periods(asked.period, long_before, first - timedelta(days=1)))[-len(spans) :]
    for name, start, end in (("window", first, last), ("former_window", formers[0][0], formers[-1][1])):
        activity = naive.activity(start, end)
        del activity["active_players"]
        assert overview[name] == {
            "registrations": naive.registrations(start, end),
            "activity": activity,
            "drawings": naive.drawings(start, end),
        }
    current = {name: next(periods(name, today, today)) for name in ("day", "week", "month")}
    assert overview["active_players"] == {
        key: naive.activity(*current[name])["active_players"]
        for key, name in (("today", "day"), ("this_week", "week"), ("this_month", "month"))
    }
    assert overview["points_outstanding"] == naive.outstanding()

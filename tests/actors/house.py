"""A node without a server, on a virtual clock: actors, journal and database as they are in production."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine

from fittrack.accounts.passwords import Passwords
from fittrack.activities.commands import LogActivities
from fittrack.activities.model import ActivityInput, ActivityType, Intensity
from fittrack.app import Node
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.store import Store
from fittrack.demo.clock import LeapingClock
from fittrack.drawings.commands import (
    AddPrize,
    BuyTickets,
    CreateDrawing,
    OpenDrawing,
    ScheduleDrawing,
)
from fittrack.drawings.messages import View, ViewDrawing
from fittrack.drawings.model import Drawing, DrawingType, Eligibility
from fittrack.fairness.beacon import CHAINS, QUICKNET, Chain
from fittrack.inbox import queries as inbox_queries
from fittrack.kit.clock import Clock
from fittrack.kit.idempotency import intend
from fittrack.kit.ids import DrawingId, UserId, uuid7
from fittrack.kit.intention import Answer, Command
from fittrack.points.live import PlayerView, ViewPlayer
from fittrack.pubsub.messages import ChannelEvent, Message, channel_topic
from fittrack.server.asking import DRAWING, USER
from protocol.channels import DrawingChannel, DrawingsChannel
from protocol.outbound import Notification
from tests.invariants import assert_invariants
from tests.world import a_prize, complete_profile, enrol, migrated, no_fatal, settings_for

NOON = datetime(2026, 6, 10, 16, 0, tzinfo=UTC)
"""A Wednesday, noon in New York."""


class House:
    """What tests do with a node's actors."""

    def __init__(self, node: Node, clock: LeapingClock) -> None:
        self.node = node
        self.clock = clock
        clock.settle = self.quiet

    async def player(self, name: str = "joe", *, days: int = 1) -> UserId:
        """A player with a thousand points for each of `days` hard days, yesterday the last."""
        member = await enrol(self.node, name)
        await complete_profile(self.node, member, f"Player {name}")
        if days:
            await self.do(
                member.user_id, LogActivities([hard_day(self.clock, n) for n in range(1, days + 1)])
            )
        return member.user_id

    async def do(self, user_id: UserId, wish: Command, key: UUID | None = None) -> Answer:
        """Have a player's actor do it."""
        answer: Answer = await self.node.registry.ref(USER, user_id).ask(intend(wish, key))
        return answer

    async def run(self, drawing_id: DrawingId, wish: Command, key: UUID | None = None) -> Answer:
        """Have a drawing's actor do it."""
        answer: Answer = await self.node.registry.ref(DRAWING, drawing_id).ask(intend(wish, key))
        return answer

    async def buy(
        self, user_id: UserId, drawing_id: DrawingId, quantity: int, key: UUID | None = None
    ) -> Answer:
        return await self.do(user_id, BuyTickets(drawing_id, quantity), key)

    async def drawing(self, *, opened: bool = True, prizes: int = 1, **fields: object) -> DrawingId:
        """A drawing that costs 10 points a ticket, closes in an hour and is drawn 5 minutes later."""
        drawing_id = await self.draft(**fields)
        for rank in range(1, prizes + 1):
            await self.run(drawing_id, AddPrize(a_prize(rank)))
        await self.run(drawing_id, ScheduleDrawing())
        if opened:
            await self.run(drawing_id, OpenDrawing())
        return drawing_id

    async def draft(self, **fields: object) -> DrawingId:
        """A draft."""
        drawing_id = DrawingId(uuid7())
        now = self.clock.now()
        usual: dict[str, object] = {
            "drawing_type": DrawingType.DAILY,
            "name": "The draw",
            "ticket_cost_points": 10,
            "ticket_sales_close": now + timedelta(hours=1),
            "drawing_time": now + timedelta(hours=1, minutes=5),
            "eligibility": Eligibility(min_account_age_days=0),
        }
        drawing = Drawing(drawing_id=drawing_id, **(usual | fields))  # type: ignore[arg-type]
        await self.run(drawing_id, CreateDrawing(drawing))
        return drawing_id

    async def view(self, drawing_id: DrawingId, user_id: UserId | None = None) -> View:
        view: View = await self.node.registry.ref(DRAWING, drawing_id).ask(ViewDrawing(user_id))
        return view

    async def standing(self, user_id: UserId) -> PlayerView:
        view: PlayerView = await self.node.registry.ref(USER, user_id).ask(ViewPlayer())
        return view

    async def inbox(self, user_id: UserId) -> list[Notification]:
        kept = await self.node.reads.run(inbox_queries.after, user_id, 0, 100)
        return [each.notification for each in kept]

    async def pass_time(self, **duration: float) -> None:
        """Let time pass, and the clock do its work at the end of it."""
        await self.clock.advance(timedelta(**duration).total_seconds())
        await self.node.jobs.tend_drawings()
        await self.quiet()

    async def leap(self, **duration: float) -> None:
        """Let time pass at once: of what was due in between only what is swept up is done, late."""
        self.clock.leap_to(self.clock.now() + timedelta(**duration))
        await self.node.jobs.tend_drawings()
        await self.quiet()
        await self.node.jobs.tend_prizes()
        await self.quiet()

    def listen(self, drawing_id: DrawingId) -> list[ChannelEvent]:
        """What the drawing's channel says from now on."""
        return self._hear(channel_topic(str(DrawingChannel(drawing_id))))

    def overhear(self, audience: str) -> list[ChannelEvent]:
        """What the channel of all drawings tells an audience from now on."""
        return self._hear(channel_topic(str(DrawingsChannel()), audience))

    def _hear(self, topic: str) -> list[ChannelEvent]:
        heard: list[ChannelEvent] = []

        def hear(message: Message) -> None:
            assert isinstance(message, ChannelEvent), "channels carry their events"
            heard.append(message)

        self.node.broker.subscribe(topic, hear)
        return heard

    async def quiet(self) -> None:
        """Wait until no actor does anything: threads take their time while the virtual clock stands still."""
        while True:
            for _ in range(5):
                await asyncio.sleep(0)
            populations = self.node.registry._populations.values()
            if all(cell.is_quiet for population in populations for cell in population.cells.values()):
                return
            await asyncio.sleep(0.0002)


def hard_day(clock: Clock, back: int) -> ActivityInput:
    """Six hours of vigorous minutes so many days ago: a thousand points, and an active day."""
    start = (clock.now() - timedelta(days=back)).replace(hour=16, minute=0, second=0)
    return ActivityInput(
        activity_type=ActivityType.ACTIVE_MINUTES,
        start_time=start,
        end_time=start + timedelta(hours=6),
        source="fitbit",
        intensity=Intensity.VIGOROUS,
        external_id=f"{start.date()}",
    )


@asynccontextmanager
async def a_house(
    folder: Path,
    *,
    chain: Chain = QUICKNET,
    start: datetime = NOON,
    clock_type: type[LeapingClock] = LeapingClock,
    store: Callable[[Engine], Store] = open_store,
    **environ: str,
) -> AsyncIterator[House]:
    """A house for one test; what it leaves behind must keep every invariant.

    `environ` adds to the settings; `chain` is the beacon's; the journal writes to `store`. In a folder that
    was lived in, life goes on.
    """
    settings = migrated(settings_for(folder, **environ))
    clock = clock_type(start)
    passwords = Passwords(memory_kib=8, passes=1, threads=1)
    node = Node(settings, on_fatal=no_fatal, clock=clock, passwords=passwords, chain=chain, store=store)
    try:
        yield House(node, clock)
    finally:
        await node.close()
    assert_invariants(settings.database, chains={**CHAINS, chain.chain_hash: chain})

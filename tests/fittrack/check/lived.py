"""A small database in which everything has happened that the checks speak of, made through the product."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fittrack.activities.commands import LogActivities
from fittrack.activities.model import ActivityInput, ActivityType, Intensity, Withdrawal
from fittrack.activities.processing import BatchItem
from fittrack.app import Node
from fittrack.audit.messages import AUDIT, CHAIN_ID, SealRows
from fittrack.connections.commands import ConnectTracker
from fittrack.demo.clock import LeapingClock
from fittrack.drawings.commands import BuyTickets, CancelDrawing, RecordFreeEntry, TendDrawing
from fittrack.drawings.rules import InsufficientPoints
from fittrack.kit.idempotency import intend
from fittrack.kit.ids import ConnectionId, DrawingId, uuid7
from fittrack.kit.intention import Command
from fittrack.kit.origin import SYSTEM, Origin
from fittrack.kit.standing import Role
from fittrack.reviews.commands import AppealReview, ResolveReview
from fittrack.reviews.queries import reviews_of
from fittrack.server.asking import DRAWING, USER
from fittrack.webhooks import changing
from tests.fittrack.webhooks.endpoints import an_endpoint
from tests.world import Member, complete_profile, earn, enrol, migrated, no_fatal, open_drawing, settings_for

NOON = datetime(2026, 7, 8, 16, tzinfo=UTC)
COST = 100
EARNED = 6_000
FIGURES_SETTLE_WITHIN = timedelta(days=10)
"""After them no activity of that day is taken any more."""


async def live(folder: Path) -> Path:
    """Make the database; returns its file.

    A drawing was drawn; one was cancelled and refunded; one was cancelled, and its refund still waits; one
    is open. Somebody's trackers told of the same walk; somebody spent what a provider took back; somebody was
    reviewed and had a say.
    """
    clock = LeapingClock(NOON)
    node = Node(migrated(settings_for(folder)), on_fatal=no_fatal, clock=clock)
    try:
        await _Life(node, clock).go_on()
    finally:
        await node.close()
    return folder / "fittrack.db"


class _Life:
    def __init__(self, node: Node, clock: LeapingClock) -> None:
        self._node, self._clock = node, clock

    async def _tell_nobody(self) -> None:
        """An endpoint where nobody is, and a message that was tried once."""
        now, endpoint_id = self._clock.now(), uuid7()
        endpoint = an_endpoint(endpoint_id, "http://127.0.0.1:9/hook", now)
        await self._node.journal.transact(changing.create, endpoint, SYSTEM)
        wish = changing.Wish(endpoint_id=endpoint_id, versions=None, origin=SYSTEM, now=now)
        await self._node.journal.transact(changing.test, wish)
        await self._node.jobs.deliver_webhooks()

    async def go_on(self) -> None:
        ann, ben, cal = [await self._player(name) for name in ("Ann", "Ben", "Cal")]
        await self._review(ben)
        await self._tell(ann, [_walk("fitbit", "a", minutes=40), _walk("apple_health", "b", minutes=30)])
        await self._connect(ann, "apple_health")
        await self._draw([ann, ben, cal, ann])
        await open_drawing(self._node, cost=COST, name="Nobody's")
        on_sale = await open_drawing(self._node, cost=COST, name="On sale")
        await self._tell_nobody()
        await self._enter_free(ben, on_sale)
        await self._buy(ann, on_sale, 3)
        await self._cancel(ann)
        await self._node.jobs.apply_effects()
        await self._cancel(ben)
        await self._buy(cal, on_sale, 1)
        await self._spend_and_lose(cal, on_sale)
        await self._node.registry.ref(AUDIT, CHAIN_ID).ask(SealRows())
        self._clock.leap_to(NOON + FIGURES_SETTLE_WITHIN)
        await self._node.jobs.count_figures()

    async def _player(self, name: str) -> Member:
        member = await enrol(self._node, name)
        await complete_profile(self._node, member, name)
        await earn(self._node, member, EARNED)
        return member

    async def _review(self, player: Member) -> None:
        """By hand the player types in too much; it is confirmed, appealed against, and cleared."""
        await self._tell(player, [_walk("manual", "typed in", minutes=151)])
        reviews = await self._node.reads.run(reviews_of, player.user_id)
        (review_id,) = reviews
        await self._ask(player, ResolveReview(review_id, "confirmed", "Who walks so long?"))
        await self._ask(player, AppealReview(review_id, "I do."))
        await self._ask(player, ResolveReview(review_id, "cleared", "We walked along."))

    async def _connect(self, player: Member, provider: str) -> None:
        wish = ConnectTracker(
            connection_id=ConnectionId(uuid7()), provider=provider, service=provider, names=[provider]
        )
        await self._node.registry.ref(USER, player.user_id).ask(intend(wish, uuid7()))

    async def _draw(self, buyers: Sequence[Member]) -> None:
        drawing_id = await open_drawing(self._node, cost=COST, close_in_s=600, name="Drawn")
        for buyer in buyers:
            await self._buy(buyer, drawing_id, 2)
        for minutes in (10, 15):
            self._clock.leap_to(NOON + timedelta(minutes=minutes))
            await self._node.registry.ref(DRAWING, drawing_id).ask(TendDrawing())
        await self._node.jobs.apply_effects()

    async def _enter_free(self, player: Member, drawing_id: DrawingId) -> None:
        admin = await enrol(self._node, "admin", role=Role.ADMIN)
        wish = RecordFreeEntry(player.user_id, 2, "CARD 1")
        ref = self._node.registry.ref(DRAWING, drawing_id)
        await ref.ask(intend(wish, uuid7(), Origin(admin.user_id)))
        await self._node.jobs.apply_effects()

    async def _cancel(self, buyer: Member) -> None:
        drawing_id = await open_drawing(self._node, cost=COST, name="Cancelled")
        await self._buy(buyer, drawing_id, 5)
        ref = self._node.registry.ref(DRAWING, drawing_id)
        await ref.ask(intend(CancelDrawing("No sponsor"), uuid7()))

    async def _spend_and_lose(self, player: Member, drawing_id: DrawingId) -> None:
        """Spend everything; then a day is withdrawn, and what it earned cannot be taken back."""
        try:
            await self._buy(player, drawing_id, 1_000)
        except InsufficientPoints:  # recorded under its key; now with what is there
            await self._buy(player, drawing_id, (EARNED - 3 * COST) // COST)
        await self._tell(player, [Withdrawal(source="fitbit", external_id="hard-day-3")])

    async def _buy(self, player: Member, drawing_id: DrawingId, quantity: int) -> None:
        await self._ask(player, BuyTickets(drawing_id, quantity))

    async def _tell(self, player: Member, items: Sequence[BatchItem]) -> None:
        await self._ask(player, LogActivities(items))

    async def _ask(self, player: Member, command: Command) -> None:
        await self._node.registry.ref(USER, player.user_id).ask(intend(command, uuid7()))


def _walk(source: str, name: str, *, minutes: int) -> ActivityInput:
    start = NOON - timedelta(hours=3)
    return ActivityInput(
        activity_type=ActivityType.ACTIVE_MINUTES,
        start_time=start,
        end_time=start + timedelta(minutes=minutes),
        source=source,
        intensity=Intensity.MODERATE,
        external_id=name,
    )

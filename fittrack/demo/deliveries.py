"""The demo world's prizes on their way: claimed by their winners, sent by a clerk, some of them lost."""

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from typing import Final

from fittrack.app import Node
from fittrack.demo.player import DemoPlayer
from fittrack.drawings.model import FulfillmentType
from fittrack.fulfilments import queries
from fittrack.fulfilments.commands import (
    Change,
    ChangeFulfillment,
    Deliver,
    Forfeit,
    InvalidateAddress,
    Redraw,
    ReturnPrize,
    Ship,
    TendPrize,
)
from fittrack.fulfilments.model import ForfeitReason, Fulfillment, FulfillmentStatus
from fittrack.fulfilments.queries import Listed
from fittrack.fulfilments.schemas import FulfillmentsQuery
from fittrack.jobs.timers import PRIZES_PER_SWEEP
from fittrack.kit.ids import UserId
from fittrack.kit.intention import Command, Intention
from fittrack.kit.origin import Origin
from fittrack.server.asking import ADMIN_TIMEOUT_S, DRAWING, USER

PRIZES_MAX: Final = 1_000
"""More than the demo world ever awards."""

ANSWERED_AFTER: Final = timedelta(hours=20)
"""A winner of last night answers tomorrow, so that somebody is always waited for …"""
SHIPPED_AFTER: Final = timedelta(hours=44)
DELIVERED_AFTER: Final = timedelta(days=3)
CORRECTED_AFTER: Final = timedelta(days=6)
"""… and as long as this for a better address, a day before the prize would be lost."""

_CARRIERS: Final = ("UPS", "USPS", "FedEx")
_CONFIRMED_ONCE: Final = 2
"""Steps of a prize whose address is the first: the winner was told, and answered."""


class Story(Enum):
    """How a physical prize fares."""

    SMOOTH = "smooth"
    SILENT = "silent"
    """The winner never answers: warned, then forfeited by the clock."""
    MISTAKEN = "mistaken"
    """The first address is wrong."""
    DECLINED = "declined"
    """The winner does not want it."""


_STORIES: Final = {0: Story.SILENT, 2: Story.MISTAKEN, 5: Story.SILENT, 7: Story.DECLINED}
"""Of ten prizes in a row; the others go smoothly."""


class PostRoom:
    """Has winners and the clerk do what is their turn, once a morning."""

    def __init__(self, node: Node, players: Sequence[DemoPlayer]) -> None:
        self._node = node
        self._players = players
        self._clerk = Origin()

    def employ(self, clerk: UserId) -> None:
        """Have `clerk` do what admins do."""
        self._clerk = Origin(actor_id=clerk)

    async def deal(self) -> None:
        """Move on what can be moved on."""
        await self._tend()
        players = {player.user_id: player for player in self._players}
        physical = 0
        for prize, _, on_hold in await self._awarded():
            story = Story.SMOOTH
            if prize.needs_address:
                story = _STORIES.get(physical % 10, Story.SMOOTH)
                physical += 1
            await self._move(prize, story, players[prize.user_id], on_hold=on_hold)
        await self._node.jobs.apply_effects()

    async def lose_one(self) -> None:
        """Have the last winner of a physical prize decline: an admin is to decide what becomes of it."""
        waiting = [
            prize
            for prize, _, _ in await self._awarded()
            if prize.needs_address and prize.status is FulfillmentStatus.WINNER_NOTIFIED
        ]
        if waiting:
            await self._decline(waiting[-1])

    async def _tend(self) -> None:
        """Do what the clock demands by now: warn, forfeit."""
        due = await self._node.reads.run(queries.due, self._node.clock.now(), PRIZES_PER_SWEEP)
        for fulfilment_id, user_id in due:
            await self._node.registry.ref(USER, user_id).ask(TendPrize(fulfilment_id))

    async def _awarded(self) -> list[Listed]:
        """All prizes, those that were won first before the others."""
        query = FulfillmentsQuery(sort="created_at", limit=PRIZES_MAX)
        found, _ = await self._node.reads.run(queries.search, query, None, self._node.clock.now())
        return found

    async def _move(self, prize: Fulfillment, story: Story, winner: DemoPlayer, *, on_hold: bool) -> None:
        """Do what is next of `prize`, if its time has come and nothing holds it."""
        if prize.status is FulfillmentStatus.FORFEITED and prize.successor_id is None:
            await self._decide(prize)
        elif prize.status is FulfillmentStatus.SHIPPED and self._since(prize) >= DELIVERED_AFTER:
            await self._ask(prize, Deliver())
        elif on_hold:
            return
        elif prize.fulfillment_type is FulfillmentType.DIGITAL:
            if prize.status is FulfillmentStatus.WINNER_NOTIFIED and self._since(prize) >= ANSWERED_AFTER:
                await self._ask(prize, Deliver())
        elif prize.status is FulfillmentStatus.ADDRESS_CONFIRMED:
            await self._send(prize, story)
        else:
            await self._hear(prize, story, winner)

    async def _hear(self, prize: Fulfillment, story: Story, winner: DemoPlayer) -> None:
        """What the winner says who was asked for an address."""
        match prize.status, story:
            case FulfillmentStatus.WINNER_NOTIFIED, Story.DECLINED if self._since(prize) >= ANSWERED_AFTER:
                await self._decline(prize)
            case FulfillmentStatus.WINNER_NOTIFIED, Story.SMOOTH | Story.MISTAKEN if (
                self._since(prize) >= ANSWERED_AFTER
            ):
                await winner.claim(prize.fulfillment_id)
            case FulfillmentStatus.ADDRESS_INVALID, _ if self._since(prize) >= CORRECTED_AFTER:
                await winner.claim(prize.fulfillment_id)
            case _:
                return

    async def _send(self, prize: Fulfillment, story: Story) -> None:
        """Hand it to a carrier, unless the address turns out to be wrong."""
        if story is Story.MISTAKEN and prize.steps == _CONFIRMED_ONCE:
            await self._ask(prize, InvalidateAddress("The house number is missing."))
        elif self._since(prize) >= SHIPPED_AFTER:
            number = prize.fulfillment_id.int
            await self._ask(prize, Ship(_CARRIERS[number % len(_CARRIERS)], f"{number % 10**12:012}"))

    async def _decline(self, prize: Fulfillment) -> None:
        await self._ask(prize, Forfeit(ForfeitReason.DECLINED, "Wrote that somebody else shall have it."))

    async def _decide(self, prize: Fulfillment) -> None:
        """Draw again what somebody declined; let go back what nobody claimed."""
        declined = prize.forfeit_reason is ForfeitReason.DECLINED
        command: Command = Redraw(prize.fulfillment_id) if declined else ReturnPrize(prize.fulfillment_id)
        drawing = self._node.registry.ref(DRAWING, prize.drawing_id)
        await drawing.ask(Intention(command, origin=self._clerk), timeout_s=ADMIN_TIMEOUT_S)

    async def _ask(self, prize: Fulfillment, change: Change) -> None:
        wish = ChangeFulfillment(prize.fulfillment_id, change)
        await self._node.registry.ref(USER, prize.user_id).ask(Intention(wish, origin=self._clerk))

    def _since(self, prize: Fulfillment) -> timedelta:
        return self._node.clock.now() - prize.updated_at

"""Where prizes are won and looked after: what winners and the admin do, over days of virtual time."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from fittrack.activities.commands import LogActivities
from fittrack.drawings.commands import AddPrize, OpenDrawing, ScheduleDrawing
from fittrack.drawings.model import FulfillmentType, Prize
from fittrack.kit.ids import DrawingId, PrizeId, SessionId, uuid7
from fittrack.sessions import queries as sessions
from fittrack.sessions.queries import NewSession
from tests.actors.house import House, hard_day
from tests.door import Door, a_player

ADDRESS = {"street": "1 Main St", "city": "Austin", "state": "TX", "zip_code": "78701"}
WHY = {"reason": "Played with two accounts"}
PARCEL = {"carrier": "UPS", "tracking_number": "1Z999"}


class Office:
    """A node, its admin, and the people who play."""

    def __init__(self, house: House, admin: Door) -> None:
        self.house, self.admin = house, admin
        self.players: list[Door] = []
        self._numbers = count(1)

    async def player(self) -> Door:
        """Somebody with a thousand points."""
        number = next(self._numbers)
        door = await a_player(
            self.house, self.admin.client, f"player{number}", display_name=f"Player {number}"
        )
        await self.house.do(door.user_id, LogActivities([hard_day(self.house.clock, 1)]))
        self.players.append(door)
        return door

    async def drawing(
        self, *, kind: FulfillmentType = FulfillmentType.PHYSICAL, quantity: int = 1, value: str = "250.00"
    ) -> DrawingId:
        """An open drawing of one kind of prize."""
        drawing_id = await self.house.draft()
        prize = Prize(
            prize_id=PrizeId(uuid7()),
            rank=1,
            name="A bicycle",
            value_usd=Decimal(value),
            quantity=quantity,
            fulfillment_type=kind,
        )
        for wish in (AddPrize(prize), ScheduleDrawing(), OpenDrawing()):
            await self.house.run(drawing_id, wish)
        return drawing_id

    async def draw(self, drawing_id: DrawingId, holders: Sequence[Door]) -> None:
        """Let each of `holders` have a ticket, and the time of the draw come."""
        for holder in holders:
            await self.house.buy(holder.user_id, drawing_id, 1)
        await self.days(hours=1)
        await self.days(minutes=5)

    async def won(self, *, players: int = 1, told: bool = True, **options: Any) -> DrawingId:
        """A drawing of new players; its winners are told."""
        drawing_id = await self.drawing(**options)
        await self.draw(drawing_id, [await self.player() for _ in range(players)])
        if told:
            await self.house.node.jobs.apply_effects()
        return drawing_id

    async def days(self, days: float = 0, **more: float) -> None:
        """Let time pass, and the clock do its work; everybody signs in again."""
        await self.house.leap(days=days, **more)
        for door in (self.admin, *self.players):
            await self.sign_in(door)

    async def sign_in(self, door: Door) -> None:
        """A new session."""
        node, now = self.house.node, self.house.clock.now()
        session_id = SessionId(uuid7())
        session = NewSession(
            session_id=session_id,
            user_id=door.user_id,
            device_id=None,
            device_key=None,
            user_agent=None,
            ip_address=None,
            token_hash=session_id.bytes * 2,
            now=now,
            expires_at=now + timedelta(days=30),
        )
        await node.journal.transact(sessions.open_session, session)
        door.token = node.identity.tokens.issue(door.user_id, session_id).token

    async def check(self) -> None:
        """Have the admin show the second factor."""
        await self.house.leap(seconds=30)
        assert await self.admin.verify(self.admin.code()) == "checked"

    def owner(self, fulfilment: dict[str, Any]) -> Door:
        """The winner of a prize."""
        return next(door for door in self.players if str(door.user_id) == fulfilment["user_id"])

    async def all_of(self, drawing_id: DrawingId) -> list[dict[str, Any]]:
        """The fulfilments of a drawing, in the order in which they were made."""
        path = f"/fulfillments?drawing_id={drawing_id}&sort=created_at"
        return list((await self.admin.get(path))["items"])

    async def only(self, drawing_id: DrawingId) -> dict[str, Any]:
        """The one fulfilment of a drawing."""
        (found,) = await self.all_of(drawing_id)
        return dict(found)

    async def do(self, fulfilment: dict[str, Any], deed: str, body: object = None) -> dict[str, Any]:
        """Have the admin do it."""
        return await self.admin.granted(at(fulfilment, deed), body)

    async def claim(self, fulfilment: dict[str, Any], **address: str) -> dict[str, Any]:
        """Have the winner confirm an address."""
        body = ADDRESS | address
        return await self.owner(fulfilment).granted(at(fulfilment, "confirm-address"), body)

    async def titles(self, door: Door) -> list[str]:
        """What somebody's inbox says, in order."""
        return [note.title for note in await self.house.inbox(door.user_id)]


def at(fulfilment: dict[str, Any], deed: str = "") -> str:
    """The address of a fulfilment, or of something done with it."""
    path = f"/fulfillments/{fulfilment['fulfillment_id']}"
    return f"{path}/{deed}" if deed else path

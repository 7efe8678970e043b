"""A node on a virtual clock, an admin at its door, and third parties that are told what happens."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fittrack.kit.ids import DrawingId, UserId
from tests.actors.house import House, a_house
from tests.door import Door, an_admin, opened
from tests.fittrack.webhooks.receiver import Receiver, a_receiver

EVERYTHING = [
    "points.earned",
    "points.adjusted",
    "tickets.purchased",
    "drawing.closed",
    "drawing.completed",
    "drawing.cancelled",
    "fulfillment.created",
    "fulfillment.updated",
]


@dataclass
class Post:
    """What tests do with webhooks."""

    house: House
    admin: Door

    async def endpoint(self, receiver: Receiver, *types: str, **more: object) -> dict[str, Any]:
        """An endpoint at the receiver; its secret is in the answer."""
        body = {"url": receiver.url, "event_types": list(types or EVERYTHING), **more}
        return await self.admin.granted("/webhooks", body)

    async def send(self) -> None:
        """Send what is due, to the end."""
        await self.house.node.jobs.deliver_webhooks()

    async def later(self, **duration: float) -> None:
        """Let time pass, and send what is due by then."""
        self.house.clock.leap_to(self.house.clock.now() + timedelta(**duration))
        await self.send()

    async def sign_in_again(self) -> None:
        """Sessions end while days go by."""
        self.admin = await self.admin.signed_in_again()

    async def seen(self, endpoint: dict[str, Any]) -> dict[str, Any]:
        return await self.admin.get(f"/webhooks/{endpoint['endpoint_id']}")

    async def deliveries(self, endpoint: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
        found = await self.admin.get(f"/webhooks/{endpoint['endpoint_id']}/deliveries{query}")
        return list(found["items"])

    async def delivery(self, endpoint: dict[str, Any]) -> dict[str, Any]:
        """The only one, with its attempts."""
        [found] = await self.deliveries(endpoint)
        return await self.admin.get(f"/webhooks/{endpoint['endpoint_id']}/deliveries/{found['message_id']}")

    async def test(self, endpoint: dict[str, Any]) -> dict[str, Any]:
        """Send the message that says nothing."""
        return await self.admin.granted(f"/webhooks/{endpoint['endpoint_id']}/test", {})

    async def adjust(self, user_id: UserId, amount: int = 5) -> None:
        """Something happens: an admin gives points."""
        body = {"amount": amount, "reason": "A gift"}
        await self.admin.granted(f"/admin/users/{user_id}/adjust-points", body)

    async def sold_drawing(self, name: str = "joe", tickets: int = 3) -> tuple[UserId, DrawingId]:
        """A drawing of whose tickets somebody holds some."""
        player = await self.house.player(name)
        drawing = await self.house.drawing()
        await self.house.buy(player, drawing, tickets)
        return player, drawing


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as built:
        yield built


@pytest.fixture
async def post(house: House) -> AsyncIterator[Post]:
    async with opened(house.node) as client:
        admin = await an_admin(house, client)
        await admin.set_up()
        yield Post(house, admin)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as built:
        yield built

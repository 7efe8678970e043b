"""A hundred drawings: winners claim, err and keep silent, some are banned or leave; prizes are sent, taken
away, drawn again and given back, over weeks and by REST. In the end every prize is accounted for.
"""

import csv
from collections import Counter, defaultdict
from decimal import Decimal
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import UUID

import pytest

from fittrack.accounts.commands import ChangeStatus
from fittrack.drawings.model import FulfillmentType
from fittrack.fairness.verification import verify
from fittrack.kit.ids import DrawingId
from fittrack.kit.standing import AccountStatus
from fittrack.privacy.commands import DeleteAccount
from tests.actors.house import a_house
from tests.door import Door, an_admin, opened
from tests.fittrack.fulfilments.office import PARCEL, WHY, Office

DRAWINGS: Final = 100
PLAYERS: Final = 12
DAYS_AT_ONCE: Final = 3
ROUNDS_MAX: Final = 50
"""Four holders who keep silent for 14 days each, and parcels that come back: four months are enough."""
OVER: Final = {"delivered", "returned"}

Prize = dict[str, Any]


class Weeks:
    """What happens, by the dice of a seed."""

    def __init__(self, office: Office, dice: Random) -> None:
        self.office, self.dice = office, dice
        self.values: dict[DrawingId, Decimal] = {}

    async def draw(self) -> None:
        """Everybody buys here and there; then all are drawn."""
        office, dice = self.office, self.dice
        players = [await office.player() for _ in range(PLAYERS)]
        for _ in range(DRAWINGS):
            value = f"{dice.randint(500, 90_000) / 100:.2f}"
            kind = dice.choice([*FulfillmentType, FulfillmentType.PHYSICAL])
            drawing_id = await office.drawing(kind=kind, value=value)
            self.values[drawing_id] = Decimal(value)
            for player in dice.sample(players, dice.randint(1, 4)):
                await office.house.buy(player.user_id, drawing_id, dice.randint(1, 3))
        await office.draw(next(iter(self.values)), [])
        await office.house.node.jobs.apply_effects()

    async def go_on(self) -> bool:
        """Some days: who has something to do may do it. Whether nobody had."""
        office = self.office
        await office.days(DAYS_AT_ONCE)
        await office.check()
        live = [
            prize
            for prize in await self.prizes()
            if prize["status"] not in OVER and prize["successor_id"] is None
        ]
        for prize in live:
            await self._move(prize)
        await office.house.node.jobs.apply_effects()
        return not live

    async def _move(self, prize: Prize) -> None:
        office, dice = self.office, self.dice
        match prize["status"]:
            case "forfeited":
                await office.do(prize, dice.choice(["redraw", "redraw", "return"]))
            case status if prize["on_hold"] and status != "shipped":
                await office.do(prize, "forfeit", WHY)
            case "winner_notified" if prize["fulfillment_type"] == "digital":
                await office.do(prize, "deliver")
            case "winner_notified" | "address_invalid":
                if dice.random() < 0.3:
                    await office.claim(prize)
            case "address_confirmed":
                await self._look_after(prize)
            case "shipped":
                lost = dice.random() < 0.1
                body = {"reason": "The parcel came back"} if lost else None
                await office.do(prize, "invalidate-address" if lost else "deliver", body)

    async def _look_after(self, prize: Prize) -> None:
        chance = self.dice.random()
        if chance < 0.1:
            await self.office.do(prize, "invalidate-address", {"reason": "No such street"})
        elif chance < 0.2:
            await self.office.do(prize, "forfeit", {**WHY, "cause": "unreachable"})
        else:
            await self.office.do(prize, "ship", PARCEL)

    async def ban(self, door: Door) -> None:
        await self.office.house.do(door.user_id, ChangeStatus(status=AccountStatus.BANNED, reason="Cheated"))

    async def leave(self, door: Door) -> None:
        await self.office.house.do(door.user_id, DeleteAccount())

    async def prizes(self) -> list[Prize]:
        """All of them, page by page."""
        found, page, pages = [], 0, 1
        while page < pages:
            page += 1
            answer = await self.office.admin.get(f"/fulfillments?limit=100&sort=created_at&page={page}")
            found += answer["items"]
            pages = answer["pagination"]["total_pages"]
        return found


@pytest.mark.parametrize("seed", [5])
async def test_every_prize_of_a_hundred_drawings_is_accounted_for(tmp_path: Path, seed: int) -> None:
    async with a_house(tmp_path) as house, opened(house.node) as client:
        admin = await an_admin(house, client)
        await admin.set_up()
        weeks = Weeks(Office(house, admin), Random(seed))
        await weeks.draw()
        await weeks.ban(weeks.office.players[0])
        await weeks.leave(weeks.office.players[1])
        for _ in range(ROUNDS_MAX):  # who is drawn is nobody's to foresee, so neither is how long it takes
            if await weeks.go_on():
                break
        await reconcile(weeks)


async def reconcile(weeks: Weeks) -> None:
    prizes = await weeks.prizes()
    by_drawing: dict[str, list[Prize]] = {}
    for prize in prizes:
        by_drawing.setdefault(prize["drawing_id"], []).append(prize)
    assert len(by_drawing) == DRAWINGS
    happened = Counter(prize["status"] for prize in prizes)
    assert min(happened[status] for status in ("delivered", "forfeited", "returned")) > 0, happened
    assert {prize["forfeit_reason"] for prize in prizes} >= {"unclaimed", "deleted", "disqualified", None}
    for drawing_id, chain in by_drawing.items():
        assert Counter(prize["status"] in OVER for prize in chain)[True] == 1, "one end for each prize"
        assert len({prize["user_id"] for prize in chain}) == len(chain), "drawn once each"
        await verified(weeks.office, drawing_id, chain)
    await taxed(weeks, [prize for prize in prizes if prize["status"] == "delivered"])


async def verified(office: Office, drawing_id: str, chain: list[Prize]) -> None:
    """Anybody can verify who was drawn."""
    async with office.admin.client.get(f"/api/v1/drawings/{drawing_id}/proof") as response:
        verification = verify(await response.read())
    assert verification.ok, verification.failed
    results = await office.admin.get(f"/drawings/{drawing_id}/results")
    lost = [prize for prize in chain if prize["status"] in ("forfeited", "returned")]
    assert len(results["forfeited"]) == len(lost)
    assert len(results["winners"]) == 1


async def taxed(weeks: Weeks, delivered: list[Prize]) -> None:
    """What winners received is what was delivered."""
    admin = weeks.office.admin
    headers = {"Authorization": f"Bearer {admin.token}"}
    async with admin.client.get("/api/v1/fulfillments/tax-totals.csv", headers=headers) as response:
        rows = list(csv.DictReader(StringIO(await response.text())))
    expected: defaultdict[str, Decimal] = defaultdict(Decimal)
    for prize in delivered:
        expected[prize["user_id"]] += weeks.values[DrawingId(UUID(prize["drawing_id"]))]
    assert {row["user_id"]: Decimal(row["total_usd"]) for row in rows} == expected

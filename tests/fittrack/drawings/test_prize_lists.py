"""`GET /prizes`: filters, orders and pages; money as decimal strings."""

from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from tests.actors.house import House
from tests.door import Door, an_admin
from tests.fittrack.mfa.conftest import admin, house

__all__ = ["admin", "house"]

GIFTS = (
    ("Mug", "5.00", 3, "physical"),
    ("mountain bike", "499.99", 1, "physical"),
    ("Voucher", "25", 40, "digital"),
)


@pytest.fixture
async def shelf(admin: Door) -> dict[str, Any]:
    """Two drafts with the same gifts, one of them from a sponsor."""
    acme = (await admin.granted("/sponsors", {"name": "Acme"}))["sponsor_id"]
    drafts = []
    for sponsor_id in (acme, None):
        draft = await admin.granted("/drawings", {"drawing_type": "daily", "name": "The draw"})
        drafts.append(draft["drawing_id"])
        ranks = count(1)
        for name, value, quantity, kind in GIFTS:
            gift = {
                "drawing_id": draft["drawing_id"],
                "rank": next(ranks),
                "name": name,
                "value_usd": value,
                "quantity": quantity,
                "fulfillment_type": kind,
                "sponsor_id": sponsor_id,
                "image_url": "/static/gift.svg",
            }
            await admin.granted("/prizes", gift)
    return {"acme": acme, "drafts": drafts}


async def found(admin: Door, query: str) -> list[dict[str, Any]]:
    page = await admin.get(f"/prizes?{query}")
    items: list[dict[str, Any]] = page["items"]
    return items


async def test_prizes_are_found_by_what_is_known_of_them(admin: Door, shelf: dict[str, Any]) -> None:
    one, other = shelf["drafts"]
    assert [line["prize"]["name"] for line in await found(admin, f"drawing_id={one}")] == [
        name for name, *_ in GIFTS
    ]
    assert {line["drawing_id"] for line in await found(admin, f"sponsor_id={shelf['acme']}")} == {one}
    bikes = await found(admin, "q=MOUNT&fulfillment_type=physical&status=draft")
    assert sorted(line["drawing_id"] for line in bikes) == sorted((one, other))
    assert await found(admin, "q=mount&fulfillment_type=digital") == []
    assert await found(admin, "status=open") == []


async def test_prizes_are_sorted_by_value_and_by_name(admin: Door, shelf: dict[str, Any]) -> None:
    at = f"drawing_id={shelf['drafts'][0]}"
    dearest = await found(admin, f"{at}&sort=-value_usd")
    assert [line["prize"]["value_usd"] for line in dearest] == ["499.99", "25.00", "5.00"]
    assert [line["prize"]["name"] for line in await found(admin, f"{at}&sort=name&limit=2")] == [
        "mountain bike",
        "Mug",
    ]
    assert [line["prize"]["name"] for line in await found(admin, f"{at}&sort=name&limit=2&page=2")] == [
        "Voucher"
    ]


async def test_a_line_has_everything_the_console_needs(admin: Door, shelf: dict[str, Any]) -> None:
    line = (await found(admin, f"drawing_id={shelf['drafts'][0]}&q=mug"))[0]
    assert (line["drawing_status"], line["sponsor_id"], line["awarded"]) == ("draft", shelf["acme"], 0)
    wanted = {
        "quantity": 3,
        "sponsor": "Acme",
        "fulfillment_type": "physical",
        "image_url": "/static/gift.svg",
    }
    assert line["prize"] | wanted == line["prize"]
    at, match = f"/prizes/{line['prize']['prize_id']}", {"If-Match": line["etag"]}
    assert (await admin.call("PATCH", at, {"quantity": 2}, **match))[0] == 200
    assert (await admin.call("DELETE", at, **match))[0] == 412


async def test_what_has_a_winner_is_counted(house: House, admin: Door) -> None:
    drawing_id = await house.drawing(prizes=2)
    await house.buy(await house.player(), drawing_id, 5)
    await house.pass_time(hours=1)
    await house.pass_time(minutes=5)
    again = await an_admin(house, admin.client, "another")  # an hour ends a token
    lines = await found(again, f"drawing_id={drawing_id}")
    assert [(line["prize"]["rank"], line["awarded"]) for line in lines] == [(1, 1), (2, 0)]


@pytest.mark.parametrize("value", [5, 5.5, "-1", "5.001", "1e3", "10000000.01", "NaN", "", " 5", "٥"])
async def test_a_value_that_is_no_dollars_and_cents_is_refused(
    admin: Door, shelf: dict[str, Any], value: object
) -> None:
    gift = {"drawing_id": shelf["drafts"][0], "rank": 9, "name": "A mug", "value_usd": value}
    status, problem = await admin.post("/prizes", gift)
    assert (status, problem["code"]) == (422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == ["/value_usd"]


@pytest.mark.parametrize("value", ["0", "0.01", "5.5", "007.00", "10000000.00"])
async def test_a_value_is_exact_to_the_cent(admin: Door, shelf: dict[str, Any], value: str) -> None:
    gift = {"drawing_id": shelf["drafts"][0], "rank": 9, "name": "A mug", "value_usd": value}
    made = await admin.granted("/prizes", gift)
    assert made["value_usd"] == f"{Decimal(value):.2f}"

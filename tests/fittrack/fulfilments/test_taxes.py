"""What winners received in a year, for tax forms: as a table that no spreadsheet takes for formulas."""

import csv
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from fittrack.drawings.model import FulfillmentType
from tests.fittrack.fulfilments.office import Office
from tests.world import Member, complete_profile


async def table(office: Office, year: int | None = None) -> list[dict[str, str]]:
    """The rows of a year."""
    path = "/api/v1/fulfillments/tax-totals.csv" + ("" if year is None else f"?year={year}")
    headers = {"Authorization": f"Bearer {office.admin.token}"}
    async with office.admin.client.get(path, headers=headers) as response:
        assert (response.status, response.content_type) == (200, "text/csv")
        return list(csv.DictReader(StringIO(await response.text())))


async def deliver(office: Office, **options: Any) -> dict[str, Any]:
    prize = await office.only(await office.won(kind=FulfillmentType.DIGITAL, **options))
    return await office.do(prize, "deliver")


async def test_prizes_count_when_they_were_delivered(office: Office) -> None:
    small = await deliver(office, value="599.99")
    large = await deliver(office, value="600.00")
    await office.won(kind=FulfillmentType.DIGITAL, value="5000.00")
    rows = await table(office)
    assert [(row["user_id"], row["total_usd"], row["form_due"]) for row in rows] == [
        (large["user_id"], "600.00", "yes"),
        (small["user_id"], "599.99", "no"),
    ]
    assert rows[0]["email"].endswith("@test.example")
    assert await table(office, 2025) == []


async def test_what_one_winner_received_is_added_up(office: Office) -> None:
    drawing_ids = [await office.drawing(kind=FulfillmentType.DIGITAL, value="300.01") for _ in range(2)]
    player = await office.player()
    for drawing_id in drawing_ids:
        await office.house.buy(player.user_id, drawing_id, 1)
    await office.draw(drawing_ids[0], [])
    await office.house.node.jobs.apply_effects()
    for drawing_id in drawing_ids:
        await office.do(await office.only(drawing_id), "deliver")
    (row,) = await table(office)
    assert (row["prizes"], row["total_usd"], row["form_due"]) == ("2", "600.02", "yes")


async def test_the_year_is_the_platforms(office: Office) -> None:
    prize = await office.only(await office.won(kind=FulfillmentType.DIGITAL))
    new_year = datetime(2027, 1, 1, 5, 0, tzinfo=UTC)  # midnight in New York
    office.house.clock.leap_to(new_year.replace(hour=4, minute=59))
    await office.days()
    await office.do(prize, "deliver")
    office.house.clock.leap_to(new_year)
    await office.days()
    assert await table(office) == []
    assert len(await table(office, 2026)) == 1


async def test_a_name_is_no_formula(office: Office) -> None:
    prize = await deliver(office)
    winner = office.owner(prize)
    await complete_profile(office.house.node, Member(winner.user_id, winner.token), '=HYPERLINK("x")')
    (row,) = await table(office)
    assert row["display_name"] == '\'=HYPERLINK("x")'

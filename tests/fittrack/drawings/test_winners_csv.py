"""The list of winners for a spreadsheet: who won what, and no formula in it."""

import csv
from io import StringIO

from fittrack.kit.ids import DrawingId
from tests.actors.house import House
from tests.door import Door, a_player, an_admin
from tests.oracle_sql import assert_fit_for_oracle, statements_of


async def text_of(admin: Door, drawing_id: DrawingId) -> tuple[str, str]:
    """Media type and text."""
    headers = {"Authorization": f"Bearer {admin.token}"}
    path = f"/api/v1/drawings/{drawing_id}/winners.csv"
    async with admin.client.get(path, headers=headers) as response:
        assert response.status == 200, await response.text()
        return response.content_type, await response.text()


async def test_it_has_a_line_for_each_winner_and_no_formula(admin: Door, house: House) -> None:
    assert house.node.storage.write_engine is not None
    seen = statements_of(house.node.storage.read_engine, house.node.storage.write_engine)
    drawing_id = await house.drawing(prizes=2)
    tricky = await a_player(house, admin.client, "ann", display_name="=cmd|'/c calc'!A1")
    ann = {"user_id": str(tricky.user_id), "evidence": "C-1"}
    await admin.granted(f"/drawings/{drawing_id}/free-entries", ann)
    at = f"/drawings/{drawing_id}/winners.csv"
    assert await admin.refused(at, method="GET") == "not-completed"
    await house.pass_time(hours=1)
    await house.pass_time(minutes=5)
    kind, text = await text_of(await an_admin(house, admin.client, "again"), drawing_id)
    [line] = csv.DictReader(StringIO(text))
    assert kind == "text/csv"
    assert (line["display_name"], line["email"]) == ("'=cmd|'/c calc'!A1", "ann@test.example")
    assert (line["prize"], line["value_usd"], line["winning_ticket_number"]) == ("Prize 1", "25.00", "1")
    assert (line["fulfillment_status"], line["user_id"]) == ("pending", str(tricky.user_id))
    assert_fit_for_oracle(seen)


async def test_nobody_won_where_nobody_entered(admin: Door, house: House) -> None:
    drawing_id = await house.drawing()
    await house.pass_time(hours=1)
    await house.pass_time(minutes=5)
    _, text = await text_of(await an_admin(house, admin.client, "again"), drawing_id)
    assert len(text.splitlines()) == 1

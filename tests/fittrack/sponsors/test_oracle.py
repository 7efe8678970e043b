"""Every statement about sponsors and prizes can be written for Oracle."""

from fittrack.drawings.schemas import PrizeSort
from fittrack.sponsors.schemas import Sort
from tests.actors.house import House
from tests.door import Door
from tests.fittrack.sponsors.test_by_rest import ACME, prize, sponsor
from tests.oracle_sql import assert_fit_for_oracle, statements_of


async def test_every_statement_compiles_for_oracle(house: House, admin: Door) -> None:
    seen = statements_of(house.node.storage.read_engine, house.node.storage.write_engine)
    acme = str((await admin.granted("/sponsors", ACME))["sponsor_id"])
    await prize(admin, acme)
    await admin.granted(f"/sponsors/{acme}", {"name": "Apex"}, method="PATCH")
    for at in (acme, await sponsor(admin, "Idle")):
        await admin.get(f"/sponsors/{at}")
        await admin.call("DELETE", f"/sponsors/{at}")
    for sort in Sort:
        await admin.get(f"/sponsors?q=a&active=true&sort={sort}")
    everything = f"q=a&sponsor_id={acme}&status=draft&fulfillment_type=physical"
    for order in PrizeSort:
        await admin.get(f"/prizes?{everything}&sort={order}")
    assert len(seen) > 20
    assert_fit_for_oracle(seen)

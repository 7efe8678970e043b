"""Every statement of analytics can be written for Oracle."""

from tests.actors.house import House
from tests.fittrack.analytics.desk import Desk
from tests.oracle_sql import assert_fit_for_oracle, statements_of


async def test_every_statement_compiles_for_oracle(house: House, desk: Desk) -> None:
    seen = statements_of(house.node.storage.read_engine, house.node.storage.write_engine)
    await house.player(days=2)
    await house.node.jobs.count_figures()
    for period in ("day", "week", "month"):
        for name in ("registrations", "activity", "drawings"):
            await desk.items(f"{name}?period={period}")
        await desk.items(f"activity?period={period}&tier=F-30-39-ADV")
    await desk.report("overview")
    assert len(seen) > 25
    assert_fit_for_oracle(seen)

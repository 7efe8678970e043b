"""What a player did while the server was away is done once when it is back."""

import sqlite3
from pathlib import Path

from playwright.async_api import Browser

from tests.browser.test_player_journey import log_workout, opened_drawing, register
from tests.browser.visitor import PHONE, Visitor, visiting
from tests.invariants import assert_invariants
from tests.newcomers import an_admin
from tests.players import Rest
from tests.server import Server

LONG = 3_600.0


async def a_buyer(visitor: Visitor, server: Server, rest: Rest) -> None:
    """Somebody with 230 points, looking at a drawing of 50 points a ticket."""
    await register(visitor, server, "grace")
    await log_workout(visitor, minutes=60)
    await visitor.page.locator(".balance").get_by_text("230", exact=True).wait_for()
    drawing = await opened_drawing(rest, await an_admin(server, rest), sales_s=LONG)
    await visitor.open(f"/#/drawings/{drawing['drawing_id']}")
    await visitor.button("Buy 1 ticket").wait_for()


def purchases(folder: Path) -> int:
    """Entries in the ledger that spend."""
    with sqlite3.connect(folder / "fittrack.db") as db:
        return int(db.execute("SELECT count(*) FROM ledger WHERE transaction_type = 'spend'").fetchone()[0])


async def test_a_purchase_into_a_server_that_is_killed_is_made_once(
    own_server: Server, browser: Browser, tmp_path: Path
) -> None:
    async with Rest(own_server) as rest, visiting(browser, own_server, viewport=PHONE) as grace:
        await a_buyer(grace, own_server, rest)
        await grace.button("Buy 1 ticket").click()
        await own_server.kill()
        await own_server.start()
        await grace.page.locator(".balance").get_by_text("180", exact=True).wait_for()
    assert purchases(tmp_path) == 1
    assert_invariants(tmp_path / "fittrack.db", settled=True)


async def test_a_purchase_made_offline_outlives_the_page(
    own_server: Server, browser: Browser, tmp_path: Path
) -> None:
    async with Rest(own_server) as rest, visiting(browser, own_server, viewport=PHONE) as grace:
        await a_buyer(grace, own_server, rest)
        await own_server.kill()
        await grace.sees("Reconnecting")
        await grace.button("Buy 1 ticket").click()
        await grace.sees("1 waiting to be sent")
        await grace.page.goto("about:blank")
        await own_server.start()
        await grace.open("/")
        await grace.sees("Your tickets are bought")
        await grace.page.locator(".balance").get_by_text("180", exact=True).wait_for()
    assert purchases(tmp_path) == 1

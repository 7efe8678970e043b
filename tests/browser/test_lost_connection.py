"""What a player did while the server was away is done once when it is back."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser

from tests.browser.test_player_journey import log_workout, opened_drawing, register
from tests.browser.visitor import PHONE, Visitor, visiting
from tests.invariants import assert_invariants
from tests.newcomers import address_of, an_admin
from tests.newcomers import sign_in as sign_in_by_rest
from tests.players import Rest
from tests.server import Server

LONG = 3_600.0
CUT_OFF = "net::ERR_CONNECTION_RESET"
"""What Chromium logs of a request that a server had when it was killed."""
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"
SPREAD_MS = 4_000
"""Within which a page loads again what it missed."""


async def a_buyer(visitor: Visitor, server: Server, rest: Rest) -> str:
    """Somebody with 230 points, looking at a drawing of 50 points a ticket. Returns the drawing's id."""
    await register(visitor, server, "grace")
    await log_workout(visitor, minutes=60)
    await visitor.page.locator(".balance").get_by_text("230", exact=True).wait_for()
    drawing = await opened_drawing(rest, await an_admin(server, rest), sales_s=LONG)
    await visitor.open(f"/#/drawings/{drawing['drawing_id']}")
    await visitor.button("Buy 1 ticket").wait_for()
    return str(drawing["drawing_id"])


@asynccontextmanager
async def while_away(visitor: Visitor, server: Server) -> AsyncIterator[None]:
    """The server is killed and started again, and the page comes back only after the block."""
    network = visitor.page.context
    await network.set_offline(True)
    await server.kill()
    await visitor.sees("Reconnecting")
    await server.start()
    yield
    await network.set_offline(False)
    await visitor.page.get_by_text("Reconnecting").wait_for(state="hidden")


def purchases(folder: Path) -> int:
    """Entries in the ledger that spend."""
    with sqlite3.connect(folder / "fittrack.db") as db:
        return int(db.execute("SELECT count(*) FROM ledger WHERE transaction_type = 'spend'").fetchone()[0])


async def test_a_purchase_into_a_server_that_is_killed_is_made_once(
    own_server: Server, browser: Browser, tmp_path: Path
) -> None:
    async with (
        Rest(own_server) as rest,
        visiting(browser, own_server, viewport=PHONE, expected_faults=[CUT_OFF]) as grace,
    ):
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
    async with (
        Rest(own_server) as rest,
        visiting(browser, own_server, viewport=PHONE, expected_faults=[CUT_OFF]) as grace,
    ):
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


async def test_own_tickets_are_loaded_again_only_when_points_moved_meanwhile(
    own_server: Server, browser: Browser
) -> None:
    loads: list[str] = []
    async with (
        Rest(own_server) as rest,
        visiting(browser, own_server, viewport=PHONE, expected_faults=[CUT_OFF, OFFLINE]) as grace,
    ):
        await grace.page.clock.install()
        drawing_id = await a_buyer(grace, own_server, rest)
        yours = grace.page.locator("dl div").filter(has_text="Yours")
        await grace.page.wait_for_load_state("networkidle")
        grace.page.on("request", lambda request: loads.append(request.url))

        async with while_away(grace, own_server):
            pass
        await grace.page.clock.run_for(SPREAD_MS)  # nothing is put off any more

        async with while_away(grace, own_server):
            token = (await sign_in_by_rest(rest, address_of("grace")))["access_token"]
            await rest.post(f"/drawings/{drawing_id}/tickets", {"quantity": 2}, token=token)
        await grace.page.locator(".balance").get_by_text("130", exact=True).wait_for()
        async with grace.page.expect_response(lambda answer: "status=closed" in answer.url):
            await grace.page.clock.run_for(SPREAD_MS)
        await yours.get_by_text("2", exact=True).wait_for()
    own = [url for url in loads if "/api/v1/drawings?" in url]
    assert len(own) == len({"open", "closed"}), own
    assert not [url for url in loads if "/notifications" in url], "nothing came into the inbox"

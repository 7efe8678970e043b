"""Each page of a player's: usable by everybody, light and dark, on the smallest phone."""

import pytest
from playwright.async_api import Browser

from tests.browser.test_player_journey import log_workout, opened_drawing, register
from tests.browser.visitor import DESK, SMALL_PHONE, visiting
from tests.newcomers import an_admin
from tests.players import Rest
from tests.server import Server

PLACES = {
    "today": "Latest points",
    "drawings": "Lunch Break Dash",
    "boards": "You: 1 of 1",
    "inbox": "Inbox",
    "me": "My prizes",
}


@pytest.mark.parametrize(
    ("viewport", "dark"), [(SMALL_PHONE, False), (DESK, True)], ids=["phone-light", "desk-dark"]
)
async def test_every_page_of_a_player_is_accessible(
    server: Server, browser: Browser, viewport: dict[str, int], dark: bool
) -> None:
    async with Rest(server) as rest, visiting(browser, server, viewport=viewport, dark=dark) as grace:
        drawing = await opened_drawing(rest, await an_admin(server, rest), sales_s=3_600)
        await grace.open("/")
        await grace.sees("Move. Earn. Win.")
        await grace.assert_accessible()
        await register(grace, server)
        await grace.button("Log a workout").click()
        await grace.assert_accessible()
        await grace.page.keyboard.press("Escape")
        await log_workout(grace, minutes=30)
        for place, text in PLACES.items():
            await grace.open(f"/#/{place}")
            await grace.sees(text)
            await grace.assert_accessible()
        await grace.open(f"/#/drawings/{drawing['drawing_id']}")
        await grace.sees("Buy 1 ticket")
        await grace.assert_accessible()


async def test_a_player_finds_the_way_by_keyboard_alone(server: Server, browser: Browser) -> None:
    async with visiting(browser, server) as grace:
        await register(grace, server)
        await grace.page.keyboard.press("Tab")
        assert await grace.page.evaluate("document.activeElement.textContent") == "Skip to content"
        await grace.page.keyboard.press("Enter")
        assert await grace.page.evaluate("document.activeElement.id") == "main"
        await grace.button("Log a workout").focus()
        await grace.page.keyboard.press("Enter")
        await grace.page.get_by_role("dialog").wait_for()
        await grace.page.keyboard.press("Escape")
        await grace.page.get_by_role("dialog").wait_for(state="hidden")
        assert await grace.page.evaluate("document.activeElement.textContent.trim()") == "Log a workout"

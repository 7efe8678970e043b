"""Each page of a player's: usable by everybody, light and dark, on the smallest phone."""

from playwright.async_api import Browser

from tests.browser.test_player_journey import log_workout, opened_drawing, register
from tests.browser.visitor import DESK, SMALL_PHONE, visiting
from tests.newcomers import an_admin
from tests.players import Rest
from tests.server import Server

PLACES = {
    "today": "Latest points",
    "drawings": "Late Shift Loop",
    "boards": "You: ",
    "inbox": "Inbox",
    "me": "My prizes",
}


async def test_every_page_of_a_player_is_accessible(server: Server, browser: Browser) -> None:
    async with Rest(server) as rest, visiting(browser, server, viewport=SMALL_PHONE) as grace:
        admin = await an_admin(server, rest, "host")
        drawing = await opened_drawing(rest, admin, sales_s=3_600, name="Late Shift Loop")
        await grace.open("/")
        await grace.sees("Move. Earn. Win.")
        await grace.assert_accessible()
        await register(grace, server, "gail")
        await grace.button("Log a workout").click()
        await grace.assert_accessible()
        await grace.page.keyboard.press("Escape")
        await log_workout(grace, minutes=30)
        for viewport in (SMALL_PHONE, DESK):
            await grace.page.set_viewport_size(viewport)  # type: ignore[arg-type]
            for place, text in PLACES.items():
                await grace.open(f"/#/{place}")
                await grace.sees(text)
                await grace.assert_accessible()
            await grace.open(f"/#/drawings/{drawing['drawing_id']}")
            await grace.sees("Buy 1 ticket")
            await grace.assert_accessible()


async def test_a_player_finds_the_way_by_keyboard_alone(server: Server, browser: Browser) -> None:
    async with visiting(browser, server) as grace:
        await register(grace, server, "gwen")
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

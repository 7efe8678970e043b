"""Who may come into the console, and what they see first."""

from playwright.async_api import Browser

from tests.browser.operators import enter_console, sign_in_at_console
from tests.browser.visitor import SMALL_PHONE, visiting
from tests.newcomers import a_newcomer, an_admin
from tests.players import Rest
from tests.server import Server


async def test_a_player_is_told_that_the_console_is_for_admins(server: Server, browser: Browser) -> None:
    async with Rest(server) as rest, visiting(browser, server) as grace:
        await a_newcomer(server, rest, "glenda")
        await sign_in_at_console(grace, "glenda")
        await grace.sees("This console is for administrators")
        assert await grace.page.evaluate("sessionStorage.getItem('fittrack.ops')") is None


async def test_an_admin_sees_live_figures_and_what_another_admin_does(
    server: Server, browser: Browser
) -> None:
    async with Rest(server) as rest, visiting(browser, server, viewport=SMALL_PHONE) as ada:
        await an_admin(server, rest, "ada-at-the-door")
        other = await an_admin(server, rest, "bob-at-the-door")
        await ada.open("/ops")
        await ada.page.get_by_label("Email").wait_for()
        await ada.assert_accessible()
        await enter_console(ada, "ada-at-the-door")
        await ada.page.get_by_role("img", name="Connections over the last 5 minutes").wait_for()
        await rest.post("/drawings", {"drawing_type": "daily", "name": "Monday"}, token=other)
        doings = ada.page.get_by_role("region", name="What admins do").get_by_role("listitem")
        await doings.filter(has_text="bob-at-the-door@journey.example created a drawing").wait_for()
        await ada.assert_accessible()

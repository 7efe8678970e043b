"""Admins who are at work on the same thing see each other, and are warned."""

from playwright.async_api import Browser

from tests.browser.operators import enter_console
from tests.browser.test_ops_drawings import opened
from tests.browser.visitor import SMALL_PHONE, visiting
from tests.newcomers import address_of, an_admin
from tests.players import Rest
from tests.server import Server

NAME = "Dune Dash"


async def test_admins_see_who_else_has_a_thing_open_and_what_changes_under_their_feet(
    server: Server, browser: Browser
) -> None:
    async with (
        Rest(server) as rest,
        visiting(browser, server, viewport=SMALL_PHONE) as ada,
        visiting(browser, server) as bea,
    ):
        await an_admin(server, rest, "ada")
        token = await an_admin(server, rest, "bea")
        path = f"/drawings/{(await opened(rest, token, NAME))['drawing_id']}"
        await enter_console(ada, "ada")
        await enter_console(bea, "bea")
        await ada.open(f"/ops#{path}")
        await ada.button("Close sales").wait_for()
        await bea.open(f"/ops#{path}")
        await bea.sees(f"{address_of('ada')} has this open, too")
        await ada.sees(f"{address_of('bea')} has this open, too")
        await bea.open("/ops#/drawings")
        card = bea.page.get_by_role("link", name=NAME)
        await card.get_by_text(f"{address_of('ada')} looks at this").wait_for()
        await ada.page.get_by_text(f"{address_of('bea')} has this open").wait_for(state="hidden")

        await ada.button("Close sales").click()
        question = ada.page.get_by_role("dialog", name="Close sales?")
        await rest.call("PATCH", path, {"description": "In the dunes"}, token=token)
        warning = question.get_by_role("alert").filter(has_text="while this was open")
        await warning.get_by_text(address_of("bea")).wait_for()
        await ada.assert_accessible()
        await rest.post(f"{path}/close", token=token)
        await question.get_by_text("The drawing is closed now: this can no longer be done.").wait_for()
        assert await question.get_by_role("button", name="Close sales").is_disabled()

"""Sections of the console: what admins look up and do there, and that everybody can use them."""

from playwright.async_api import Browser

from tests.browser.operators import REFUSED, enter_console, set_up_factor_in_dialog
from tests.browser.visitor import DESK, SMALL_PHONE, Visitor, visiting
from tests.newcomers import a_newcomer, an_admin
from tests.players import Rest
from tests.server import Server

SECTIONS = {
    "players": "Grace",
    "reviews": "Nothing waits for a review",
    "fulfilments": "Winner notified",
    "sponsors": "Acme Shoes",
    "analytics": "Points outstanding",
    "clients": "Partner",
    "webhooks": "No endpoint yet",
}
"""Each section, and what it shows in the world of these tests."""


async def test_an_admin_adjusts_points_and_suspends_and_the_player_feels_both(
    server: Server, browser: Browser
) -> None:
    async with Rest(server) as rest, visiting(browser, server, expected_faults=REFUSED) as ada:
        await an_admin(server, rest)
        token = await a_newcomer(server, rest, "grace")
        await enter_console(ada)
        await ada.page.get_by_role("link", name="Players").click()
        await ada.page.get_by_label("Name or email").fill("grace")
        await ada.page.keyboard.press("Enter")
        await ada.button("Grace").click()
        await ada.button("Adjust points").click()
        await ada.fill(Points="250", Reason="Goodwill")
        await ada.button("Adjust").last.click()
        await set_up_factor_in_dialog(ada)
        await ada.sees("Points adjusted")
        assert (await rest.get("/points/balance", token))["balance"] == 250
        await ada.page.get_by_role("cell", name="Goodwill").wait_for()

        await ada.button("Status").click()
        await ada.fill(Reason="Sells tickets", Status="suspended")
        await ada.button("Set").click()
        await ada.sees("Grace is suspended")
        status, _ = await rest.call("GET", "/points/balance", token=token)
        assert status in (401, 403), "the sessions are over"


async def make_world(visitor: Visitor) -> None:
    """A sponsor and a client, made at the console."""
    await visitor.open("/ops#/sponsors")
    await visitor.button("New sponsor").click()
    await visitor.page.get_by_role("textbox", name="Name", exact=True).fill("Acme Shoes")
    await visitor.fill(Website="https://acme.example")
    await visitor.assert_accessible()
    await visitor.button("Save").click()
    await visitor.open("/ops#/clients")
    await visitor.button("New client").click()
    await visitor.page.get_by_role("textbox", name="Name", exact=True).fill("Partner")
    await visitor.page.get_by_role("checkbox").first.check()
    await visitor.assert_accessible()
    await visitor.button("Create").click()
    await set_up_factor_if_asked(visitor)
    await visitor.sees("It is shown this once")
    await visitor.page.keyboard.press("Escape")


async def set_up_factor_if_asked(visitor: Visitor) -> None:
    """Making a client may need the second factor."""
    asked = visitor.page.get_by_role("dialog", name="Second factor")
    shown = visitor.page.get_by_text("It is shown this once")
    await asked.or_(shown).first.wait_for()
    if await asked.is_visible():
        await set_up_factor_in_dialog(visitor)


async def test_every_section_is_accessible_on_a_desk_in_the_dark_and_on_a_small_phone(
    server: Server, browser: Browser
) -> None:
    async with (
        Rest(server) as rest,
        visiting(browser, server, viewport=DESK, dark=True, expected_faults=REFUSED) as ada,
    ):
        await an_admin(server, rest)
        await a_newcomer(server, rest, "grace")
        await enter_console(ada)
        await make_world(ada)
        for viewport in (DESK, SMALL_PHONE):
            await ada.page.set_viewport_size(viewport)  # type: ignore[arg-type]
            for section, text in SECTIONS.items():
                await ada.open(f"/ops#/{section}")
                await ada.sees(text)
                await ada.assert_accessible()

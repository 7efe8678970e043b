"""Sections of the console: what admins look up and do there, and that everybody can use them."""

from playwright.async_api import Browser

from tests.browser.operators import REFUSED, enter_console, set_up_factor_in_dialog
from tests.browser.test_ops_drawings import opened
from tests.browser.visitor import DESK, SMALL_PHONE, Visitor, visiting
from tests.newcomers import a_newcomer, address_of, an_admin, found_in_letters
from tests.players import Rest
from tests.server import Server

SECTIONS = {
    "overview": "Actors in memory",
    "drawings": "Quarry Circuit",
    "drawings/new": "Create the draft",
    "templates": "Hill Week",
    "templates/new": "Create the template",
    "audit": "opened a drawing",
    "players": "Gloria",
    "reviews": "Nothing waits for a review",
    "fulfilments": "Winner notified",
    "sponsors": "Acme Shoes",
    "analytics": "Points outstanding",
    "clients": "Partner",
    "webhooks": "No endpoints yet",
}
"""Each section, and what it shows in the world of these tests."""


async def invite(visitor: Visitor, server: Server, email: str) -> None:
    """Somebody, after an email that is taken."""
    await visitor.button("Invite somebody").click()
    dialog = visitor.page.get_by_role("dialog", name="Invite somebody")
    await dialog.get_by_label("Date of birth").fill("1990-05-17")
    await dialog.get_by_label("State").fill("TX")
    await dialog.get_by_label("Email").fill(address_of("abigail"))
    await dialog.get_by_role("button", name="Invite").click()
    await dialog.get_by_text("There is an account with this email already").wait_for()
    await dialog.get_by_label("Email").fill(email)
    await dialog.get_by_role("button", name="Invite").click()
    await found_in_letters(server, email, "We have made a FitTrack account for you")


async def correct_email(visitor: Visitor, former: str, email: str) -> None:
    """Of somebody in the list, after nothing was said to change."""
    await visitor.button(former).click()
    await visitor.button("Correct").click()
    dialog = visitor.page.get_by_role("dialog", name=f"Correct {former}")
    await dialog.get_by_label("Reason").fill("A typo")
    await dialog.get_by_role("button", name="Correct").click()
    await dialog.get_by_text("Say what is to be changed").wait_for()
    await dialog.get_by_label("Email").fill(email)
    await visitor.assert_accessible()
    await dialog.get_by_role("button", name="Correct").click()
    await visitor.page.get_by_role("heading", name=email).wait_for()


async def test_an_admin_invites_corrects_adjusts_and_suspends_and_players_feel_it(
    server: Server, browser: Browser
) -> None:
    refused = (*REFUSED, "status of 422")
    async with Rest(server) as rest, visiting(browser, server, expected_faults=refused) as ada:
        await an_admin(server, rest, "abigail")
        token = await a_newcomer(server, rest, "greta")
        await enter_console(ada, "abigail")
        await ada.page.get_by_role("link", name="Players").click()
        await invite(ada, server, address_of("ines"))
        await correct_email(ada, address_of("ines"), address_of("inez"))
        await found_in_letters(server, address_of("inez"), r"\w+")

        await ada.page.get_by_role("link", name="Players").first.click()
        await ada.page.get_by_label("Name or email").fill("greta")
        await ada.page.keyboard.press("Enter")
        await ada.button("Greta").click()
        await ada.button("Adjust points").click()
        await ada.fill(Points="250", Reason="Goodwill")
        await ada.page.get_by_role("dialog").get_by_role("button", name="Adjust").click()
        await set_up_factor_in_dialog(ada)
        await ada.sees("Points adjusted")
        assert (await rest.get("/points/balance", token))["balance"] == 250
        await ada.page.get_by_role("cell", name="Goodwill").wait_for()

        await ada.button("Change status").click()
        await ada.fill(Reason="Sells tickets", Status="suspended")
        await ada.button("Set status").click()
        await ada.sees("Greta is suspended")
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


async def test_every_section_is_accessible_on_a_desk_and_on_a_small_phone(
    server: Server, browser: Browser
) -> None:
    async with (
        Rest(server) as rest,
        visiting(browser, server, viewport=DESK, dark=True, expected_faults=REFUSED) as ada,
    ):
        admin = await an_admin(server, rest, "astrid")
        player = (await rest.get("/users/me", await a_newcomer(server, rest, "gloria")))["user_id"]
        drawing = (await opened(rest, admin, "Quarry Circuit"))["drawing_id"]
        paused = {"drawing_type": "weekly", "name": "Hill Week, {date}", "active": False}
        template = (await rest.post("/drawing-templates", paused, token=admin))["template_id"]
        await enter_console(ada, "astrid")
        await make_world(ada)
        things = {
            f"players/{player}": "No points yet",
            f"drawings/{drawing}": "Points per ticket",
            f"drawings/{drawing}/edit": "Sales have opened",
            f"templates/{template}": "A template is activated with one prize or more",
        }
        places = {**SECTIONS, **things}
        for place, text in places.items():
            await ada.open(f"/ops#/{place}")
            await ada.sees(text)
            await ada.assert_fits()
        await ada.page.set_viewport_size(SMALL_PHONE)  # type: ignore[arg-type]
        for place, text in places.items():
            await ada.open(f"/ops#/{place}")
            await ada.sees(text)
            await ada.assert_accessible()

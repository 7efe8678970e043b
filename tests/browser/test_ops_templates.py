"""Admins keep templates at the console: made, given prizes, activated, watched, paused, deleted."""

from playwright.async_api import Browser

from tests.browser.operators import enter_console
from tests.browser.visitor import SMALL_PHONE, Visitor, visiting
from tests.newcomers import address_of, an_admin
from tests.players import Rest
from tests.server import Server

NAME = "Nightly, {month} {day}"


async def make_template(visitor: Visitor) -> None:
    """After a pattern that the API does not take."""
    await visitor.page.get_by_role("link", name="New template").click()
    await visitor.button("Create the template").wait_for()
    await visitor.fill(Name="Nightly, {nothing}", Made_so_many_days_ahead="401")
    await visitor.button("Create the template").click()
    await visitor.sees("From 1 to 400")
    await visitor.fill(Made_so_many_days_ahead="2")
    await visitor.button("Create the template").click()
    await visitor.sees("braces hold one of")
    await visitor.fill(Name=NAME, Points_per_ticket="70")
    await visitor.button("Create the template").click()
    await visitor.page.get_by_role("heading", name=NAME).wait_for()


async def add_prize(visitor: Visitor, sponsor: str) -> None:
    """By what the sponsor gives; every drawing gets its own."""
    await visitor.button("Add a prize").click()
    dialog = visitor.page.get_by_role("dialog", name="Add a prize")
    await dialog.get_by_label("Name").fill("Head torch")
    await dialog.get_by_label("Value in US dollars").fill("30.00")
    await dialog.get_by_label("Sponsor").select_option(sponsor)
    await visitor.assert_accessible()
    await dialog.get_by_role("button", name="Add").click()
    await visitor.sees(f"$30.00 · digital · {sponsor}")


async def answer(visitor: Visitor, step: str) -> None:
    """Press a button of the template, and confirm."""
    await visitor.page.get_by_role("group").get_by_role("button", name=step).click()
    dialog = visitor.page.get_by_role("dialog", name=f"{step} {NAME}?")
    await dialog.get_by_role("button", name=step).click()
    await dialog.wait_for(state="detached")


async def test_a_template_is_made_and_makes_drawings_until_it_is_paused(
    server: Server, browser: Browser
) -> None:
    refused = ["status of 412", "status of 422", "status of 404"]
    async with (
        Rest(server) as rest,
        visiting(browser, server, viewport=SMALL_PHONE, expected_faults=refused) as ada,
    ):
        await an_admin(server, rest, "aurora")
        bea = await an_admin(server, rest, "beatrix")
        await rest.post("/sponsors", {"name": "Lumen Works"}, token=bea)
        await enter_console(ada, "aurora")
        await ada.open("/ops#/templates")
        await make_template(ada)
        await add_prize(ada, "Lumen Works")
        await answer(ada, "Activate")
        await ada.page.get_by_text("made", exact=True).nth(1).wait_for()
        await ada.assert_accessible()
        path = f"/drawing-templates/{ada.page.url.rpartition('/')[2]}"

        await ada.page.get_by_role("link", name="Edit").click()
        await ada.fill(Points_per_ticket="90")
        await rest.call("PATCH", path, {"description": "Under the stars"}, token=bea)
        warning = ada.page.get_by_role("alert").filter(has_text="while this was open")
        await warning.get_by_text(address_of("beatrix")).wait_for()
        await ada.button("Save").click()
        await ada.sees("changed since")
        await ada.page.get_by_role("link", name=NAME).click()
        await ada.sees("Under the stars")
        await ada.page.get_by_role("link", name="Edit").click()
        await ada.fill(Points_per_ticket="90")
        await ada.button("Save").click()
        await ada.page.get_by_role("definition").get_by_text("90", exact=True).wait_for()

        await answer(ada, "Pause")
        await ada.page.get_by_role("status").get_by_text("Paused").wait_for()
        await ada.page.get_by_role("region", name="Coming").get_by_role("link").first.click()
        await ada.page.get_by_role("heading", name="Nightly").wait_for()
        await ada.sees("Head torch")
        await ada.open("/ops#/templates")
        await ada.button(NAME).click()
        await answer(ada, "Delete")
        await ada.page.get_by_role("heading", name="Templates").wait_for()
        assert (await rest.call("GET", path, token=bea))[0] == 404

"""The console without a mouse: everything is reached by keys, dialogs hold the focus and give it back."""

from playwright.async_api import Browser, Locator

from fittrack.kit.clock import SystemClock
from tests.admins import Authenticator, draft_drawing
from tests.browser.operators import REFUSED, enter_console
from tests.browser.visitor import SMALL_PHONE, Visitor, visiting
from tests.newcomers import PASSWORD, address_of, an_admin
from tests.players import Rest
from tests.server import Server

NAME = "Ridge Walk"
AROUND = 12
"""Presses of Tab that lead around any dialog here."""


async def enrolled(rest: Rest, token: str) -> Authenticator:
    """The authenticator of an admin who set one up."""
    app = Authenticator((await rest.post("/auth/mfa/enroll", {"password": PASSWORD}, token=token))["secret"])
    await rest.post("/auth/mfa/confirm", {"code": app.code(SystemClock().now())}, token=token)
    return app


async def a_closed_drawing(rest: Rest, admin: str) -> str:
    """The id of a drawing that waits to be drawn by hand."""
    drawing = await draft_drawing(rest, admin, name=NAME, auto_execute=False)
    for step in ("schedule", "open", "close"):
        await rest.post(f"/drawings/{drawing['drawing_id']}/{step}", token=admin)
    return str(drawing["drawing_id"])


async def sign_in(visitor: Visitor, name: str, code: str = "") -> None:
    """At the door of the console."""
    await visitor.page.get_by_label("Email").wait_for()
    await visitor.type_into("Email", address_of(name))
    await visitor.type_into("Password", PASSWORD)
    await visitor.type_into("Authenticator code", code)
    await visitor.page.keyboard.press("Enter")
    await visitor.page.get_by_text("Live", exact=True).wait_for()


async def assert_holds_focus(visitor: Visitor, dialog: Locator) -> None:
    """However often Tab is pressed, nothing behind the dialog gets the focus."""
    await dialog.wait_for()
    for _ in range(AROUND):
        await visitor.page.keyboard.press("Tab")
        assert await dialog.evaluate(
            "dialog => document.activeElement === document.body || dialog.contains(document.activeElement)"
        )


async def add_a_prize(visitor: Visitor) -> None:
    """To the draft that is shown."""
    await visitor.tab_to("Add a prize", then="Enter")
    await visitor.page.get_by_role("dialog").get_by_label("Value in US dollars").wait_for()
    await visitor.type_into("Name", "Head torch")
    await visitor.type_into("Value in US dollars", "30.00")
    await visitor.page.keyboard.press("Enter")
    await visitor.sees("1. Head torch")
    await visitor.page.get_by_role("dialog").wait_for(state="detached")
    await visitor.gets_focus("Add a prize")


async def think_better_of_the_draw(visitor: Visitor) -> None:
    """Type the drawing's name, be asked for the second factor, and leave both dialogs."""
    await visitor.button("Draw the winners").wait_for()
    await visitor.tab_to("Draw the winners", then="Enter")
    await visitor.type_into("Type the name to confirm", NAME)
    await visitor.page.keyboard.press("Enter")
    step_up = visitor.page.get_by_role("dialog", name="Second factor")
    await step_up.get_by_label("Code").wait_for()
    await visitor.gets_focus("Code")
    await assert_holds_focus(visitor, step_up)
    await visitor.page.keyboard.press("Escape")
    confirmation = visitor.page.get_by_role("dialog", name="Draw the winners?")
    await confirmation.get_by_text("Nothing was done").wait_for()
    await visitor.page.wait_for_function(
        "dialog => dialog.contains(document.activeElement)", arg=await confirmation.element_handle()
    )
    await visitor.page.keyboard.press("Escape")
    await confirmation.wait_for(state="detached")
    await visitor.gets_focus("Draw the winners")


async def test_an_admin_runs_a_drawing_by_keys_alone(server: Server, browser: Browser) -> None:
    async with Rest(server) as rest, visiting(browser, server, expected_faults=REFUSED) as ada:
        page = ada.page
        admin = await an_admin(server, rest, "avery")
        app = await enrolled(rest, admin)
        closed = await a_closed_drawing(rest, admin)
        await ada.open("/ops")
        await sign_in(ada, "avery")
        await ada.tab_to("Drawings", then="Enter")
        await page.get_by_role("heading", name="Drawings", exact=True).wait_for()
        await ada.tab_to("New drawing", then="Enter")
        await page.get_by_role("button", name="Create the draft").wait_for()
        await ada.type_into("Name", "Harbor Loop")
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Harbor Loop").wait_for()

        await add_a_prize(ada)

        await ada.tab_to("Schedule", then="Enter")
        question = page.get_by_role("dialog", name="Schedule?")
        await assert_holds_focus(ada, question)
        await page.keyboard.press("Escape")
        await question.wait_for(state="detached")
        await ada.gets_focus("Schedule")
        await page.keyboard.press("Enter")
        await question.wait_for()
        await ada.tab_to("Schedule", then="Enter")
        await question.wait_for(state="detached")
        await page.get_by_role("status").get_by_text("scheduled").wait_for()
        # What was pressed is gone.
        await page.wait_for_function("document.activeElement.id === 'main'")

        await ada.tab_to("Cancel the drawing", then="Enter")
        await page.get_by_label("Refunds").wait_for()
        await ada.type_into("Reason", "Nobody can come")
        await page.keyboard.press("Enter")
        await page.get_by_role("status").get_by_text("cancelled").wait_for()

        await ada.open(f"/ops#/drawings/{closed}")
        await think_better_of_the_draw(ada)
        await ada.tab_to("Sign out", then="Enter")
        await sign_in(ada, "avery", app.code(SystemClock().now(), steps=1))


async def test_the_menu_of_a_small_console_leaves_nothing_behind_it_to_keys(
    server: Server, browser: Browser
) -> None:
    async with Rest(server) as rest, visiting(browser, server, viewport=SMALL_PHONE) as ada:
        page = ada.page
        await an_admin(server, rest, "aster")
        await enter_console(ada, "aster")
        await ada.button("Menu").click()
        for _ in range(2 * AROUND):
            await page.keyboard.press("Tab")
            assert not await page.evaluate("document.querySelector('main').contains(document.activeElement)")
        await page.get_by_role("link", name="Players").click()
        await page.get_by_role("heading", name="Players", exact=True).wait_for()
        await page.wait_for_function("document.activeElement.id === 'main'")

"""Admins run drawings at the console: from a draft to a delivered prize, with everything that asks first."""

from typing import Any

import msgspec
from playwright.async_api import Browser

from fittrack.kit.clock import SystemClock
from tests.admins import draft_drawing
from tests.browser.operators import REFUSED, enter_console, set_up_factor_in_dialog
from tests.browser.visitor import SMALL_PHONE, Visitor, visiting
from tests.newcomers import a_hard_day, a_newcomer, address_of, an_admin
from tests.players import Rest
from tests.server import Server

NAME = "Lunch Break Dash"
SALES_S = 24
"""Long enough to schedule, open and buy; the test waits for the rest."""


async def do(visitor: Visitor, step: str, title: str, *, begun: bool = False, **fields: str) -> None:
    """Press a button of the drawing, unless that was done, and confirm in its dialog."""
    if not begun:
        await visitor.button(step).click()
    dialog = visitor.page.get_by_role("dialog", name=title)
    for label, text in fields.items():
        await dialog.get_by_label(label).fill(text)
    await dialog.get_by_role("button", name=step).click()
    await dialog.wait_for(state="hidden")


async def a_rich_newcomer(server: Server, rest: Rest, name: str) -> str:
    """The token of somebody with 1,000 points."""
    token = await a_newcomer(server, rest, name)
    run = msgspec.to_builtins(a_hard_day(SystemClock().now(), 1))
    assert (await rest.post("/activities", run, token=token))["balance"] == 1_000
    return token


async def opened(rest: Rest, admin: str, name: str = NAME) -> dict[str, Any]:
    """A drawing on sale."""
    drawing = await draft_drawing(rest, admin, cost=50, name=name)
    await rest.post(f"/drawings/{drawing['drawing_id']}/schedule", token=admin)
    return await rest.post(f"/drawings/{drawing['drawing_id']}/open", token=admin)


async def test_an_admin_takes_a_draft_to_a_delivered_prize(server: Server, browser: Browser) -> None:
    async with Rest(server) as rest, visiting(browser, server, expected_faults=REFUSED) as ada:
        admin = await an_admin(server, rest, "amber")
        player = await a_rich_newcomer(server, rest, "ambers-player")
        await enter_console(ada, "amber")
        await ada.page.get_by_role("link", name="Drawings").click()
        drawing = await draft_drawing(
            rest, admin, cost=50, sales_s=SALES_S, draw_after_s=0.5, name=NAME, auto_execute=False
        )
        await ada.page.get_by_role("region", name="Drafts").get_by_role("link", name=NAME).click()
        await do(ada, "Schedule", "Schedule?")
        await do(ada, "Open sales", "Open sales?")
        await rest.post(f"/drawings/{drawing['drawing_id']}/tickets", {"quantity": 3}, token=player)
        standing = ada.page.get_by_role("region", name="Standing")
        await standing.get_by_text("3", exact=True).wait_for()

        await ada.sees("It waits to be drawn by hand")
        await ada.button("Draw the winners").click()
        dialog = ada.page.get_by_role("dialog", name="Draw the winners?")
        draw_now = dialog.get_by_role("button", name="Draw now")
        assert await draw_now.is_disabled(), "not before the name is typed"
        await dialog.get_by_label("Type the name to confirm").fill(NAME)
        await draw_now.click()
        await set_up_factor_in_dialog(ada)
        await ada.page.get_by_role("region", name="Winners").get_by_text("AmberS-Player").wait_for()
        await ada.sees("Verified in this browser: the draw is true.")
        await ada.assert_accessible()

        await ada.page.get_by_role("link", name="Prizes", exact=True).click()
        notified = ada.page.get_by_role("region", name="Winner notified")
        await notified.get_by_role("button", name="Mark delivered").click()
        await do(ada, "Mark delivered", "Mark delivered: Prize 1", begun=True)
        await ada.page.get_by_role("region", name="Delivered").get_by_text("Prize 1").wait_for()
        await ada.open(f"/ops#/drawings/{drawing['drawing_id']}")
        await ada.sees("1 won, 1 delivered")


async def test_forms_say_what_the_api_would_and_show_what_it_says(server: Server, browser: Browser) -> None:
    refused = ["status of 400", "status of 422"]
    async with Rest(server) as rest, visiting(browser, server, expected_faults=refused) as ada:
        await an_admin(server, rest, "agnes")
        await enter_console(ada, "agnes")
        await ada.open("/ops#/drawings/new")
        await ada.fill(Points_per_ticket="1000001", Sales_close="2020-01-01T10:00")
        await ada.button("Create the draft").click()
        await ada.sees("Needed")
        await ada.sees("From 1 to 1,000,000")
        await ada.fill(Name="Monday Mile", Points_per_ticket="75")
        await ada.button("Create the draft").click()
        await ada.page.get_by_role("heading", name="Monday Mile").wait_for()
        await ada.button("Add a prize").click()
        dialog = ada.page.get_by_role("dialog", name="Add a prize")
        await dialog.get_by_label("Name").fill("Trail socks")
        await dialog.get_by_label("Value in US dollars").fill("12,50")
        await dialog.get_by_role("button", name="Add").click()
        await dialog.get_by_text("US dollars as a decimal string").wait_for()
        await ada.assert_accessible()
        await dialog.get_by_label("Value in US dollars").fill("12.50")
        await dialog.get_by_role("button", name="Add").click()
        await ada.sees("1. Trail socks")

        await ada.button("Schedule").click()
        dialog = ada.page.get_by_role("dialog", name="Schedule?")
        await dialog.get_by_role("button", name="Schedule").click()
        await dialog.get_by_text("ticket sales close: in the future").wait_for()


async def test_a_cancellation_says_beforehand_what_goes_back(server: Server, browser: Browser) -> None:
    async with Rest(server) as rest, visiting(browser, server, viewport=SMALL_PHONE) as ada:
        admin = await an_admin(server, rest, "alma")
        player = await a_rich_newcomer(server, rest, "almas-player")
        drawing = await opened(rest, admin)
        path = f"/drawings/{drawing['drawing_id']}"
        await rest.post(f"{path}/tickets", {"quantity": 3}, token=player)
        entry = {"email": "almas-player@journey.example", "quantity": 2, "evidence": "postcard 7"}
        await rest.post(f"{path}/free-entries", entry, token=admin)
        await enter_console(ada, "alma")
        await ada.open("/ops#/drawings")
        await ada.sees("5 tickets")
        await ada.assert_accessible()
        await ada.open(f"/ops#{path}")
        await ada.button("Cancel the drawing").click()
        refunds = ada.page.get_by_label("Refunds")
        await refunds.get_by_text("150").wait_for()
        await ada.assert_accessible()
        await ada.page.get_by_label("Reason").fill("The sponsor withdrew")
        await ada.button("Cancel and refund").click()
        await ada.page.get_by_role("status").get_by_text("cancelled").wait_for()
        assert (await rest.get("/points/balance", player))["balance"] == 1_000

        await ada.open("/ops#/audit")
        await ada.sees("“The sponsor withdrew”")
        await ada.assert_accessible()
        await ada.fill(Action="drawing.open", Its_id=drawing["drawing_id"])
        await ada.button("Search").click()
        await ada.page.get_by_text("“The sponsor withdrew”").wait_for(state="hidden")
        assert await ada.page.get_by_role("list", name="Records").get_by_role("listitem").count() == 1


async def test_news_that_an_answer_has_overtaken_is_not_believed(server: Server, browser: Browser) -> None:
    async with visiting(browser, server) as ada:
        await ada.open("/ops")
        drawing = await ada.page.evaluate(
            """async () => {
              const { LiveState } = await import("/pages/ops/state.js");
              const live = new LiveState({ token: async () => null });
              live.know({ drawing_id: "a", status: "closed", total_tickets: 7 });
              live.know({ drawing_id: "a", status: "open", total_tickets: 0 });
              live.know({ drawing_id: "a", root: "ab" });
              return live.state.drawings.a;
            }"""
        )
    assert drawing == {"drawing_id": "a", "status": "closed", "total_tickets": 7, "root": "ab"}


async def test_an_admin_records_a_postcard_once(server: Server, browser: Browser) -> None:
    async with (
        Rest(server) as rest,
        visiting(browser, server, viewport=SMALL_PHONE, expected_faults=REFUSED) as ada,
    ):
        admin = await an_admin(server, rest, "posy")
        await a_newcomer(server, rest, "posys-player")
        drawing = await opened(rest, admin, "<img src=x onerror=alert(1)>" + "W" * 70)
        await enter_console(ada, "posy")
        await ada.open(f"/ops#/drawings/{drawing['drawing_id']}")
        entries = ada.page.get_by_role("region", name="Entries without purchase")
        dialog = ada.page.get_by_role("dialog", name="Record an entry")
        for _ in range(2):
            await entries.get_by_role("button", name="Record an entry").click()
            await dialog.get_by_label("Email of the player").fill(address_of("posys-player"))
            await dialog.get_by_label("Evidence").fill("Boston, Nov 24, no. 17")
            await dialog.get_by_role("button", name="Record").click()
            await entries.get_by_text("BOSTON, NOV 24, NO. 17").wait_for()
        await dialog.get_by_text("It is that of an entry").wait_for()
        await ada.assert_accessible()
        assert await entries.get_by_role("listitem").count() == 1

"""A new player at the page: from registration to the first win."""

from datetime import timedelta
from typing import Any

from playwright.async_api import Browser

from fittrack.kit.clock import SystemClock
from protocol.shapes import instant
from tests.admins import draft_drawing
from tests.browser.visitor import PHONE, Visitor, visiting
from tests.newcomers import PASSWORD, address_of, an_admin, verification_code
from tests.players import Rest
from tests.server import Server

SALES_S = 20
"""Long enough to find the drawing and buy; the test waits for the rest."""


async def register(visitor: Visitor, server: Server, name: str) -> None:
    """From the start page to a complete profile."""
    address = address_of(name)
    await visitor.open("/")
    await visitor.button("Create an account").click()
    await visitor.fill(Email=address, Password=PASSWORD, Date_of_birth="1990-05-17", State="TX")
    await visitor.page.get_by_label("I accept the terms").check()
    await visitor.page.get_by_label("I accept the sweepstakes rules").check()
    await visitor.button("Create account").click()
    await visitor.sees("Check your mail")
    await visitor.fill(Code=await verification_code(server, address))
    await visitor.button("Verify").click()
    await visitor.sees("Almost there")
    await visitor.fill(Display_name=name.title(), Biological_sex="female", Fitness_level="intermediate")
    await visitor.button("Save").click()
    await visitor.sees("Start a streak")


async def log_workout(visitor: Visitor, minutes: int) -> None:
    """A vigorous workout that ended just now."""
    await visitor.button("Log a workout").click()
    await visitor.fill(Minutes=str(minutes), Intensity="vigorous")
    await visitor.button("Log it").click()
    await visitor.page.get_by_role("dialog").wait_for(state="hidden")


async def opened_drawing(
    rest: Rest, admin: str, *, sales_s: float = SALES_S, cost: int = 50, name: str = "Lunch Break Dash"
) -> dict[str, Any]:
    """A drawing on sale, that asks for no age of the account."""
    drawing = await draft_drawing(rest, admin, cost=cost, sales_s=sales_s, name=name)
    await rest.post(f"/drawings/{drawing['drawing_id']}/schedule", token=admin)
    return await rest.post(f"/drawings/{drawing['drawing_id']}/open", token=admin)


async def test_a_new_player_registers_earns_buys_and_wins(own_server: Server, browser: Browser) -> None:
    async with Rest(own_server) as rest, visiting(browser, own_server, viewport=PHONE) as grace:
        admin = await an_admin(own_server, rest)
        await register(grace, own_server, "grace")
        await log_workout(grace, minutes=60)
        await grace.sees("1-day streak")
        balance = grace.page.locator(".balance")
        await balance.get_by_text("230", exact=True).wait_for()

        await grace.page.get_by_role("link", name="Drawings", exact=True).click()
        await grace.sees("No drawing is on")
        drawing = await opened_drawing(rest, admin)
        await grace.page.get_by_role("heading", name=drawing["name"]).click()
        await grace.button("One more").click()
        await grace.button("Buy 2 tickets").click()
        await grace.sees("2 tickets are yours")
        await balance.get_by_text("130", exact=True).wait_for()

        await grace.sees("You won!")
        await grace.page.get_by_role("link", name="Verify this draw").click()
        await grace.sees("This record is true")
        await grace.page.go_back()
        await grace.page.get_by_role("link", name="Inbox").click()
        await grace.page.get_by_role("heading", name="You won").first.wait_for()
        await grace.page.get_by_role("link", name="Me", exact=True).click()
        await grace.sees("My prizes")
        await grace.sees("Prize 1")


async def test_a_refused_registration_says_what_is_wrong_with_each_field(
    server: Server, browser: Browser
) -> None:
    refused = "status of 400"  # what Chromium logs of the answer
    async with visiting(browser, server, expected_faults=[refused]) as visitor:
        await visitor.open("/")
        await visitor.button("Create an account").click()
        too_young = instant(SystemClock().now() - timedelta(days=365 * 10))[:10]
        await visitor.fill(Email="kid@journey.example", Password="short", Date_of_birth=too_young, State="TX")
        await visitor.button("Create account").click()
        for label in ("Password", "Date of birth"):
            field = visitor.page.get_by_label(label)
            await visitor.page.wait_for_function(
                "field => field.ariaInvalid === 'true'", arg=await field.element_handle()
            )
        assert await visitor.page.get_by_label("Email").input_value() == "kid@journey.example", (
            "nothing typed is lost"
        )

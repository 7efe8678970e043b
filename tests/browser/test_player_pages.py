"""Each page of a player's: usable by everybody, light and dark, on the smallest phone."""

from playwright.async_api import Browser

from tests import newcomers
from tests.browser.test_player_journey import log_workout, opened_drawing, register
from tests.browser.visitor import DESK, SMALL_PHONE, visiting
from tests.newcomers import PASSWORD, address_of, an_admin, found_in_letters
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


async def test_links_in_letters_lead_to_their_codes(server: Server, browser: Browser) -> None:
    address, new_password = address_of("gina"), "Another-Day-4711!"
    async with Rest(server) as rest, visiting(browser, server) as gina:
        await newcomers.register(rest, address)
        await gina.open("/" + await found_in_letters(server, address, r"#verify=\S+"))
        await gina.sees("Here it is.")
        assert "#" not in gina.page.url
        await gina.button("Verify").click()
        await gina.sees("Your address is verified.")
        await gina.fill(Email=address, Password=PASSWORD)
        await gina.button("Sign in").click()
        await gina.sees("Almost there")
        await rest.post("/auth/forgot-password", {"email": address})
        await gina.open("/" + await found_in_letters(server, address, r"#reset=\S+"))
        await gina.sees("Choose a new password")
        await gina.assert_accessible()
        await gina.fill(New_password=new_password)
        await gina.button("Change password").click()
        await gina.sees("Your password is changed.")
        await gina.fill(Email=address, Password=new_password)
        await gina.button("Sign in").click()
        await gina.sees("Almost there")


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

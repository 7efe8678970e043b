"""Takes the pictures of the README: the pages, as a demo world fills them. `make screenshots` runs it."""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from fittrack.demo.people import ADMIN_EMAIL, DEMO_PASSWORD, PLAYER_EMAIL
from tests.browser.chromium import find_chromium
from tests.browser.visitor import DESK, PHONE, Visitor, visiting
from tests.commands import fittrack
from tests.server import ROOT, Server, serving

IMAGES = ROOT / "docs" / "images"


async def picture(visitor: Visitor, name: str) -> None:
    """Keep what can be seen, once nothing moves."""
    await visitor.page.wait_for_load_state("networkidle")
    await visitor.page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


async def sign_in(visitor: Visitor, path: str, address: str) -> None:
    """As one of the demo accounts."""
    await visitor.open(path)
    await visitor.fill(Email=address, Password=DEMO_PASSWORD)
    await visitor.button("Sign in").click()


async def of_the_player(browser: Browser, server: Server) -> None:
    """The start page, and a drawing on sale, on a phone."""
    async with visiting(browser, server, viewport=PHONE) as riley:
        await sign_in(riley, "/", PLAYER_EMAIL)
        await riley.sees("Latest points")
        await picture(riley, "player-today")
        await riley.open("/#/drawings")
        await riley.page.get_by_role("heading", name="Sunday Summit").first.click()
        await riley.sees("Sales close in")
        await riley.page.evaluate("scrollTo(0, 180)")
        await picture(riley, "player-drawing")


async def of_the_console(browser: Browser, server: Server) -> None:
    """The analytics of the demo world's four weeks, on a desk in the dark."""
    async with visiting(browser, server, viewport=DESK, dark=True) as ada:
        await sign_in(ada, "/ops", ADMIN_EMAIL)
        await ada.page.get_by_role("link", name="Analytics").click()
        await ada.page.get_by_role("img", name="Chart of Registrations").wait_for()
        await ada.sees("Points outstanding")
        await picture(ada, "ops-analytics")


async def take_all(folder: Path) -> None:
    """A server with a demo world, and all pictures of it."""
    server = Server(folder)
    for command in (("migrate",), ("seed", "--once")):
        code, output = await fittrack(server, *command)
        assert code == 0, output
    async with serving(folder) as running, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        await of_the_player(browser, running)
        await of_the_console(browser, running)
        await browser.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as kept:
        asyncio.run(take_all(Path(kept)))

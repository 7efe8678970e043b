"""Somebody at a browser. What the page logs as an error, or asks of another host, fails the test."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Request

from tests.server import PATIENCE_S, Address, Server

PHONE = {"width": 390, "height": 844}
SMALL_PHONE = {"width": 360, "height": 640}
DESK = {"width": 1280, "height": 800}

LOST_CONNECTION = "net::ERR_CONNECTION_REFUSED"
"""What Chromium logs by itself while a server is away."""

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
"""WCAG 2.2 AA, and all below it."""

CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""What alone differs between light and dark."""

FOCUSED = """() => {
  const element = document.activeElement;
  const name = element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent;
  return name.trim();
}"""
"""What somebody hears of what has the focus."""

TABS_MAX = 100
"""Presses of Tab after which something cannot be reached: more than any page here has stops."""


class Visitor:
    """One page of the browser."""

    def __init__(self, page: Page, server: Server | Address, *, dark: bool = False) -> None:
        self.page = page
        self._dark = dark
        self._server = server
        self.faults: list[str] = []
        page.set_default_timeout(PATIENCE_S * 1000)
        page.on("console", self._logged)
        page.on("pageerror", lambda error: self.faults.append(f"{error.name}: {error.message}"))
        page.on("request", self._asked)

    async def open(self, path: str) -> None:
        """Go to a page of the server's."""
        await self.page.goto(self._server.url + path)

    async def fill(self, **fields: str) -> None:
        """Fill fields by their labels: `date_of_birth="1990-05-17"`."""
        for label, value in fields.items():
            field = self.page.get_by_label(label.replace("_", " "), exact=True)
            if await field.evaluate("element => element.tagName") == "SELECT":
                await field.select_option(value)
            else:
                await field.fill(value)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    async def tab_to(self, name: str, *, then: str = "") -> None:
        """Reach what is called `name` with the Tab key, and press `then`."""
        for _ in range(TABS_MAX):
            await self.page.keyboard.press("Tab")
            if await self.focused() == name:
                break
        else:
            raise AssertionError(f"no Tab leads to {name!r}")
        if then:
            await self.page.keyboard.press(then)

    async def type_into(self, name: str, text: str) -> None:
        """Reach a field with the Tab key, and type."""
        await self.tab_to(name)
        await self.page.keyboard.type(text)

    async def focused(self) -> str:
        """What has the focus."""
        return str(await self.page.evaluate(FOCUSED))

    async def gets_focus(self, name: str) -> None:
        """Wait until the focus is on what is called `name`."""
        await self.page.wait_for_function(f"name => ({FOCUSED})() === name", arg=name)

    async def sees(self, text: str) -> Locator:
        """Wait until it can be seen."""
        found = self.page.get_by_text(text).first
        await found.wait_for(state="visible")
        return found

    async def assert_accessible(self) -> None:
        """No violation that axe finds, in light and dark, and no sideways scrolling."""
        results = await Axe().run(self.page, options=RULES)
        self._assert_none(results.response["violations"])
        await self.page.emulate_media(color_scheme="light" if self._dark else "dark")
        results = await self.page.evaluate("rules => axe.run(rules)", CONTRAST)
        self._assert_none(results["violations"])
        await self.page.emulate_media(color_scheme="dark" if self._dark else "light")
        await self.assert_fits()

    async def assert_fits(self) -> None:
        """Nothing has to be scrolled sideways."""
        wide = await self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{self.page.url} scrolls sideways by {wide} px"

    def _assert_none(self, violations: list[dict[str, Any]]) -> None:
        found = [
            f"{violation['id']}: {violation['help']}: {[node['html'][:160] for node in violation['nodes']]}"
            for violation in violations
        ]
        assert not found, "\n".join([self.page.url, *found])

    def _logged(self, message: ConsoleMessage) -> None:
        if message.type == "error" and LOST_CONNECTION not in message.text:
            self.faults.append(message.text)

    def _asked(self, request: Request) -> None:
        host = urlsplit(request.url).netloc
        if host and host != urlsplit(self._server.url).netloc:
            self.faults.append(f"a request to another host: {request.url}")


@asynccontextmanager
async def visiting(
    browser: Browser,
    server: Server | Address,
    *,
    viewport: dict[str, int] | None = None,
    dark: bool = False,
    expected_faults: Sequence[str] = (),
) -> AsyncIterator[Visitor]:
    """A visitor with a browser profile of their own; in the end their page had no fault."""
    context = await browser.new_context(
        viewport=viewport or DESK,  # type: ignore[arg-type]
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    try:
        visitor = Visitor(await context.new_page(), server, dark=dark)
        yield visitor
    finally:
        await context.close()
    faults = [fault for fault in visitor.faults if not any(part in fault for part in expected_faults)]
    assert not faults, f"the page logged errors: {faults}"

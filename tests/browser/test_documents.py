"""The page of the live protocol shows the document, from this server alone."""

from playwright.async_api import Browser

from protocol.inbound import INBOUND
from protocol.outbound import OUTBOUND
from tests.server import Server


async def test_the_live_protocol_can_be_read(browser: Browser, server: Server) -> None:
    page = await browser.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{server.url}/docs/live")
    await page.locator("main:not([aria-busy])").wait_for()
    assert not complaints
    assert all(url.startswith(server.url) for url in asked)
    shown = set(await page.locator("h3").evaluate_all("all => all.map(each => each.id)"))
    assert {f"message-{message.__name__}" for message in (*INBOUND, *OUTBOUND)} <= shown
    broken = await page.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.hash.slice(1))"
        ".filter(id => !document.getElementById(id))"
    )
    assert broken == []

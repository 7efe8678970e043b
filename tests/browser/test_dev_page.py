"""Developers speak the live protocol by hand."""

import pytest
from playwright.async_api import Browser

from tests.browser.visitor import SMALL_PHONE, visiting
from tests.newcomers import PASSWORD, a_newcomer, address_of
from tests.players import Rest
from tests.server import Server


@pytest.mark.parametrize("encoding", ["msgpack", "json"])
async def test_any_frame_can_be_sent_and_what_comes_is_read(
    server: Server, browser: Browser, encoding: str
) -> None:
    async with Rest(server) as rest, visiting(browser, server, viewport=SMALL_PHONE) as dev:
        await a_newcomer(server, rest, f"dev-{encoding}")
        await dev.open("/dev")
        await dev.fill(Encoding=encoding)
        await dev.button("Connect").click()
        await dev.sees("came hello")
        await dev.fill(Email=address_of(f"dev-{encoding}"), Password=PASSWORD)
        await dev.button("Authenticate").click()
        await dev.sees("came welcome")
        await dev.fill(Frame='{"t": "sub", "id": 7, "ch": "drawings"}')
        await dev.button("Send").click()
        await dev.sees("came snapshot")
        await dev.assert_accessible()

"""An admin enters the round that a closed drawing waits for, while no source of rounds answers."""

import csv
from pathlib import Path

from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Locator

from fittrack.kit.standing import Role
from tests.actors.beacon_house import pass_the_close_and_the_draw, plan_of, sold_drawing
from tests.actors.house import House, a_house
from tests.admins import Authenticator
from tests.beacons import OWN_CHAIN, a_drand, signed
from tests.browser.visitor import SMALL_PHONE, Visitor, visiting
from tests.players import Rest
from tests.server import Address
from tests.world import ADMIN_PASSWORD, enrol

REFUSED = ("status of 403", "status of 409", "status of 422")


async def an_admin_with_a_factor(house: House, rest: Rest) -> Authenticator:
    """Of the admin `boss@test.example`."""
    token = (await enrol(house.node, "boss", role=Role.ADMIN)).token
    enrolled = await rest.post("/auth/mfa/enroll", {"password": ADMIN_PASSWORD}, token=token)
    app = Authenticator(enrolled["secret"])
    await rest.post("/auth/mfa/confirm", {"code": app.code(house.clock.now())}, token=token)
    return app


async def enter(dialog: Locator, signature: str) -> None:
    """Give the signature of the round that stands there."""
    await dialog.get_by_label("Signature").fill(signature)
    await dialog.get_by_role("button", name="Draw with it").click()


async def winners_of(visitor: Visitor) -> list[dict[str, str]]:
    """As the console saves them for a spreadsheet."""
    async with visitor.page.expect_download() as saved:
        await visitor.page.get_by_role("button", name="Winners, CSV").click()
    return rows_in(await (await saved.value).path())


def rows_in(file: Path) -> list[dict[str, str]]:
    """Each with the names of its columns."""
    return list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))


async def test_a_round_entered_by_hand_draws_a_drawing_that_waits_for_it(
    tmp_path: Path, browser: Browser
) -> None:
    async with (
        a_drand() as drand,
        a_house(tmp_path, chain=OWN_CHAIN, DRAND_URL=drand.url) as house,
        TestServer(house.node.app) as served,
        Rest(Address(served.port)) as rest,
        visiting(browser, Address(served.port), viewport=SMALL_PHONE, expected_faults=REFUSED) as ada,
    ):
        drand.is_down = True
        drawing_id = await sold_drawing(house)
        await pass_the_close_and_the_draw(house)
        number = (await plan_of(house, drawing_id)).round
        app = await an_admin_with_a_factor(house, rest)
        await ada.open(f"/ops#/drawings/{drawing_id}")
        await ada.fill(Email="boss@test.example", Password=ADMIN_PASSWORD)
        await ada.button("Sign in").click()
        await ada.button("Enter the round").click()
        dialog = ada.page.get_by_role("dialog", name="Enter the round?")
        assert await dialog.get_by_label("Round").input_value() == str(number)
        await enter(dialog, "no signature")
        await dialog.get_by_text("96 hexadecimal digits, in lower case").wait_for()
        await ada.assert_accessible()
        await enter(dialog, signed(number + 1).signature.hex())
        asked = ada.page.get_by_role("dialog", name="Second factor")
        await asked.get_by_label("Code").fill(app.code(house.clock.now(), steps=1))
        await asked.get_by_role("button", name="Continue").click()
        await dialog.get_by_text("has another signature").wait_for()
        await enter(dialog, signed(number).signature.hex())
        await dialog.wait_for(state="detached")
        await ada.page.get_by_role("region", name="Winners").get_by_role("listitem").nth(1).wait_for()
        assert {row["email"] for row in await winners_of(ada)} == {"ann@test.example", "bob@test.example"}
        assert await ada.button("Enter the round").count() == 0

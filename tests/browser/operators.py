"""Admins at the console."""

from fittrack.kit.clock import SystemClock
from tests.admins import Authenticator
from tests.browser.visitor import Visitor
from tests.newcomers import PASSWORD, address_of

REFUSED = ("status of 403", "status of 409")
"""What Chromium logs when the second factor is missing."""


async def sign_in_at_console(visitor: Visitor, name: str) -> None:
    """Fill the form at the door."""
    await visitor.open("/ops")
    await visitor.fill(Email=address_of(name), Password=PASSWORD)
    await visitor.button("Sign in").click()


async def enter_console(visitor: Visitor, name: str) -> None:
    """Sign in, and wait until the console is live."""
    await sign_in_at_console(visitor, name)
    await visitor.page.get_by_text("Live", exact=True).wait_for()


async def set_up_factor_in_dialog(visitor: Visitor) -> Authenticator:
    """Answer the question for a second factor by setting one up; then what asked for it goes on."""
    dialog = visitor.page.get_by_role("dialog", name="Second factor")
    await dialog.get_by_role("button", name="I have no authenticator yet").click()
    await dialog.get_by_label("Your password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Set up").click()
    secret = await dialog.get_by_label("Secret").inner_text()
    app = Authenticator(secret.replace(" ", ""))
    await dialog.get_by_label("First code").fill(app.code(SystemClock().now()))
    await dialog.get_by_role("button", name="Put it in force").click()
    await dialog.get_by_role("button", name="I have kept them").click()
    await dialog.wait_for(state="hidden")
    return app

"""What admins do over REST: show their second factor, make the drawings that tests need."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from pyotp import TOTP

from fittrack.kit.clock import SystemClock
from protocol.shapes import instant
from tests.players import Rest
from tests.world import ADMIN_PASSWORD

PRIZES = 3

Post = Callable[[str, object], Awaitable[dict[str, Any]]]
"""Has something done, as an admin, that must be granted."""


class Authenticator:
    """An authenticator app."""

    def __init__(self, secret: str) -> None:
        self._totp = TOTP(secret)

    def code(self, now: datetime, *, steps: int = 0) -> str:
        """The code that it shows, or shows so many steps later."""
        return self._totp.at(now, counter_offset=steps)


async def set_up_factor(post: Post, now: datetime) -> Authenticator:
    """Enrol a second factor; its first code counts as a check."""
    app = Authenticator((await post("/auth/mfa/enroll", {"password": ADMIN_PASSWORD}))["secret"])
    await post("/auth/mfa/confirm", {"code": app.code(now)})
    return app


async def step_up(rest: Rest, admin: str) -> Authenticator:
    """Have the admin enrol on a real server: for ten minutes he may do what needs a second factor."""
    return await set_up_factor(partial(rest.post, token=admin), SystemClock().now())


async def draft_drawing(
    rest: Rest,
    admin: str,
    *,
    cost: int = 1,
    sales_s: float = 3_600,
    draw_after_s: float = 1,
    **more: object,
) -> dict[str, Any]:
    """A draft with prizes for three, whose sales close in `sales_s` seconds."""
    close = SystemClock().now() + timedelta(seconds=sales_s)
    drawing = await rest.post(
        "/drawings",
        {
            "drawing_type": "daily",
            "name": "The next draw",
            "ticket_cost_points": cost,
            "ticket_sales_close": instant(close),
            "drawing_time": instant(close + timedelta(seconds=draw_after_s)),
            "eligibility": {"min_account_age_days": 0},
            **more,
        },
        token=admin,
    )
    for rank in range(1, PRIZES + 1):
        prize = {
            "drawing_id": drawing["drawing_id"],
            "rank": rank,
            "name": f"Prize {rank}",
            "value_usd": "10.00",
        }
        await rest.post("/prizes", prize, token=admin)
    return drawing


async def open_drawing(rest: Rest, admin: str, **options: Any) -> UUID:
    """An open drawing."""
    drawing = await draft_drawing(rest, admin, **options)
    for step in ("schedule", "open"):
        await rest.post(f"/drawings/{drawing['drawing_id']}/{step}", token=admin)
    return UUID(drawing["drawing_id"])

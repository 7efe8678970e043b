"""What admins do over REST to make drawings that tests need."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from fittrack.kit.clock import SystemClock
from protocol.shapes import instant
from tests.players import Rest

PRIZES = 3


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

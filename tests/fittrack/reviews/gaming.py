"""What those do who look as if they were gaming."""

from datetime import timedelta
from typing import Any

from protocol.shapes import instant
from tests.actors.house import House
from tests.door import Client, Door, a_player

HARD = {"activity_type": "active_minutes", "intensity": "vigorous"}
"""Three points a minute."""


async def a_gamer(house: House, client: Client, name: str = "joe", *, minutes: int = 101) -> Door:
    """A player who typed in so many vigorous minutes of today."""
    player = await a_player(house, client, name, display_name=f"Player {name}")
    await player.granted("/activities", typed_in(house, minutes))
    return player


def typed_in(house: House, minutes: int, **more: Any) -> dict[str, object]:
    """Vigorous minutes of today, by hand."""
    start = house.clock.now() - timedelta(hours=8)
    return {
        **HARD,
        "start_time": instant(start),
        "end_time": instant(start + timedelta(minutes=minutes)),
        "duration_minutes": minutes,
        "source": "manual",
        **more,
    }


async def the_review(door: Door) -> dict[str, Any]:
    """The only review of a player, as the player reads it."""
    (review,) = (await door.get("/users/me/reviews"))["items"]
    found: dict[str, Any] = review
    return found

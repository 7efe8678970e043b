"""What a client lives through: hello, welcome, commands, refresh, the end."""

from datetime import timedelta

import pytest

from fittrack.kit.ids import uuid7
from fittrack.kit.problems import Busy
from tests.fittrack.server.websocket.house import House


def a_purchase() -> dict[str, object]:
    return {"drawing_id": str(uuid7()), "quantity": 3}


@pytest.mark.parametrize("subprotocol", ["fittrack.v1.msgpack", "fittrack.v1.json"])
async def test_a_player_is_greeted_welcomed_and_served_in_both_encodings(
    house: House, subprotocol: str
) -> None:
    player = await house.connect(subprotocol=subprotocol)
    hello = await player.next()
    assert (hello["t"], hello["d"]["node"]) == ("hello", "local")
    welcome = await player.sign_in(house.product.sign_up())
    assert welcome["t"] == "welcome"
    assert welcome["d"]["resumed"] is False
    answer = await player.ask("tickets.buy", a_purchase(), key=str(uuid7()))
    assert (answer["t"], answer["d"]["quantity"]) == ("ok", 3)

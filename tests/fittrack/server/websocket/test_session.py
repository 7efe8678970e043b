"""What a client lives through: hello, welcome, commands, refresh, the end."""

import asyncio
import os
from datetime import timedelta
from typing import Any

import pytest

from fittrack.kit.ids import uuid7
from fittrack.kit.problems import Busy, NotFound
from fittrack.server.client import OPENS_AGAIN_AFTER_S
from fittrack.server.websocket import WebSocketSettings
from protocol.session import Session
from tests.fittrack.server.websocket.house import House, open_house


def a_purchase() -> dict[str, Any]:
    return {"drawing_id": str(uuid7()), "quantity": 3}


@pytest.mark.parametrize("subprotocol", ["fittrack.v1.msgpack", "fittrack.v1.json"])
async def test_a_player_is_greeted_welcomed_and_served_in_both_encodings(
    house: House, subprotocol: str
) -> None:
    player = await house.connect(subprotocol=subprotocol)
    hello = await player.next()
    assert (hello["t"], hello["d"]["node"]) == ("hello", "local")
    welcome = await player.sign_in(house.product.sign_up())
    assert (welcome["t"], welcome["d"]["resumed"]) == ("welcome", False)
    answer = await player.ask("tickets.buy", a_purchase(), key=str(uuid7()))
    assert (answer["t"], answer["d"]["quantity"]) == ("ok", 3)


async def test_answers_of_one_commit_travel_as_one_message(house: House) -> None:
    player = await house.enter()
    house.product.answers_commands = False
    await player.send(
        *({"t": "tickets.buy", "id": n, "key": str(uuid7()), "d": a_purchase()} for n in range(50))
    )
    await house.eventually(lambda: len(house.product.unanswered) == 50)
    before = player.messages
    for exchange in house.product.unanswered:
        exchange.err(NotFound())
    assert [(await player.next())["id"] for _ in range(50)] == list(range(50))
    assert player.messages == before + 1


async def test_a_message_never_holds_more_than_64_frames(house: House) -> None:
    token = house.product.sign_up()
    player = await house.enter(token)
    before = player.messages
    for _ in range(65):
        house.product.earn(house.product.user_of(token))
    assert [(await player.next())["seq"] for _ in range(65)] == list(range(1, 66))
    assert player.messages == before + 2


async def test_a_bad_token_is_refused_with_its_problem_and_4500(house: House) -> None:
    player = await house.connect()
    answer = await player.sign_in("forged")
    assert (answer["t"], answer["d"]["code"]) == ("err", "unauthenticated")
    assert await player.close_code() == 4500


async def test_trouble_while_signing_in_lets_the_client_come_back(house: House) -> None:
    house.product.refuse_tokens = Busy()
    player = await house.connect()
    assert (await player.sign_in("any"))["d"]["retryable"] is True
    assert await player.close_code() == 4001


async def test_a_sign_in_waits_while_nobody_answers_for_the_player(house: House) -> None:
    house.product.nobody_opens = True
    token = house.product.sign_up()
    player = await house.connect()
    welcome = asyncio.create_task(player.sign_in(token))
    for asked in range(1, 4):
        await house.eventually(lambda asked=asked: house.product.asked_in_vain >= asked)
        await house.clock.advance(1.5 * OPENS_AGAIN_AFTER_S)
    house.product.nobody_opens = False
    await house.clock.advance(1.5 * OPENS_AGAIN_AFTER_S)
    assert (await welcome)["t"] == "welcome"


async def test_a_sign_in_does_not_wait_for_ever(house: House) -> None:
    house.product.nobody_opens = True
    player = await house.connect()
    refusal = asyncio.create_task(player.sign_in(house.product.sign_up()))
    await house.eventually(lambda: house.product.asked_in_vain > 0)
    while not refusal.done():
        await house.clock.advance(1.5 * OPENS_AGAIN_AFTER_S)
        await asyncio.sleep(0)
    assert refusal.result()["d"]["code"] == "busy"
    assert await player.close_code() == 4001


async def test_a_stranger_who_says_nothing_is_closed_after_ten_seconds(house: House) -> None:
    player = await house.connect()
    await player.next()
    await house.clock.advance(9)
    assert len(house.sockets.hub) == 1
    await house.clock.advance(2.1)
    assert await player.close_code() == 4004


async def test_a_token_is_refreshed_before_it_ends(house: House) -> None:
    token = house.product.sign_up(life=timedelta(seconds=90))
    player = await house.enter(token)
    await house.clock.advance(31.1)
    assert (await player.until("expiring"))["d"]["expires_at"] == "2026-03-01T12:01:30.000Z"
    newer = house.product.sign_up(user_id=house.product.user_of(token))
    assert (await player.ask("refresh", {"token": newer}))["t"] == "ok"
    await house.clock.advance(50)
    await player.ask("ping")
    await house.clock.advance(50)
    assert (await player.ask("ping"))["t"] == "pong"


async def test_a_token_of_somebody_else_refreshes_nothing(house: House) -> None:
    player = await house.enter()
    answer = await player.ask("refresh", {"token": house.product.sign_up()})
    assert (answer["t"], answer["d"]["code"]) == ("err", "forbidden")


async def test_an_expired_token_has_25_seconds_of_grace(house: House) -> None:
    player = await house.enter(house.product.sign_up(life=timedelta(seconds=30)))
    await house.clock.advance(54)
    assert len(house.sockets.hub) == 1
    await house.clock.advance(2.1)
    assert await player.close_code() == 4005


async def test_the_sixth_connection_of_an_account_closes_its_oldest(house: House) -> None:
    token = house.product.sign_up()
    players = [await house.enter(token) for _ in range(6)]
    assert await players[0].close_code() == 4504
    for player in players[1:]:
        assert (await player.ask("ping"))["t"] == "pong"
    assert len(house.sockets.hub.connections_of(house.product.user_of(token))) == 5


async def test_the_sixth_connection_of_an_account_closes_its_oldest_at_whatever_node_that_is(
    house: House,
) -> None:
    token = house.product.sign_up()
    async with (
        open_house(WebSocketSettings(node="b"), beside=house) as second,
        open_house(WebSocketSettings(node="c"), beside=house) as third,
    ):
        players = []
        for each in (second, house, second, third, house, house, third):
            await house.clock.advance(1)
            players.append(await each.enter(token))
        for player in players[:2]:
            assert await player.close_code() == 4504
        for player in players[2:]:
            assert (await player.ask("ping"))["t"] == "pong"
        assert [len(each.sockets.hub) for each in (house, second, third)] == [2, 1, 2]


async def test_who_left_makes_room_at_every_node(house: House) -> None:
    token = house.product.sign_up()
    async with open_house(WebSocketSettings(node="b"), beside=house) as other:
        stayer = await house.enter(token)
        for _ in range(6):
            await house.clock.advance(1)
            leaver = await other.enter(token)
            await leaver.socket.close()
            await house.eventually(lambda: len(other.sockets.hub) == 0)
        assert (await stayer.ask("ping"))["t"] == "pong"


async def test_a_revoked_session_is_closed_at_once_and_no_other(house: House) -> None:
    phone = house.product.sign_up()
    tablet = house.product.sign_up(user_id=house.product.user_of(phone))
    on_phone, on_tablet = await house.enter(phone), await house.enter(tablet)
    house.product.revoke(phone)
    assert await on_phone.close_code() == 4503
    assert (await on_tablet.ask("ping"))["t"] == "pong"
    house.product.revoke(tablet, whole_account=True)
    assert await on_tablet.close_code() == 4503


async def test_a_revocation_during_the_sign_in_is_not_missed(house: House) -> None:
    token = house.product.sign_up()
    house.product.opening.clear()
    player = await house.connect()
    await player.send({"t": "auth", "id": 1, "d": {"token": token}})
    await house.product.asked_to_open.wait()
    house.product.revoked_sessions.add(house.product.principals[token].session_id)
    house.product.opening.set()
    assert await player.close_code() == 4503


async def test_a_client_that_falls_silent_is_pinged_then_closed(house: House) -> None:
    pings = 0
    player = await house.enter()
    player.socket._autoping = False
    for _ in range(59):
        await house.clock.advance(1)
    assert len(house.sockets.hub) == 1
    await house.clock.advance(2)
    while not player.socket.closed:
        message = await player.socket.receive()
        pings += message.type == 9
    assert pings == 2
    assert player.socket.close_code == 4004


async def test_pongs_keep_a_connection_alive(house: House) -> None:
    player = await house.enter()
    for _ in range(4):
        await house.clock.advance(30)
        await player.ask("ping")
    assert len(house.sockets.hub) == 1


async def test_malformed_frames_are_answered_then_end_the_connection(house: House) -> None:
    player = await house.enter()
    for _ in range(8):
        await player.socket.send_bytes(os.urandom(3) + b"\xc1")
    assert await player.close_code() == 4502


async def test_a_message_that_is_too_large_is_answered_before_the_end(house: House) -> None:
    player = await house.connect()
    await player.next()
    await player.socket.send_bytes(bytes(200_000))
    answer = await player.next()
    assert (answer["t"], answer["d"]["code"]) == ("err", "body-too-large")
    assert await player.close_code() == 4502


async def test_a_closed_connection_leaves_nothing_behind(house: House) -> None:
    channel = house.product.open_drawing()
    player = await house.enter()
    await player.ask("sub", ch=channel)
    await player.socket.close()
    await house.eventually(lambda: not len(house.sockets.hub))
    assert not house.sockets.fanout.size(channel)
    assert not house.sockets.hub.accounts
    assert house.product.broker.topics() == 2  # revocations and changed standings


async def test_answers_for_a_client_that_left_are_dropped(house: House) -> None:
    player = await house.enter()
    house.product.answers_commands = False
    await player.send({"t": "tickets.buy", "id": 1, "key": str(uuid7()), "d": a_purchase()})
    await house.eventually(lambda: bool(house.product.unanswered))
    await player.socket.close()
    await house.eventually(lambda: not len(house.sockets.hub))
    house.product.unanswered[0].err(NotFound())


async def test_a_defect_in_the_product_is_answered_and_costs_nobody_the_connection(house: House) -> None:
    player = await house.enter()
    house.product.defect = OverflowError("a number that nobody expected")
    answer = await player.ask("tickets.buy", a_purchase(), key=str(uuid7()))
    assert (answer["t"], answer["d"]["code"]) == ("err", "internal")
    house.product.defect = None
    assert (await player.ask("tickets.buy", a_purchase(), key=str(uuid7())))["t"] == "ok"


async def test_a_defect_of_the_session_ends_the_connection_with_its_code(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OverflowError("a number that nobody expected")

    player = await house.enter()
    monkeypatch.setattr(Session, "receive", fail)
    await player.send({"t": "ping", "id": 1})
    assert await player.close_code() == 1011

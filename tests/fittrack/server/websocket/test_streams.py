"""Numbered events: next ones at once, missed ones from the log, in order and complete, whatever happens."""

import asyncio
from typing import Any

import pytest

from tests.fittrack.server.websocket.house import House, Player


async def seqs(player: Player, count: int, kind: str = "points.changed") -> list[int]:
    return [(await player.until(kind))["seq"] for _ in range(count)]


async def test_what_is_earned_is_told_at_once_without_reading_the_log(house: House) -> None:
    token = house.product.sign_up()
    player = await house.enter(token)
    house.product.earn(house.product.user_of(token))
    house.product.notify(house.product.user_of(token))
    assert (await player.next())["d"]["balance"] == 10
    assert (await player.next())["d"]["body"] == "number 1"
    assert house.product.reads == []


async def test_every_connection_of_the_account_is_told(house: House) -> None:
    token = house.product.sign_up()
    players = [await house.enter(token) for _ in range(3)]
    house.product.earn(house.product.user_of(token))
    assert [await seqs(player, 1) for player in players] == [[1], [1], [1]]


async def test_a_resume_replays_everything_missed_before_anything_new(house: House) -> None:
    token = house.product.sign_up()
    user_id = house.product.user_of(token)
    for _ in range(250):
        house.product.earn(user_id)
    house.product.notify(user_id)
    player = await house.connect()
    await player.send({"t": "auth", "id": 1, "d": {"token": token, "resume": {"ledger": 20, "inbox": 0}}})
    welcome = await player.until("welcome")
    assert welcome["d"]["resumed"] is True
    house.product.earn(user_id)
    house.product.tell_streak(user_id, 4)
    received = [await player.next() for _ in range(233)]
    assert [f["seq"] for f in received if f["t"] == "points.changed"] == list(range(21, 252))
    assert [f["seq"] for f in received if f["t"] == "notification"] == [1]
    assert received[-1]["t"] == "streak.changed"


async def test_who_missed_too_much_starts_at_the_heads(house: House) -> None:
    token = house.product.sign_up()
    user_id = house.product.user_of(token)
    for _ in range(1001):
        house.product.earn(user_id)
    player = await house.connect()
    welcome = await player.sign_in(token, resume={"ledger": 0, "inbox": 0})
    assert (welcome["d"]["resumed"], welcome["d"]["ledger_seq"]) == (False, 1001)
    house.product.earn(user_id)
    assert await seqs(player, 1) == [1002]


async def test_a_token_on_the_upgrade_and_an_auth_only_to_resume(house: House) -> None:
    token = house.product.sign_up()
    user_id = house.product.user_of(token)
    for _ in range(5):
        house.product.earn(user_id)
    player = await house.connect(headers={"Authorization": f"Bearer {token}"})
    assert (await player.until("welcome"))["d"]["resumed"] is False
    welcome = await player.ask("auth", {"resume": {"ledger": 2, "inbox": 0}})
    assert welcome["d"]["resumed"] is True
    assert await seqs(player, 3) == [3, 4, 5]


async def test_what_is_committed_while_the_player_is_read_is_not_lost(house: House) -> None:
    token = house.product.sign_up()
    user_id = house.product.user_of(token)
    house.product.opening.clear()
    player = await house.connect()
    await player.send({"t": "auth", "id": 1, "d": {"token": token}})
    await house.product.asked_to_open.wait()
    house.product.earn(user_id)
    house.product.opening.set()
    assert (await player.until("welcome"))["d"]["ledger_seq"] == 0
    assert await seqs(player, 1) == [1]


async def test_a_gap_in_publications_is_read_from_the_log(house: House) -> None:
    token = house.product.sign_up()
    user_id = house.product.user_of(token)
    player = await house.enter(token)
    house.product.earn(user_id, publish=False)
    house.product.earn(user_id)
    house.product.earn(user_id, with_event=False)
    assert await seqs(player, 3) == [1, 2, 3]


async def test_a_publication_that_got_lost_is_found_within_thirty_seconds(house: House) -> None:
    token = house.product.sign_up()
    player = await house.enter(token)
    house.product.earn(house.product.user_of(token), publish=False)
    await house.clock.advance(31)
    assert await seqs(player, 1) == [1]


async def test_a_database_that_is_away_for_a_while_delays_and_loses_nothing(house: House) -> None:
    token = house.product.sign_up()
    user_id = house.product.user_of(token)
    player = await house.enter(token)
    house.product.failing_reads = 3
    house.product.earn(user_id, with_event=False)
    await house.clock.advance(10)
    assert await seqs(player, 1) == [1]
    assert house.product.failing_reads == 0


async def test_a_log_with_a_gap_ends_the_connection_rather_than_skip(house: House) -> None:
    token = house.product.sign_up()
    user_id = house.product.user_of(token)
    player = await house.enter(token)
    for _ in range(3):
        house.product.earn(user_id, publish=False)
    del house.product.log(user_id, "ledger")[0]
    house.product.earn(user_id)
    assert await player.close_code() == 1011


@pytest.mark.parametrize("publish_every", [1, 3])
async def test_events_stay_in_order_while_many_clients_come_and_go(house: House, publish_every: int) -> None:
    token = house.product.sign_up()
    user_id = house.product.user_of(token)

    async def follow(resume: dict[str, Any]) -> list[int]:
        player = await house.enter(token, resume=resume)
        return await seqs(player, 40)

    followers = [asyncio.create_task(follow({"ledger": 0, "inbox": 0})) for _ in range(5)]
    for n in range(40):
        house.product.earn(user_id, publish=n % publish_every == 0)
        await asyncio.sleep(0)
    for _ in range(40):
        if all(follower.done() for follower in followers):
            break
        await house.clock.advance(2)
    for received in await asyncio.gather(*followers):
        assert received == list(range(1, 41))

"""Channels: ok, snapshot, events; state that may be skipped and what never is."""

import asyncio

from fittrack.kit.problems import NotFound
from fittrack.pubsub.messages import position_of
from fittrack.server.fanout import CHUNK_DELIVERIES
from tests.fittrack.server.websocket.house import House


async def test_a_subscription_is_ok_then_the_snapshot_then_the_events(house: House) -> None:
    channel = house.product.open_drawing()
    player = await house.enter()
    await player.send({"t": "sub", "id": 1, "ch": channel})
    frames = [await player.next(), await player.next()]
    house.product.tick(channel, 2, tickets=5)
    frames.append(await player.next())
    assert [(f["t"], f.get("ch"), f.get("seq")) for f in frames] == [
        ("ok", None, None),
        ("snapshot", channel, 1),
        ("drawing.tick", channel, 2),
    ]


async def test_events_while_the_snapshot_is_fetched_follow_it_unless_it_holds_them(house: House) -> None:
    channel = house.product.open_drawing()
    player = await house.enter()
    house.product.snapshots.clear()
    house.product.channels[channel] = 3, house.product.channels[channel][1]
    await player.send({"t": "sub", "id": 1, "ch": channel})
    await house.product.asked_for_snapshot.wait()
    for seq in (2, 3, 4, 5):
        house.product.tick(channel, seq)
    house.product.close_drawing(channel, 6)
    house.product.snapshots.set()
    frames = [await player.next() for _ in range(4)]
    assert [(f["t"], f.get("seq")) for f in frames] == [
        ("ok", None),
        ("snapshot", 3),
        ("drawing.tick", 5),
        ("drawing.closed", 6),
    ]


async def test_a_channel_one_may_not_see_is_an_error_and_no_subscription(house: House) -> None:
    player = await house.enter()
    answer = await player.ask("sub", ch="drawings")
    assert (answer["t"], answer["d"]["code"]) == ("err", NotFound.code)
    assert not house.sockets.fanout.size("drawings")
    assert not house.sockets.fanout.heads()


async def test_after_unsub_there_are_no_more_events(house: House) -> None:
    channel = house.product.open_drawing()
    player = await house.enter()
    await player.ask("sub", ch=channel)
    await player.until("snapshot")
    assert (await player.ask("unsub", ch=channel))["t"] == "ok"
    house.product.tick(channel, 2)
    assert (await player.ask("ping"))["t"] == "pong"
    assert not player.frames


async def test_unsub_right_behind_sub_is_done_in_order(house: House) -> None:
    channel = house.product.open_drawing()
    player = await house.enter()
    house.product.snapshots.clear()
    await player.send({"t": "sub", "id": 1, "ch": channel}, {"t": "unsub", "id": 2, "ch": channel})
    await house.product.asked_for_snapshot.wait()
    house.product.snapshots.set()
    assert [(await player.next()).get("id") for _ in range(3)] == [1, None, 2]
    assert not house.sockets.fanout.size(channel)


async def test_leaving_during_the_snapshot_leaves_nothing_behind(house: House) -> None:
    channel = house.product.open_drawing()
    player = await house.enter()
    house.product.snapshots.clear()
    await player.send({"t": "sub", "id": 1, "ch": channel})
    await house.product.asked_for_snapshot.wait()
    await player.socket.close()
    await house.eventually(lambda: not house.sockets.fanout.size(channel))
    house.product.snapshots.set()
    assert house.product.broker.topics() == 2  # revocations and changed standings


async def test_both_encodings_get_the_same_broadcast(house: House) -> None:
    channel = house.product.open_drawing()
    players = []
    for subprotocol in ("fittrack.v1.msgpack", "fittrack.v1.json"):
        player = await house.connect(subprotocol=subprotocol)
        await player.sign_in(house.product.sign_up())
        await player.ask("sub", ch=channel)
        await player.until("snapshot")
        players.append(player)
    house.product.tick(channel, 2, tickets=9)
    assert await players[0].next() == await players[1].next()


async def test_what_is_older_than_the_last_event_is_dropped_unless_it_must_be_told(house: House) -> None:
    channel = house.product.open_drawing()
    player = await house.enter()
    await player.ask("sub", ch=channel)
    await player.until("snapshot")
    house.product.tick(channel, 5)
    house.product.tick(channel, 4)
    house.product.close_drawing(channel, 4)
    assert [(await player.next())["t"] for _ in range(2)] == ["drawing.tick", "drawing.closed"]


async def test_a_channel_event_lost_between_nodes_is_found_within_thirty_seconds(house: House) -> None:
    channel = house.product.open_drawing()
    player = await house.enter()
    await player.ask("sub", ch=channel)
    await player.until("snapshot")
    house.product.tick(channel, 2)
    house.product.lose_tick(channel, 3, tickets=11)
    await player.next()
    await house.clock.advance(31)
    assert (await player.next())["d"]["tickets"] == 11


async def test_a_closing_lost_between_nodes_is_told_within_thirty_seconds_and_once(house: House) -> None:
    channel = house.product.open_drawing()
    player = await house.enter()
    await player.ask("sub", ch=channel)
    await player.until("snapshot")
    house.product.close_drawing(channel, 2, lost=True)
    await house.clock.advance(30)
    assert (await player.next())["t"] == "drawing.closed"
    await house.clock.advance(30)
    assert (await player.ask("ping"))["t"] == "pong"
    assert not player.frames


async def test_a_closing_that_was_heard_is_not_told_again(house: House) -> None:
    channel = house.product.open_drawing()
    player = await house.enter()
    await player.ask("sub", ch=channel)
    await player.until("snapshot")
    house.product.close_drawing(channel, 2)
    assert (await player.next())["t"] == "drawing.closed"
    await house.clock.advance(30)
    assert (await player.ask("ping"))["t"] == "pong"
    assert not player.frames


async def test_who_came_after_a_closing_is_shown_it_and_not_told(house: House) -> None:
    channel = house.product.open_drawing()
    house.product.close_drawing(channel, 2)
    await house.clock.advance(8)
    house.product.channels[channel] = position_of(house.clock.now()), house.product.channels[channel][1]
    player = await house.enter()
    await player.ask("sub", ch=channel)
    await player.until("snapshot")
    await house.clock.advance(30)
    assert (await player.ask("ping"))["t"] == "pong"
    assert not player.frames


async def test_fifty_channels_at_once_come_one_after_the_other(house: House) -> None:
    channels = [house.product.open_drawing() for _ in range(50)]
    player = await house.enter()
    await player.send(*({"t": "sub", "id": n, "ch": ch} for n, ch in enumerate(channels)))
    answers = [await player.next() for _ in range(100)]
    assert [f["id"] for f in answers[::2]] == list(range(50))
    assert [f["ch"] for f in answers[1::2]] == channels


async def test_a_broadcast_to_many_lets_others_speak_in_between(house: House) -> None:
    channel = house.product.open_drawing()
    watchers = await asyncio.gather(*(house.enter() for _ in range(250)))
    for watcher in watchers:
        await watcher.ask("sub", ch=channel)
        await watcher.until("snapshot")
    before = house.sockets.fanout.deliveries
    house.product.tick(channel, 2)
    assert house.sockets.fanout.deliveries - before == CHUNK_DELIVERIES
    for _ in range(250 // CHUNK_DELIVERIES):
        await asyncio.sleep(0)
    assert house.sockets.fanout.deliveries - before == 250
    assert [(await watcher.next())["seq"] for watcher in watchers] == [2] * 250

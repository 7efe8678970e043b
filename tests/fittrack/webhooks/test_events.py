"""What happens is told to those who subscribed to it, in the transaction of the fact."""

from uuid import UUID

from fittrack.drawings.commands import CancelDrawing
from fittrack.privacy.commands import DeleteAccount
from tests.fittrack.webhooks.conftest import EVERYTHING, Post
from tests.fittrack.webhooks.receiver import Receiver


async def test_a_drawing_is_told_from_the_points_to_the_prize(post: Post, receiver: Receiver) -> None:
    await post.endpoint(receiver)
    player, drawing = await post.sold_drawing()
    await post.house.pass_time(hours=1, minutes=5)
    await post.house.node.jobs.apply_effects()
    await post.send()
    told = {message.type: message.content["data"] for message in receiver.got}
    assert set(told) == set(EVERYTHING) - {"points.adjusted", "drawing.cancelled"}
    assert told["points.earned"]["user_id"] == str(player)
    bought = told["tickets.purchased"]
    assert (bought["drawing_id"], bought["quantity"], bought["points_spent"]) == (str(drawing), 3, 30)
    assert told["drawing.completed"] == {"drawing_id": str(drawing), "status": "completed"}
    prize = told["fulfillment.updated"]
    assert (prize["status"], prize["step"]) == ("winner_notified", 1)
    assert prize["fulfillment_id"] == told["fulfillment.created"]["fulfillment_id"]


async def test_a_cancelled_drawing_and_each_refund_are_told(post: Post, receiver: Receiver) -> None:
    await post.endpoint(receiver, "drawing.cancelled", "points.adjusted")
    player, drawing = await post.sold_drawing()
    await post.house.run(drawing, CancelDrawing("The sponsor left"))
    await post.house.node.jobs.apply_effects()
    await post.send()
    assert sorted(receiver.types()) == ["drawing.cancelled", "points.adjusted"]
    refund = next(message for message in receiver.got if message.type == "points.adjusted").content["data"]
    assert (refund["user_id"], refund["amount"]) == (str(player), 30)


async def test_nobody_is_told_what_they_did_not_ask_for(post: Post, receiver: Receiver) -> None:
    await post.endpoint(receiver, "points.adjusted")
    player, _ = await post.sold_drawing()
    await post.adjust(player)
    await post.send()
    assert receiver.types() == ["points.adjusted"]


async def test_a_message_says_no_more_of_a_person_than_an_id(post: Post, receiver: Receiver) -> None:
    await post.endpoint(receiver)
    player, _ = await post.sold_drawing()
    await post.adjust(player)
    await post.send()
    for message in receiver.got:
        assert set(message.content) == {"type", "timestamp", "data"}
        assert b"joe" not in message.body and b"gift" not in message.body


async def test_what_was_refused_is_not_told(post: Post, receiver: Receiver) -> None:
    await post.endpoint(receiver, "points.adjusted")
    player = await post.house.player(days=0)
    body = {"amount": -5, "reason": "Too much"}
    assert await post.admin.refused(f"/admin/users/{player}/adjust-points", body) == "insufficient-points"
    await post.send()
    assert receiver.got == []


async def test_two_endpoints_are_told_under_one_id(post: Post, receiver: Receiver) -> None:
    first = await post.endpoint(receiver, "points.adjusted")
    second = await post.endpoint(receiver, "points.adjusted")
    await post.adjust(await post.house.player(days=0))
    await post.send()
    one, other = receiver.got
    assert one.id == other.id and UUID(one.id)
    assert {one.is_signed_by(first["secret"]), other.is_signed_by(first["secret"])} == {True, False}
    assert {one.is_signed_by(second["secret"]), other.is_signed_by(second["secret"])} == {True, False}


async def test_what_who_leaves_forfeits_is_told(post: Post, receiver: Receiver) -> None:
    await post.endpoint(receiver, "fulfillment.updated")
    house = post.house
    (joe, _), (ann, _) = await post.sold_drawing("joe"), await post.sold_drawing("ann")
    await house.pass_time(hours=1)
    await house.do(ann, DeleteAccount())  # after the close, before the draw
    await house.pass_time(minutes=5)
    await house.node.jobs.apply_effects()
    await house.do(joe, DeleteAccount())  # knows of the prize
    await post.send()
    steps = [(message.content["data"]["step"], message.content["data"]["status"]) for message in receiver.got]
    assert sorted(steps) == [(1, "forfeited"), (1, "winner_notified"), (2, "forfeited")]

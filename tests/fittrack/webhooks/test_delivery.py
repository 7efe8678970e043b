"""Messages arrive, signed; what fails is tried for days, then given up; nobody holds up anybody."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from fittrack.accounts.passwords import Passwords
from fittrack.app import Node
from fittrack.webhooks.delivering import LEASE
from fittrack.webhooks.rules import DISABLE_AFTER, JITTER, OVERLAP, RETRIES, WARN_AFTER
from tests.actors.house import a_house
from tests.door import an_admin, opened
from tests.fittrack.webhooks.conftest import Post
from tests.fittrack.webhooks.receiver import Receiver, a_receiver
from tests.world import no_fatal

WAITS = [wait * (1 + JITTER) for wait in RETRIES]
"""How long to wait for each retry at the longest."""


async def test_the_published_library_accepts_a_message(tmp_path: Path, receiver: Receiver) -> None:
    today = datetime.now(UTC).replace(microsecond=0)  # the library looks at the real clock
    async with a_house(tmp_path, start=today) as house, opened(house.node) as client:
        post = Post(house, await an_admin(house, client))
        endpoint = await post.endpoint(receiver)
        await post.test(endpoint)
        await post.send()
        [message] = receiver.got
        assert endpoint["secret"].startswith("whsec_")
        verified = Webhook(endpoint["secret"]).verify(message.body, message.headers)
        assert verified["data"] == {"endpoint_id": endpoint["endpoint_id"]}


async def test_what_fails_is_tried_for_days_under_one_id_and_then_given_up(
    post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver)
    receiver.will(500, times=len(RETRIES) + 1)
    await post.test(endpoint)
    await post.send()
    for wait in WAITS:
        await post.later(seconds=wait.total_seconds())
    await post.later(days=3)
    assert len(receiver.got) == len(RETRIES) + 1
    assert len({message.id for message in receiver.got}) == 1
    await post.sign_in_again()
    delivery = await post.delivery(endpoint)
    assert (delivery["status"], delivery["last_status_code"]) == ("failed", 500)
    assert [each["answer"] for each in delivery["attempt_log"]] == ["not today"] * len(receiver.got)
    assert delivery["payload"] == receiver.got[0].content
    assert post.house.node.partners.deliveries.outcomes["given_up"] == 1


async def test_a_retry_waits_for_its_time(post: Post, receiver: Receiver) -> None:
    endpoint = await post.endpoint(receiver)
    receiver.will(503)
    await post.test(endpoint)
    await post.send()
    await post.later(seconds=4)
    assert len(receiver.got) == 1
    await post.later(seconds=2)
    assert len(receiver.got) == 2
    assert (await post.delivery(endpoint))["status"] == "delivered"
    assert (await post.seen(endpoint))["failing_since"] is None


async def test_who_asks_for_patience_is_left_alone_with_everything(post: Post, receiver: Receiver) -> None:
    endpoint = await post.endpoint(receiver)
    receiver.will(429, **{"Retry-After": "3600"})
    await post.test(endpoint)
    await post.send()
    await post.test(endpoint)
    await post.later(minutes=59)
    assert len(receiver.got) == 1
    await post.later(minutes=2)
    assert len(receiver.got) == 3


async def test_a_redirect_is_not_followed(post: Post, receiver: Receiver) -> None:
    endpoint = await post.endpoint(receiver)
    receiver.will(307, Location=receiver.url.replace("/hook", "/elsewhere"))
    await post.test(endpoint)
    await post.send()
    assert receiver.elsewhere == 0
    assert "redirect" in (await post.delivery(endpoint))["last_error"]


async def test_who_is_gone_is_switched_off_and_admins_are_told(post: Post, receiver: Receiver) -> None:
    endpoint = await post.endpoint(receiver)
    receiver.will(410)
    await post.test(endpoint)
    await post.send()
    seen = await post.seen(endpoint)
    assert (seen["active"], seen["disabled_reason"]) == (False, "gone")
    await post.house.node.jobs.apply_effects()
    [notice] = await post.house.inbox(post.admin.user_id)
    assert "switched off: 127.0.0.1" in notice.title and "410" in notice.body
    assert notice.reference_id == endpoint["endpoint_id"]
    [disabled] = (await post.admin.get("/admin/audit?action=webhook.disable"))["items"]
    assert disabled["after"]["disabled_reason"] == "gone"
    alerts = (await post.admin.get("/admin/live"))["alerts"]
    assert "webhook-disabled" in [alert["code"] for alert in alerts]
    path = f"/webhooks/{endpoint['endpoint_id']}/test"
    assert await post.admin.refused(path, {}) == "webhook-inactive"


async def test_who_takes_nothing_is_announced_and_then_switched_off_and_keeps_what_waited(
    post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver)
    player = await post.house.player(days=0)
    receiver.will(500, times=4)
    await post.adjust(player)
    await post.send()
    await post.later(seconds=WARN_AFTER.total_seconds())
    await post.later(seconds=WARN_AFTER.total_seconds())
    await post.house.node.jobs.apply_effects()
    await post.sign_in_again()
    assert [notice.title for notice in await post.house.inbox(post.admin.user_id)] == [
        "A webhook is failing: 127.0.0.1"
    ]
    await post.later(seconds=DISABLE_AFTER.total_seconds())
    await post.house.node.jobs.apply_effects()
    await post.sign_in_again()
    assert (await post.seen(endpoint))["disabled_reason"] == "failing"
    assert len(await post.house.inbox(post.admin.user_id)) == 2
    letters = post.house.node.settings.mail_dir
    await post.house.node.jobs.deliver_mail()
    assert any("switched off" in file.read_text() for file in letters.glob("*.eml"))
    on = f"/webhooks/{endpoint['endpoint_id']}"
    await post.admin.granted(on, {"active": True}, method="PATCH")
    await post.later(days=1)
    await post.sign_in_again()
    assert (await post.deliveries(endpoint, "?status=delivered"))[0]["event_type"] == "points.adjusted"


async def test_a_slow_endpoint_holds_up_nobody(post: Post, receiver: Receiver) -> None:
    async with a_receiver() as quick:
        slow = await post.endpoint(receiver)
        receiver.may_answer.clear()
        for _ in range(12):
            await post.test(slow)
        await post.house.node.partners.deliveries.deliver_due()
        await receiver.arrived.wait()
        await post.test(await post.endpoint(quick))
        await post.house.node.partners.deliveries.deliver_due()
        await quick.arrived.wait()
        assert len(receiver.got) < 12, "it has no more than its share under way"
        receiver.may_answer.set()
        await post.send()
        assert len(receiver.got) == 12


async def test_a_node_that_dies_between_sending_and_noting_sends_again_under_the_same_id(
    post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver)
    receiver.may_answer.clear()
    await post.test(endpoint)
    await post.house.node.partners.deliveries.deliver_due()
    await receiver.arrived.wait()
    await post.house.node.partners.deliveries.stop()
    receiver.may_answer.set()
    await post.send()
    assert len(receiver.got) == 1, "it is still claimed"
    await post.later(seconds=LEASE.total_seconds())
    first, second = receiver.got
    assert (first.id, first.body) == (second.id, second.body)
    assert (await post.delivery(endpoint))["attempts"] == 2


async def test_two_nodes_send_each_message_once(post: Post, receiver: Receiver) -> None:
    endpoint = await post.endpoint(receiver, "points.adjusted")
    other = Node(
        post.house.node.settings,
        on_fatal=no_fatal,
        clock=post.house.clock,
        passwords=Passwords(memory_kib=8, passes=1, threads=1),
    )
    try:
        player = await post.house.player(days=0)
        for amount in range(1, 21):
            await post.adjust(player, amount)
        await asyncio.gather(post.send(), other.jobs.deliver_webhooks())
    finally:
        await other.close()
    await post.send()
    assert len(receiver.got) == len({message.id for message in receiver.got}) == 20
    assert {each["status"] for each in await post.deliveries(endpoint)} == {"delivered"}


async def test_a_replaced_secret_signs_for_a_day_more(post: Post, receiver: Receiver) -> None:
    endpoint = await post.endpoint(receiver)
    former = endpoint["secret"]
    rotated = await post.admin.granted(f"/webhooks/{endpoint['endpoint_id']}/rotate-secret", {})
    await post.test(endpoint)
    await post.send()
    await post.house.leap(seconds=OVERLAP.total_seconds())
    await post.sign_in_again()
    await post.test(endpoint)
    await post.send()
    both, one = receiver.got
    assert rotated["secret"] != former
    assert both.is_signed_by(rotated["secret"]) and both.is_signed_by(former)
    assert one.is_signed_by(rotated["secret"]) and not one.is_signed_by(former)


async def test_a_message_is_sent_again_when_somebody_wants_it(post: Post, receiver: Receiver) -> None:
    endpoint = await post.endpoint(receiver)
    sent = await post.test(endpoint)
    await post.send()
    path = f"/webhooks/{endpoint['endpoint_id']}/deliveries/{sent['message_id']}/redeliver"
    assert (await post.admin.granted(path, {}))["status"] == "pending"
    await post.send()
    assert [message.id for message in receiver.got] == [sent["message_id"]] * 2
    assert len((await post.delivery(endpoint))["attempt_log"]) == 2


async def test_what_was_missed_while_an_endpoint_was_off_can_be_sent_since_an_instant(
    post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver, "points.adjusted")
    path, player = f"/webhooks/{endpoint['endpoint_id']}", await post.house.player(days=0)
    await post.adjust(player, 1)
    await post.send()
    await post.admin.granted(path, {"active": False}, method="PATCH")
    await post.adjust(player, 2)
    await post.send()
    await post.admin.granted(path, {"active": True}, method="PATCH")
    since = {"since": (post.house.clock.now() - timedelta(hours=1)).isoformat()}
    assert await post.admin.granted(f"{path}/redeliver", since) == {"messages": 1}
    await post.send()
    assert [message.content["data"]["amount"] for message in receiver.got] == [1, 2]
    everything = await post.admin.granted(f"{path}/redeliver", {**since, "include_delivered": True})
    assert everything == {"messages": 2}


@pytest.mark.parametrize("asked", ["a page of its own", "a filter"])
async def test_the_log_of_an_endpoint_is_read_page_by_page(
    post: Post, receiver: Receiver, asked: str
) -> None:
    endpoint = await post.endpoint(receiver)
    sent = [(await post.test(endpoint))["message_id"] for _ in range(3)]
    await post.send()
    path = f"/webhooks/{endpoint['endpoint_id']}/deliveries?limit=2"
    if asked == "a filter":
        path += "&status=delivered&event_type=webhook.test"
    first = await post.admin.get(path)
    second = await post.admin.get(f"{path}&cursor={first['pagination']['next_cursor']}")
    assert [each["message_id"] for each in first["items"] + second["items"]] == sent[::-1]


async def test_what_is_old_is_forgotten(post: Post, receiver: Receiver) -> None:
    endpoint = await post.endpoint(receiver)
    await post.test(endpoint)
    await post.send()
    path = f"/webhooks/{endpoint['endpoint_id']}"
    await post.house.leap(days=31)
    await post.house.node.jobs.keep_house()
    await post.sign_in_again()
    assert await post.deliveries(endpoint) == []
    await post.admin.granted(path, method="DELETE")
    await post.house.node.jobs.keep_house()
    assert await post.admin.refused(path, method="GET") == "not-found"

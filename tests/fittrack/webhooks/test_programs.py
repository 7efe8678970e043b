"""Programs look after webhooks of their own, and are told of what they may read."""

from dataclasses import replace

from fittrack.server.access import Scope
from tests.door import Door
from tests.fittrack.webhooks.conftest import Post
from tests.fittrack.webhooks.receiver import Receiver
from tests.programs import Program, a_program

READER = (Scope.WEBHOOKS_MANAGE, Scope.TRANSACTIONS_READ)


async def a_program_at(post: Post, name: str, *scopes: Scope) -> tuple[Program, Door]:
    """A program at the door."""
    program = await a_program(post.house.node, name, scopes)
    return program, replace(post.admin, token=program.token)


async def test_a_program_finds_its_own_endpoints_and_no_others(post: Post, receiver: Receiver) -> None:
    acme, at_acme = await a_program_at(post, "Acme", *READER)
    _, at_bolt = await a_program_at(post, "Bolt", *READER)
    of_the_house = await post.endpoint(receiver)
    made = await Post(post.house, at_acme).endpoint(receiver, "points.adjusted")
    assert made["client_id"] == str(acme.client_id)
    [listed] = (await at_acme.get("/webhooks"))["items"]
    assert listed["endpoint_id"] == made["endpoint_id"]
    assert (await at_bolt.get("/webhooks"))["items"] == []
    for endpoint, door in ((made, at_bolt), (of_the_house, at_acme)):
        path = f"/webhooks/{endpoint['endpoint_id']}"
        assert await door.refused(path, method="GET") == "not-found"
        assert await door.refused(path, {"active": False}, method="PATCH") == "not-found"
        assert await door.refused(f"{path}/deliveries", method="GET") == "not-found"
        for deed in ("test", "rotate-secret"):
            assert await door.refused(f"{path}/{deed}", {}) == "not-found"
    assert len((await post.admin.get("/webhooks"))["items"]) == 2


async def test_a_program_makes_no_endpoint_for_another(post: Post, receiver: Receiver) -> None:
    acme, _ = await a_program_at(post, "Acme", *READER)
    _, at_bolt = await a_program_at(post, "Bolt", *READER)
    body = {"url": receiver.url, "event_types": ["points.adjusted"], "client_id": str(acme.client_id)}
    assert await at_bolt.refused("/webhooks", body) == "validation"


async def test_a_program_subscribes_to_what_it_may_read_and_to_nothing_else(
    post: Post, receiver: Receiver
) -> None:
    acme, at_acme = await a_program_at(post, "Acme", Scope.WEBHOOKS_MANAGE)
    body = {"url": receiver.url, "event_types": ["points.adjusted"]}
    assert await at_acme.refused("/webhooks", body) == "validation"
    assert await post.admin.refused("/webhooks", {**body, "client_id": str(acme.client_id)}) == "validation"
    made = await at_acme.granted("/webhooks", {**body, "event_types": ["drawing.closed"]})
    path, more = f"/webhooks/{made['endpoint_id']}", {"event_types": ["fulfillment.created"]}
    assert await at_acme.refused(path, more, method="PATCH") == "validation"


async def test_without_the_scope_no_webhook_is_made(post: Post, receiver: Receiver) -> None:
    _, at_acme = await a_program_at(post, "Acme", Scope.TRANSACTIONS_READ)
    body = {"url": receiver.url, "event_types": ["points.adjusted"]}
    assert await at_acme.refused("/webhooks", body) == "insufficient-scope"


async def test_who_is_switched_off_or_loses_a_scope_is_told_nothing_more(
    post: Post, receiver: Receiver
) -> None:
    acme, at_acme = await a_program_at(post, "Acme", *READER)
    await Post(post.house, at_acme).endpoint(receiver, "points.adjusted")
    player, client = await post.house.player(days=0), f"/admin/clients/{acme.client_id}"
    scopes = [scope.value for scope in READER]
    for change in ({"active": False}, {"active": True, "scopes": scopes[:1]}):
        await post.admin.granted(client, change, method="PATCH")
        await post.adjust(player, 1)
        await post.send()
        assert receiver.got == []
    await post.admin.granted(client, {"scopes": scopes}, method="PATCH")
    await post.adjust(player, 2)
    await post.send()
    assert [message.content["data"]["amount"] for message in receiver.got] == [2]

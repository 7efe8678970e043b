"""Endpoints over REST: made, shown, edited, and refused where they are not allowed."""

from base64 import b64decode
from pathlib import Path
from uuid import uuid4

import pytest

from tests.actors.house import a_house
from tests.door import an_admin, opened
from tests.fittrack.webhooks.conftest import Post
from tests.fittrack.webhooks.receiver import Receiver
from tests.oracle_sql import assert_fit_for_oracle, statements_of

HOOK = {"url": "https://partner.example/hook", "event_types": ["drawing.completed"]}


def everything_in(folder: Path) -> bytes:
    """The database, byte for byte."""
    return b"".join(file.read_bytes() for file in folder.glob("fittrack.db*"))


async def test_the_secret_is_shown_when_an_endpoint_is_made_and_never_again(post: Post) -> None:
    made = await post.admin.granted("/webhooks", HOOK)
    assert made["secret"].startswith("whsec_")
    assert "secret" not in await post.seen(made)
    [listed] = (await post.admin.get("/webhooks?active=true"))["items"]
    assert listed["endpoint_id"] == made["endpoint_id"] and "secret" not in listed


async def test_the_same_key_makes_one_endpoint_and_stores_no_secret(post: Post, tmp_path: Path) -> None:
    keyed = {"Idempotency-Key": "once"}
    _, first = await post.admin.call("POST", "/webhooks", HOOK, **keyed)
    _, second = await post.admin.call("POST", "/webhooks", HOOK, **keyed)
    assert first == second and first["secret"]
    rotate = f"/webhooks/{first['endpoint_id']}/rotate-secret"
    _, once = await post.admin.call("POST", rotate, **keyed | {"Idempotency-Key": "again"})
    _, twice = await post.admin.call("POST", rotate, **keyed | {"Idempotency-Key": "again"})
    assert once["secret"] == twice["secret"] != first["secret"]
    stored = everything_in(tmp_path)
    for secret in (first["secret"], once["secret"]):
        assert secret.encode() not in stored and b64decode(secret.removeprefix("whsec_")) not in stored


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "ftp://partner.example/"}, "/url"),
        ({"url": "https://10.0.0.1/hook"}, "/url"),
        ({"url": "https://user:word@partner.example/"}, "/url"),
        ({"event_types": []}, "/event_types"),
        ({"event_types": ["webhook.test"]}, "/event_types/0"),
        ({"client_id": str(uuid4())}, "/client_id"),
    ],
)
async def test_what_cannot_be_is_refused_by_field(post: Post, change: dict[str, object], field: str) -> None:
    status, problem = await post.admin.post("/webhooks", {**HOOK, **change})
    assert status == 422, problem
    assert [error["pointer"] for error in problem["errors"]] == [field]


async def test_where_others_rely_on_it_this_machine_is_no_endpoint(tmp_path: Path) -> None:
    async with a_house(tmp_path, WEBHOOKS_TO_LOOPBACK="false") as house, opened(house.node) as client:
        post = Post(house, await an_admin(house, client))
        for url in ("http://partner.example/", "https://127.0.0.1/", "https://partner.example:9000/"):
            assert await post.admin.refused("/webhooks", {**HOOK, "url": url}) == "validation"
        await post.admin.granted("/webhooks", HOOK)


async def test_an_edit_that_rests_on_an_old_version_is_refused(post: Post) -> None:
    made = await post.admin.granted("/webhooks", HOOK)
    path = f"/webhooks/{made['endpoint_id']}"
    async with post.admin.client.get(
        f"/api/v1{path}", headers={"Authorization": f"Bearer {post.admin.token}"}
    ) as answer:
        tag = answer.headers["ETag"]
    body = {"description": "Of the warehouse"}
    status, edited = await post.admin.call("PATCH", path, body, **{"If-Match": tag})
    assert (status, edited["description"]) == (200, "Of the warehouse")
    status, problem = await post.admin.call("PATCH", path, body | {"active": False}, **{"If-Match": tag})
    assert (status, problem["code"]) == (412, "precondition-failed")


async def test_what_admins_do_is_recorded_without_secrets(post: Post, receiver: Receiver) -> None:
    made = await post.endpoint(receiver)
    path = f"/webhooks/{made['endpoint_id']}"
    await post.admin.granted(f"{path}/rotate-secret", {})
    await post.admin.granted(path, {"active": False}, method="PATCH")
    await post.admin.granted(path, {"active": True}, method="PATCH")
    await post.test(made)
    await post.admin.granted(path, method="DELETE")
    entries = (await post.admin.get(f"/admin/audit?subject_id={made['endpoint_id']}"))["items"]
    assert [entry["action"].removeprefix("webhook.") for entry in reversed(entries)] == [
        "create", "rotate_secret", "disable", "enable", "test", "delete",
    ]  # fmt: skip
    assert "whsec_" not in str(entries)
    await post.send()
    assert receiver.got == [], "nothing more is sent to what is gone"


async def test_every_statement_compiles_for_oracle(post: Post, receiver: Receiver) -> None:
    node = post.house.node
    seen = statements_of(node.storage.read_engine, node.storage.write_engine)
    made = await post.endpoint(receiver)
    path, player = f"/webhooks/{made['endpoint_id']}", await post.house.player(days=0)
    receiver.will(500)
    await post.adjust(player)
    await post.send()
    await post.later(hours=1)
    await post.sign_in_again()
    [sent] = await post.deliveries(made, "?status=delivered&event_type=points.adjusted")
    await post.delivery(made)
    await post.admin.granted(f"{path}/deliveries/{sent['message_id']}/redeliver", {})
    receiver.will(410)
    await post.send()
    await post.admin.get("/admin/live")
    await post.admin.granted(path, {"active": True}, method="PATCH")
    await post.admin.granted(
        f"{path}/redeliver", {"since": "2026-06-01T00:00:00Z", "include_delivered": True}
    )
    await node.partners.backlogs.look()
    await post.admin.get(f"/webhooks?active=true&client_id={uuid4()}")
    await post.admin.granted(path, method="DELETE")
    await node.jobs.keep_house()
    assert len(seen) > 30
    assert_fit_for_oracle(seen)

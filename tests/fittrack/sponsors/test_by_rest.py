"""Sponsors: everybody sees who they are, admins look after them."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from fittrack.server.access import Scope
from tests.actors.house import House
from tests.door import Door, a_player, opened
from tests.programs import a_program

ACME = {
    "name": "Acme",
    "contact_name": "Road Runner",
    "contact_email": "beep@acme.example",
    "website_url": "https://acme.example",
    "logo_url": "https://acme.example/logo.svg",
}


async def sponsor(admin: Door, name: str = "Acme", **fields: object) -> str:
    return str((await admin.granted("/sponsors", {"name": name, **fields}))["sponsor_id"])


async def prize(admin: Door, sponsor_id: str | None = None, *, drawing_id: str = "", **fields: object) -> Any:
    """A prize, in a new draft unless one is named."""
    if not drawing_id:
        draft = {"drawing_type": "daily", "name": "The draw"}
        drawing_id = (await admin.granted("/drawings", draft))["drawing_id"]
    body = {
        "drawing_id": drawing_id,
        "rank": 1,
        "name": "A mug",
        "value_usd": "5.00",
        "sponsor_id": sponsor_id,
    }
    return await admin.granted("/prizes", {**body, **fields})


async def names(door: Door, query: str = "") -> list[str]:
    return [item["name"] for item in (await door.get(f"/sponsors?{query}"))["items"]]


async def tag_of(admin: Door, path: str) -> str:
    headers = {"Authorization": f"Bearer {admin.token}"}
    async with admin.client.get(f"/api/v1{path}", headers=headers) as response:
        return response.headers["ETag"]


async def test_players_see_active_sponsors_without_what_is_private(house: House, admin: Door) -> None:
    made = await admin.granted("/sponsors", ACME)
    gone = await sponsor(admin, "Ended")
    await admin.granted(f"/sponsors/{gone}", {"active": False}, method="PATCH")
    player = await a_player(house, admin.client)
    shown = {
        key: ACME.get(key, made["sponsor_id"]) for key in ("sponsor_id", "name", "website_url", "logo_url")
    }
    assert (await player.get("/sponsors"))["items"] == [shown]
    assert await player.get(f"/sponsors/{made['sponsor_id']}") == shown
    assert await player.refused(f"/sponsors/{gone}", method="GET") == "not-found"
    assert await names(player, "active=false") == []
    assert await names(admin) == ["Acme", "Ended"]
    assert made | ACME | {"active": True, "prizes": 0} == made


async def test_a_program_that_looks_after_sponsors_sees_what_it_may_change(house: House, admin: Door) -> None:
    made = await admin.granted("/sponsors", ACME)
    gone = await sponsor(admin, "Ended")
    await admin.granted(f"/sponsors/{gone}", {"active": False}, method="PATCH")
    keeper = replace(admin, token=(await a_program(house.node, "Keeper", (Scope.SPONSORS_WRITE,))).token)
    assert await keeper.get(f"/sponsors/{made['sponsor_id']}") == made
    assert await tag_of(keeper, f"/sponsors/{gone}") == await tag_of(admin, f"/sponsors/{gone}")
    assert await names(keeper) == ["Acme", "Ended"]
    other = replace(admin, token=(await a_program(house.node, "Other", (Scope.TRANSACTIONS_READ,))).token)
    assert "contact_name" not in await other.get(f"/sponsors/{made['sponsor_id']}")
    assert await names(other) == ["Acme"]


async def test_a_name_belongs_to_one_sponsor_in_any_case(admin: Door) -> None:
    acme = await sponsor(admin)
    other = await sponsor(admin, "Bolt")
    assert await admin.refused("/sponsors", {"name": "ACME"}) == "sponsor-name-taken"
    assert await admin.refused(f"/sponsors/{other}", {"name": "acme"}, method="PATCH") == "sponsor-name-taken"
    renamed = await admin.granted(f"/sponsors/{acme}", {"name": "ACME"}, method="PATCH")
    assert renamed["name"] == "ACME"


async def test_of_two_at_once_one_gets_the_name(admin: Door) -> None:
    answers = await asyncio.gather(*(admin.post("/sponsors", {"name": "Acme"}) for _ in range(5)))
    assert sorted(status for status, _ in answers) == [201, 409, 409, 409, 409]


async def test_the_same_key_makes_one_sponsor(admin: Door) -> None:
    once = {"Idempotency-Key": "a-sponsor"}
    first = await admin.post("/sponsors", ACME, **once)
    assert first[0] == 201
    assert await admin.post("/sponsors", ACME, **once) == first
    status, problem = await admin.post("/sponsors", {"name": "Bolt"}, **once)
    assert (status, problem["code"]) == (422, "idempotency-mismatch")
    assert await names(admin) == ["Acme"]


async def test_an_edit_passes_only_at_the_version_that_was_read(admin: Door) -> None:
    at = f"/sponsors/{await sponsor(admin)}"
    read = await tag_of(admin, at)
    status, _ = await admin.call("PATCH", at, {"contact_name": "Coyote"}, **{"If-Match": read})
    assert status == 200
    # In the same millisecond, and nevertheless another version.
    for method, body in (("PATCH", {"name": "Bolt"}), ("DELETE", None)):
        status, problem = await admin.call(method, at, body, **{"If-Match": read})
        assert (status, problem["code"]) == (412, "precondition-failed")
    status, _ = await admin.call("DELETE", at, **{"If-Match": await tag_of(admin, at)})
    assert status == 204


async def test_a_sponsor_without_prizes_is_deleted_and_one_with_prizes_deactivated(admin: Door) -> None:
    idle, giving = await sponsor(admin, "Idle"), await sponsor(admin, "Giving")
    gift = await prize(admin, giving)
    assert await admin.call("DELETE", f"/sponsors/{idle}") == (204, {})
    assert await admin.refused(f"/sponsors/{idle}", method="GET") == "not-found"
    left = await admin.granted(f"/sponsors/{giving}", method="DELETE")
    assert (left["active"], left["prizes"]) == (False, 1)
    assert await admin.granted(f"/sponsors/{giving}", method="DELETE") == left
    assert gift["sponsor"] == "Giving"


async def test_a_sponsor_of_drawings_that_a_template_will_make_is_deactivated(admin: Door) -> None:
    giving = await sponsor(admin)
    gift = {"rank": 1, "name": "A mug", "value_usd": "5.00", "quantity": 1, "sponsor_id": giving}
    paused = {"drawing_type": "daily", "name": "The draw", "active": False, "prizes": [gift]}
    template = await admin.granted("/drawing-templates", paused)
    assert (await admin.granted(f"/sponsors/{giving}", method="DELETE"))["active"] is False
    assert await admin.call("DELETE", f"/drawing-templates/{template['template_id']}") == (204, {})
    assert await admin.call("DELETE", f"/sponsors/{giving}") == (204, {})


async def test_an_inactive_sponsor_gets_no_further_prizes_until_it_is_active_again(admin: Door) -> None:
    giving = await sponsor(admin)
    await admin.granted(f"/sponsors/{giving}", {"active": False}, method="PATCH")
    draft = await admin.granted("/drawings", {"drawing_type": "daily", "name": "The draw"})
    body = {"drawing_id": draft["drawing_id"], "rank": 1, "name": "A mug", "value_usd": "5.00"}
    assert await admin.refused("/prizes", {**body, "sponsor_id": giving}) == "validation"
    await admin.granted(f"/sponsors/{giving}", {"active": True}, method="PATCH")
    assert (await admin.granted("/prizes", {**body, "sponsor_id": giving}))["sponsor"] == "Acme"


async def test_a_prize_shows_the_name_its_sponsor_has_now(house: House, admin: Door) -> None:
    acme, bolt = await sponsor(admin), await sponsor(admin, "Bolt")
    gift = await prize(admin, acme)
    line = (await admin.get(f"/prizes?sponsor_id={acme}"))["items"][0]
    await admin.granted(f"/sponsors/{acme}", {"name": "Apex"}, method="PATCH")
    drawing = await admin.get(f"/drawings/{line['drawing_id']}")
    assert [shown["sponsor"] for shown in drawing["prizes"]] == ["Apex"]
    at = f"/prizes/{gift['prize_id']}"
    assert (await admin.granted(at, {"sponsor_id": bolt}, method="PATCH"))["sponsor"] == "Bolt"
    assert (await admin.granted(at, {"sponsor_id": None}, method="PATCH"))["sponsor"] is None


async def test_the_log_tells_who_changed_what_of_a_sponsor(admin: Door) -> None:
    acme = await sponsor(admin)
    await admin.granted(f"/sponsors/{acme}", {"contact_name": "Coyote", "name": "Acme"}, method="PATCH")
    await admin.granted(f"/sponsors/{acme}", {"name": "Acme"}, method="PATCH")  # it changes nothing
    await prize(admin, acme)
    await admin.granted(f"/sponsors/{acme}", method="DELETE")
    records = (await admin.get(f"/admin/audit?subject_type=sponsor&subject_id={acme}"))["items"]
    assert [(r["action"], r["before"], r["after"]) for r in reversed(records)] == [
        ("sponsor.create", None, {"sponsor_id": acme, "name": "Acme", "active": True}),
        ("sponsor.edit", {"contact_name": None}, {"contact_name": "Coyote"}),
        ("sponsor.deactivate", {"active": True}, {"active": False}),
    ]
    assert {r["actor_id"] for r in records} == {str(admin.user_id)}


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"name": " Acme"}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "n" * 121}, "/name"),
        ({"contact_email": "nobody"}, "/contact_email"),
        ({"website_url": "javascript:alert(1)"}, "/website_url"),
        ({"logo_url": "http://acme.example/x.png"}, "/logo_url"),
        ({"colour": "red"}, "/colour"),
    ],
)
async def test_what_makes_no_sense_is_refused_where_it_stands(
    admin: Door, fields: dict[str, object], pointer: str
) -> None:
    status, problem = await admin.post("/sponsors", {"name": "Acme", **fields})
    assert (status, problem["code"]) == (422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


async def test_nobody_but_admins_changes_sponsors(house: House, admin: Door) -> None:
    at = f"/sponsors/{await sponsor(admin)}"
    player = await a_player(house, admin.client, display_name="Joe")
    assert await player.refused("/sponsors", {"name": "Mine"}) == "forbidden"
    assert await player.refused(at, {"name": "Mine"}, method="PATCH") == "forbidden"
    assert await player.refused(at, method="DELETE") == "forbidden"
    assert await admin.refused(f"/sponsors/{uuid4()}", {"name": "Mine"}, method="PATCH") == "not-found"


async def test_a_sponsor_is_found_by_part_of_its_name(admin: Door) -> None:
    for name in ("Apex", "acorn_1", "Bolt 100%", "bold"):
        await sponsor(admin, name)
    assert await names(admin, "q=BOL") == ["bold", "Bolt 100%"]
    assert await names(admin, "q=_") == ["acorn_1"]
    assert await names(admin, "q=%25") == ["Bolt 100%"]
    assert await names(admin, "sort=-name&limit=2&page=2") == ["Apex", "acorn_1"]
    assert await names(admin, "sort=-created_at&limit=1") in (["bold"], ["Bolt 100%"], ["acorn_1"], ["Apex"])
    assert await admin.refused("/sponsors?sort=contact_email", method="GET") == "malformed"


async def test_the_door_of_strangers_shows_sponsors_too(house: House, admin: Door) -> None:
    await sponsor(admin)
    async with opened(house.node) as client, client.get("/api/v1/sponsors") as response:
        assert response.status == 200
        assert [item["name"] for item in (await response.json())["items"]] == ["Acme"]

"""Edits that are guarded by what was read: of two at once, one passes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from fittrack.kit.ids import DrawingId
from fittrack.kit.standing import Role
from tests.actors.house import House, a_house
from tests.world import enrol

DRAWINGS = "/api/v1/drawings"


class Desk:
    """An admin's."""

    def __init__(self, house: House, client: "TestClient[Any, Any]", token: str) -> None:
        self.house = house
        self._client = client
        self._token = token

    async def call(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, Any, str | None]:
        """Status, body and entity tag."""
        sent = {"Authorization": f"Bearer {self._token}", **headers}
        async with self._client.request(method, path, json=body, headers=sent) as response:
            answer = await response.json() if response.content_length else None
            return response.status, answer, response.headers.get("ETag")

    async def tag(self, drawing_id: DrawingId) -> str:
        status, _, tag = await self.call("GET", f"{DRAWINGS}/{drawing_id}")
        assert status == 200
        assert tag is not None
        return tag

    async def prize(self, drawing_id: DrawingId) -> tuple[str, str]:
        """The address of the first prize, and its tag."""
        _, answer, _ = await self.call("GET", f"/api/v1/prizes?drawing_id={drawing_id}")
        line = answer["items"][0]
        return f"/api/v1/prizes/{line['prize']['prize_id']}", line["etag"]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_house(tmp_path) as house, TestClient(TestServer(house.node.app)) as client:
        admin = await enrol(house.node, "admin", role=Role.ADMIN)
        yield Desk(house, client, admin.token)


@pytest.fixture
async def scheduled(desk: Desk) -> DrawingId:
    return await desk.house.drawing(opened=False)


async def test_an_edit_of_what_was_read_passes_and_names_the_next_version(desk, scheduled):
    at = f"{DRAWINGS}/{scheduled}"
    read = await desk.tag(scheduled)
    status, _, tag = await desk.call("PATCH", at, {"name": "Another"}, **{"If-Match": read})
    assert status == 200
    assert tag == await desk.tag(scheduled) != read
    status, problem, _ = await desk.call("PATCH", at, {"name": "A third"}, **{"If-Match": read})
    assert (status, problem["code"]) == (412, "precondition-failed")
    assert (await desk.house.view(scheduled)).drawing.name == "Another"


async def test_of_two_edits_of_the_same_version_one_passes(desk, scheduled):
    tag = await desk.tag(scheduled)
    answers = await asyncio.gather(
        *(
            desk.call("PATCH", f"{DRAWINGS}/{scheduled}", {"name": f"Name {n}"}, **{"If-Match": tag})
            for n in range(5)
        )
    )
    assert sorted(status for status, _, _ in answers) == [200, 412, 412, 412, 412]


async def test_an_edit_without_a_version_or_of_any_passes(desk, scheduled):
    at = f"{DRAWINGS}/{scheduled}"
    assert (await desk.call("PATCH", at, {"name": "One"}))[0] == 200
    assert (await desk.call("PATCH", at, {"name": "Two"}, **{"If-Match": "*"}))[0] == 200
    both = f'"other", {await desk.tag(scheduled)}'
    assert (await desk.call("PATCH", at, {"name": "Three"}, **{"If-Match": both}))[0] == 200


async def test_sales_change_the_tag_and_do_not_stand_in_an_edits_way(desk):
    drawing_id = await desk.house.drawing()
    before = await desk.tag(drawing_id)
    player = await desk.house.player()
    await desk.house.buy(player, drawing_id, 3)
    at = f"{DRAWINGS}/{drawing_id}"
    assert (await desk.call("GET", at, **{"If-None-Match": before}))[0] == 200, "tickets were sold since"
    assert (await desk.call("GET", at, **{"If-None-Match": await desk.tag(drawing_id)}))[0] == 304
    assert (await desk.call("PATCH", at, {"description": "New"}, **{"If-Match": before}))[0] == 200


async def test_a_transition_is_a_new_version(desk, scheduled):
    tag = await desk.tag(scheduled)
    status, _, opened = await desk.call("POST", f"{DRAWINGS}/{scheduled}/open")
    assert status == 200
    assert opened == await desk.tag(scheduled)
    edit = await desk.call("PATCH", f"{DRAWINGS}/{scheduled}", {"description": "x"}, **{"If-Match": tag})
    assert edit[0] == 412


async def test_a_prize_is_guarded_by_its_own_version(desk, scheduled):
    at, tag = await desk.prize(scheduled)
    status, _, next_tag = await desk.call("PATCH", at, {"name": "A bicycle"}, **{"If-Match": tag})
    assert status == 200
    assert (at, next_tag) == await desk.prize(scheduled)
    for method, body in (("PATCH", {"name": "A car"}), ("DELETE", None)):
        status, problem, _ = await desk.call(method, at, body, **{"If-Match": tag})
        assert (status, problem["code"]) == (412, "precondition-failed")


async def test_only_the_draft_that_was_read_is_deleted(desk):
    drawing_id = await desk.house.draft()
    at, tag = f"{DRAWINGS}/{drawing_id}", await desk.tag(drawing_id)
    await desk.call("PATCH", at, {"name": "Another"})
    assert (await desk.call("DELETE", at, **{"If-Match": tag}))[0] == 412
    assert (await desk.call("DELETE", at, **{"If-Match": await desk.tag(drawing_id)}))[0] == 204


async def test_an_edit_that_is_sent_again_under_its_key_gets_its_answer(desk, scheduled):
    at, tag = f"{DRAWINGS}/{scheduled}", await desk.tag(scheduled)
    headers = {"If-Match": tag, "Idempotency-Key": "edit-1"}
    first = await desk.call("PATCH", at, {"name": "Another"}, **headers)
    assert first == await desk.call("PATCH", at, {"name": "Another"}, **headers)
    assert first[0] == 200

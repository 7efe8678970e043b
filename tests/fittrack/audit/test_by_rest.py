"""What admins do stands in the log, with before and after, and admins read it."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp.test_utils import TestClient, TestServer

from fittrack.audit.examination import head_line
from fittrack.kit.standing import Role
from protocol.shapes import instant
from tests.actors.beacon_house import fetched, pass_the_close_and_the_draw, plan_of, sold_drawing
from tests.actors.house import NOON, House, a_house
from tests.admins import set_up_factor
from tests.beacons import OWN_CHAIN, a_drand, signed
from tests.fittrack.audit.logbook import examined
from tests.oracle_sql import assert_fit_for_oracle, statements_of
from tests.world import Member, enrol


class Office:
    """An admin at a node's REST API."""

    def __init__(self, house: House, client: "TestClient[Any, Any]", admin: Member) -> None:
        self.house = house
        self.admin = admin
        self._client = client

    async def call(
        self, method: str, path: str, body: object = None, *, token: str = "", **headers: str
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token or self.admin.token}", **headers}
        async with self._client.request(method, f"/api/v1{path}", json=body, headers=headers) as response:
            return response.status, await response.json() if response.content_length else None

    async def do(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        status, answer = await self.call(method, path, body, **headers)
        assert status < 300, answer
        return answer

    async def sign_in_again(self) -> None:
        """As another admin, with a second factor: an hour ends a token."""
        self.admin = await enrol(self.house.node, "another", role=Role.ADMIN)
        await set_up_factor(partial(self.do, "POST"), self.house.clock.now())

    async def records(self, query: str = "") -> list[dict[str, Any]]:
        """What the log says, the latest first."""
        found: list[dict[str, Any]] = (await self.do("GET", f"/admin/audit?limit=100&{query}"))["items"]
        return found

    async def draft(self, **fields: object) -> str:
        drawing = {"drawing_type": "daily", "name": "The draw", "ticket_cost_points": 10, **fields}
        made = await self.do("POST", "/drawings", drawing)
        return str(made["drawing_id"])

    async def prize(self, drawing_id: str, **fields: object) -> str:
        prize = {"drawing_id": drawing_id, "rank": 1, "name": "A watch", "value_usd": "50.00", **fields}
        return str((await self.do("POST", "/prizes", prize))["prize_id"])


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as built:
        yield built


@pytest.fixture
async def office(house: House) -> AsyncIterator[Office]:
    async with TestClient(TestServer(house.node.app)) as client:
        yield Office(house, client, await enrol(house.node, "boss", role=Role.ADMIN))


async def test_a_record_says_who_did_what_from_where_and_under_which_request(office: Office) -> None:
    drawing_id = await office.draft()
    await office.do("DELETE", f"/drawings/{drawing_id}", **{"X-Request-ID": "console-7"})
    record = (await office.records())[0]
    assert record["actor_id"] == str(office.admin.user_id)
    assert record["actor_email"] == "boss@test.example"
    assert (record["action"], record["subject_type"], record["subject_id"]) == (
        "drawing.delete",
        "drawing",
        drawing_id,
    )
    assert (record["request_id"], record["address"]) == ("console-7", "127.0.0.1")
    assert record["created_at"] == instant(NOON)
    assert record["before"]["name"] == "The draw"
    assert record["after"] is None


async def test_every_change_of_a_drawing_and_its_prizes_is_recorded_with_before_and_after(
    office: Office,
) -> None:
    drawing_id = await office.draft()
    await office.do("PATCH", f"/drawings/{drawing_id}", {"name": "The great draw"})
    watch = await office.prize(drawing_id)
    mug = await office.prize(drawing_id, rank=2, name="A mug")
    await office.do("PATCH", f"/prizes/{watch}", {"value_usd": "60.00"})
    await office.do("DELETE", f"/prizes/{mug}")
    await office.do("POST", f"/drawings/{drawing_id}/schedule")
    await office.do("PATCH", f"/prizes/{watch}", {"quantity": 2})
    await office.do("POST", f"/drawings/{drawing_id}/open")
    await office.do("POST", f"/drawings/{drawing_id}/cancel", {"reason": "The sponsor withdrew"})
    told = [(r["action"], r["subject_id"]) for r in reversed(await office.records())]
    assert told == [
        ("drawing.create", drawing_id),
        ("drawing.edit", drawing_id),
        ("prize.create", watch),
        ("prize.create", mug),
        ("prize.edit", watch),
        ("prize.delete", mug),
        ("drawing.schedule", drawing_id),
        ("prize.edit", watch),
        ("drawing.open", drawing_id),
        ("drawing.cancel", drawing_id),
    ]
    created, edited, watch_made, _, dearer, mug_gone, scheduled, more, opened, cancelled = reversed(
        await office.records()
    )
    assert (created["before"], created["after"]["status"]) == (None, "draft")
    assert (edited["before"], edited["after"]) == ({"name": "The draw"}, {"name": "The great draw"})
    assert (watch_made["before"], watch_made["after"]["drawing_id"]) == (None, drawing_id)
    assert (dearer["before"], dearer["after"]) == ({"value_usd": "50.00"}, {"value_usd": "60.00"})
    assert (mug_gone["before"]["name"], mug_gone["after"]) == ("A mug", None)
    assert scheduled["before"] == {"status": "draft", "commit": None, "rules_version": None}
    assert (scheduled["after"]["status"], scheduled["after"]["rules_version"]) == ("scheduled", 1)
    assert (more["before"]["rules_version"], more["after"]["rules_version"]) == (1, 2)
    assert more["after"]["quantity"] == 2
    assert (opened["before"], opened["after"]) == ({"status": "scheduled"}, {"status": "open"})
    assert (cancelled["after"], cancelled["reason"]) == ({"status": "cancelled"}, "The sponsor withdrew")


async def test_what_the_clock_does_is_the_systems_own(office: Office, house: House) -> None:
    drawing_id = await house.drawing()
    await house.buy(await house.player(), drawing_id, 3)
    await house.pass_time(hours=1)
    await house.pass_time(minutes=5)
    await office.sign_in_again()
    drawn, closed = (await office.records(f"subject_id={drawing_id}"))[:2]
    assert (closed["action"], drawn["action"]) == ("drawing.close", "drawing.execute")
    assert (closed["after"]["total_tickets"], closed["after"]["entrants"]) == (3, 1)
    assert drawn["after"] == {"status": "completed"}
    assert drawn["actor_id"] is drawn["address"] is drawn["request_id"] is None


async def test_a_close_and_a_draw_by_hand_are_the_admins(office: Office, house: House) -> None:
    drawing_id = await house.drawing(auto_execute=False)
    await office.do("POST", f"/drawings/{drawing_id}/close")
    closer = office.admin.user_id
    await house.pass_time(hours=1, minutes=5)
    await office.sign_in_again()
    await office.do("POST", f"/drawings/{drawing_id}/execute")
    drawn, closed = (await office.records(f"subject_id={drawing_id}"))[:2]
    assert (closed["action"], closed["actor_id"]) == ("drawing.close", str(closer))
    assert (drawn["action"], drawn["actor_id"]) == ("drawing.execute", str(office.admin.user_id))


async def test_a_beacon_entered_by_hand_is_told_from_a_draw(tmp_path: Path) -> None:
    async with (
        a_drand() as drand,
        a_house(tmp_path, chain=OWN_CHAIN, DRAND_URL=drand.url) as house,
        TestClient(TestServer(house.node.app)) as client,
    ):
        drand.is_down = True
        drawing_id = await sold_drawing(house)
        await pass_the_close_and_the_draw(house)
        await fetched(house)
        office = Office(house, client, await enrol(house.node, "boss", role=Role.ADMIN))
        await office.sign_in_again()
        number = (await plan_of(house, drawing_id)).round
        body = {"round": number, "signature": signed(number).signature.hex()}
        await office.do("POST", f"/drawings/{drawing_id}/beacon", body)
        record = (await office.records(f"subject_id={drawing_id}"))[0]
        assert record["action"] == "drawing.enter-beacon"
        assert record["after"] == {"status": "completed", "beacon_round": number}


async def test_what_is_done_once_is_recorded_once(office: Office) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    body = {"drawing_type": "daily", "name": "The draw"}
    first = await office.do("POST", "/drawings", body, **key)
    assert await office.do("POST", "/drawings", body, **key) == first
    assert len(await office.records()) == 1


async def test_what_is_refused_is_not_recorded(office: Office) -> None:
    drawing_id = await office.draft()
    status, _ = await office.call("POST", f"/drawings/{drawing_id}/open")
    assert status == 409
    assert [r["action"] for r in await office.records()] == ["drawing.create"]


async def test_records_are_sought_by_actor_action_subject_and_time(office: Office, house: House) -> None:
    first = await office.draft()
    await house.pass_time(minutes=10)
    second = await office.draft()
    await office.do("DELETE", f"/drawings/{second}")
    await house.drawing()
    mine = f"actor={office.admin.user_id}"
    assert len(await office.records(mine)) == 3
    assert [r["subject_id"] for r in await office.records(f"{mine}&action=drawing.delete")] == [second]
    assert len(await office.records(f"subject_type=drawing&subject_id={second}")) == 2
    later = "2026-06-10T16:10:00.000Z"
    assert [r["subject_id"] for r in await office.records(f"{mine}&to={later}")] == [first]
    assert len(await office.records(f"{mine}&from={later}")) == 2
    assert await office.records(f"{mine}&subject_type=user") == []


async def test_a_cursor_goes_on_where_a_page_ended_whatever_was_added(office: Office) -> None:
    made = [await office.draft() for _ in range(5)]
    page = await office.do("GET", "/admin/audit?limit=2")
    assert page["pagination"]["total_items"] == 5
    seen = [record["subject_id"] for record in page["items"]]
    await office.draft()
    while (cursor := page["pagination"]["next_cursor"]) is not None:
        page = await office.do("GET", f"/admin/audit?limit=2&cursor={cursor}")
        seen += [record["subject_id"] for record in page["items"]]
    assert seen == made[::-1]
    second = await office.do("GET", "/admin/audit?limit=2&page=2")
    assert [record["subject_id"] for record in second["items"]] == [made[3], made[2]]


@pytest.mark.parametrize(
    "query", ["actor=me", "action=", "from=yesterday", "limit=0", "cursor=x", "unknown=1", "subject_id="]
)
async def test_what_cannot_be_sought_is_refused(office: Office, query: str) -> None:
    status, problem = await office.call("GET", f"/admin/audit?{query}")
    assert (status, problem["type"].rpartition("/")[2]) == (400, "malformed")


async def test_only_admins_read_it(office: Office, house: House) -> None:
    player = await enrol(house.node, "eve")
    status, _ = await office.call("GET", "/admin/audit", token=player.token)
    assert status == 403


async def test_a_running_node_seals_what_was_recorded(office: Office, house: House) -> None:
    await office.draft()
    assert (await office.records())[0]["chain_seq"] is None
    await house.node.jobs.seal_audit_log()
    await house.quiet()
    record = (await office.records())[0]
    assert record["chain_seq"] == 1
    verdict, waiting = examined(house.node.storage.read_engine)
    assert (verdict.broken, verdict.rows, waiting.rows) == (None, 1, 0)
    assert verdict.head.link.hex() == record["row_hash"]


async def test_every_statement_of_the_audit_log_compiles_for_oracle(office: Office, house: House) -> None:
    node = house.node
    seen = statements_of(node.storage.write_engine, node.storage.read_engine)
    await office.draft()
    await node.jobs.seal_audit_log()
    await house.quiet()
    cursor = (await office.do("GET", "/admin/audit?limit=1"))["pagination"]["next_cursor"]
    everything = (
        f"actor={uuid4()}&action=a&subject_type=b&subject_id=c&from={instant(NOON)}&to={instant(NOON)}"
    )
    await office.do("GET", f"/admin/audit?{everything}&cursor={cursor}")
    examined(node.storage.read_engine)
    head_line(node.storage.read_engine)
    assert len([sql for sql in seen if "audit_log" in sql]) > 8
    assert_fit_for_oracle(seen)

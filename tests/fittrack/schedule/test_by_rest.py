"""Templates at the door: what admins may write, what guards it, what stands on record."""

from typing import Any
from uuid import uuid4

import pytest

from tests.actors.house import House
from tests.door import Door
from tests.fittrack.schedule.templates import typed
from tests.oracle_sql import assert_fit_for_oracle, statements_of

AT = "/drawing-templates"


async def added(admin: Door, **changes: Any) -> dict[str, Any]:
    return await admin.granted(AT, typed(**changes))


@pytest.mark.parametrize(
    ("kind", "cost", "hours", "lead"),
    [
        ("daily", 100, 24, 3),
        ("weekly", 500, 168, 14),
        ("monthly", 2_000, 672, 35),
        ("annual", 10_000, 2_160, 120),
    ],
)
async def test_what_is_left_out_is_that_of_the_type(
    admin: Door, kind: str, cost: int, hours: int, lead: int
) -> None:
    template = await added(admin, drawing_type=kind)
    assert (template["ticket_cost_points"], template["sales_open_hours"], template["lead_days"]) == (
        cost,
        hours,
        lead,
    )
    assert template["eligibility"] == {"user_type": "all", "min_account_age_days": 7}
    assert (template["auto_execute"], template["active"], template["edition"]) == (True, True, 1)
    assert template["free_tickets_per_person"] == 10
    assert template["prizes"][0]["value_usd"] == "10.00"


async def test_a_template_shows_what_is_coming(admin: Door, house: House) -> None:
    template = await added(admin)
    await house.quiet()
    seen = await admin.get(f"{AT}/{template['template_id']}")
    assert [(each["day"], each["made"]) for each in seen["coming"]] == [
        ("2026-06-10", True),
        ("2026-06-11", True),
        ("2026-06-12", True),
        ("2026-06-13", True),
    ]
    for each in seen["coming"]:
        drawing = await admin.get(f"/drawings/{each['drawing_id']}")
        assert (drawing["status"], drawing["drawing_time"]) == ("scheduled", each["drawing_time"])
    assert {name: seen[name] for name in template} == template


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"prizes": []}, "/prizes"),
        ({"name": "{nothing}"}, "/name"),
        ({"name": "   "}, "/name"),
        (
            {"prizes": [{"rank": 1, "name": "A", "value_usd": "1", "description": "x" * 2_001}]},
            "/prizes/0/description",
        ),
        ({"lead_days": 1, "sales_open_hours": 25}, "/lead_days"),
        ({"prizes": [{"rank": 1, "name": "A", "value_usd": "1.005"}]}, "/prizes/0/value_usd"),
        (
            {"prizes": [{"rank": 1, "name": "A", "value_usd": "1", "sponsor_id": str(uuid4())}]},
            "/prizes/0/sponsor_id",
        ),
        ({"lead_days": 0}, "/lead_days"),
        ({"ticket_cost_points": 0}, "/ticket_cost_points"),
        ({"drawing_type": "hourly"}, "/drawing_type"),
    ],
)
async def test_what_is_wrong_is_refused_where_it_is_wrong(
    admin: Door, changes: dict[str, Any], pointer: str
) -> None:
    status, problem = await admin.post(AT, typed(**changes))
    assert (status, problem["code"]) == (422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert (await admin.get(AT))["pagination"]["total_items"] == 0


async def test_the_same_key_adds_one_template(admin: Door) -> None:
    sent = [await admin.post(AT, typed(), **{"Idempotency-Key": "once"}) for _ in range(2)]
    assert sent[0] == sent[1]
    assert (await admin.get(AT))["pagination"]["total_items"] == 1
    status, problem = await admin.post(AT, typed(name="Other"), **{"Idempotency-Key": "once"})
    assert (status, problem["code"]) == (422, "idempotency-mismatch")


async def test_a_refusal_is_kept_under_its_key_too(admin: Door) -> None:
    sent = [await admin.post(AT, typed(prizes=[]), **{"Idempotency-Key": "no"}) for _ in range(2)]
    assert [status for status, _ in sent] == [422, 422]
    assert sent[0][1]["errors"] == sent[1][1]["errors"]


async def test_an_edit_is_guarded_by_the_version_that_was_read(admin: Door) -> None:
    template = await added(admin)
    at = f"{AT}/{template['template_id']}"
    status, edited = await admin.call("PATCH", at, {"ticket_cost_points": 250}, **{"If-Match": '"1"'})
    assert (status, edited["ticket_cost_points"], edited["edition"]) == (200, 250, 2)
    for method, body in (("PATCH", {"active": False}), ("DELETE", None)):
        status, problem = await admin.call(method, at, body, **{"If-Match": '"1"'})
        assert (status, problem["code"]) == (412, "precondition-failed")
    status, _ = await admin.call("DELETE", at, **{"If-Match": '"2"'})
    assert status == 204
    assert await admin.refused(at, method="GET") == "not-found"
    assert await admin.refused(at, {"active": True}, method="PATCH") == "not-found"
    assert (await admin.get(AT))["items"] == []


async def test_an_edit_must_leave_a_template_that_can_be(admin: Door) -> None:
    template = await added(admin)
    at = f"{AT}/{template['template_id']}"
    faulty: list[dict[str, Any]] = [{"prizes": []}, {"sales_open_hours": 9_000}, {"name": "{x}"}]
    for changes in faulty:
        assert await admin.refused(at, changes, method="PATCH") == "validation"
    paused = await admin.granted(at, {"active": False, "prizes": [], "description": None}, method="PATCH")
    assert (paused["active"], paused["prizes"]) == (False, [])
    assert await admin.refused(at, {"active": True}, method="PATCH") == "validation"
    assert await admin.refused(at, {"drawing_type": "weekly"}, method="PATCH") == "validation"


async def test_templates_are_listed_by_type_and_by_whether_they_are_active(admin: Door) -> None:
    daily = await added(admin)
    weekly = await added(admin, drawing_type="weekly", active=False)
    for query, expected in (
        ("", {daily["template_id"], weekly["template_id"]}),
        ("?type=daily", {daily["template_id"]}),
        ("?active=false", {weekly["template_id"]}),
        ("?active=true&type=weekly", set()),
    ):
        assert {each["template_id"] for each in (await admin.get(AT + query))["items"]} == expected


async def test_the_list_tells_the_next_days_of_those_that_are_active(admin: Door) -> None:
    await added(admin)
    await added(admin, drawing_type="weekly", active=False)
    told = {each["drawing_type"]: each["next_days"] for each in (await admin.get(AT))["items"]}
    assert told == {"daily": ["2026-06-10", "2026-06-11", "2026-06-12"], "weekly": []}


async def test_every_change_is_on_record_with_before_and_after(admin: Door) -> None:
    template = await added(admin)
    at = f"{AT}/{template['template_id']}"
    await admin.granted(at, {"name": "Nightly"}, method="PATCH")
    await admin.call("DELETE", at)
    records = (await admin.get("/admin/audit?limit=100"))["items"]
    told = [
        (each["action"], each["before"], each["after"])
        for each in records
        if each["subject_id"] == template["template_id"]
    ]
    assert [action for action, _, _ in told] == [
        "drawing-template.delete",
        "drawing-template.edit",
        "drawing-template.create",
    ]
    (_, gone, nothing), (_, before, after), (_, none, first) = told
    assert (nothing, none) == (None, None)
    assert (before["name"], after["name"]) == (template["name"], "Nightly")
    assert first == template
    assert gone["name"] == "Nightly"


async def test_every_statement_compiles_for_oracle(admin: Door, house: House) -> None:
    assert house.node.storage.write_engine is not None
    seen = statements_of(house.node.storage.read_engine, house.node.storage.write_engine)
    template = await added(admin)
    await house.quiet()
    at = f"{AT}/{template['template_id']}"
    await admin.get(f"{AT}?type=daily&active=true&page=2")
    await admin.get(at)
    await admin.granted(at, {"name": "Nightly"}, method="PATCH")
    await admin.call("DELETE", at)
    assert len(seen) > 15
    assert_fit_for_oracle(seen)

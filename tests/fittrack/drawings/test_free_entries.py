"""Entries without purchase: who may have one, what it rests on, that the draw sees no difference."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from fittrack.drawings import commitment, draw
from fittrack.drawings.model import DrawingStatus
from fittrack.fairness.verification import verify
from fittrack.kit.ids import DrawingId, UserId
from fittrack.kit.standing import AccountStatus, Role
from fittrack.pubsub.messages import PlayerNote, player_topic
from protocol.outbound import DrawingTick, TicketsChanged
from tests.actors.house import House, a_house
from tests.door import Door, a_player, an_admin, opened
from tests.oracle_sql import assert_fit_for_oracle, statements_of
from tests.world import enrol


def entry(user_id: UUID, evidence: str = "Postmark 1", quantity: int = 1) -> dict[str, Any]:
    return {"user_id": str(user_id), "quantity": quantity, "evidence": evidence}


def at(drawing_id: DrawingId) -> str:
    return f"/drawings/{drawing_id}/free-entries"


async def test_it_counts_like_a_bought_one_and_costs_nothing(admin: Door, house: House) -> None:
    drawing_id, joe, ann = await house.drawing(), await house.player("joe"), await house.player("ann", days=0)
    await house.buy(joe, drawing_id, 3)
    ticks = house.listen(drawing_id)
    answer = await admin.granted(at(drawing_id), entry(ann, "  postmark   1 "))
    assert (answer["my_tickets"], answer["odds"], answer["evidence"]) == (1, 0.25, "POSTMARK 1")
    view = await house.view(drawing_id, ann)
    assert (view.total_tickets, view.entrants, view.my_tickets) == (4, 2, 1)
    await house.pass_time(seconds=1)
    last = [event.payload for event in ticks if isinstance(event.payload, DrawingTick)][-1]
    assert (last.tickets, last.entrants) == (4, 2)
    assert (await house.standing(ann)).ledger_seq == 0
    await house.node.jobs.apply_effects()
    assert [note.title for note in await house.inbox(ann)] == ["You are in: The draw"]


async def test_whoever_is_connected_hears_of_the_tickets(admin: Door, house: House) -> None:
    drawing_id, ann = await house.drawing(), await house.player("ann", days=0)
    heard: list[Any] = []
    house.node.broker.subscribe(player_topic(ann), heard.append)
    await admin.granted(at(drawing_id), entry(ann, quantity=2))
    [note] = [message.payload for message in heard if isinstance(message, PlayerNote)]
    assert note == TicketsChanged(drawing_id=drawing_id, my_tickets=2, odds=1.0)


async def test_the_holder_and_admins_see_it_among_the_tickets(admin: Door, house: House) -> None:
    drawing_id = await house.drawing()
    ann = await a_player(house, admin.client, "ann", display_name="Ann")
    made = await admin.granted(at(drawing_id), {"email": "ANN@test.example", "evidence": "C-1"})
    mine = await ann.get(f"/drawings/{drawing_id}/my-tickets")
    assert (mine["my_tickets"], mine["odds"]) == (1, 1.0)
    [purchase] = mine["purchases"]
    assert (purchase["transaction_id"], purchase["source"]) == (made["transaction_id"], "free_entry")
    for door in (ann, admin):
        [listed] = (await door.get(f"/tickets?drawing_id={drawing_id}"))["items"]
        assert (listed["source"], listed["quantity"]) == ("free_entry", 1)
    [shown] = (await admin.get(at(drawing_id)))["items"]
    assert shown == {
        "transaction_id": made["transaction_id"],
        "user_id": str(ann.user_id),
        "display_name": "Ann",
        "quantity": 1,
        "evidence": "C-1",
        "recorded_by": str(admin.user_id),
        "recorded_at": purchase["purchased_at"],
    }


async def test_the_draw_knows_no_difference_and_the_proof_has_it(admin: Door, house: House) -> None:
    drawing_id, joe, ann = await house.drawing(), await house.player("joe"), await house.player("ann", days=0)
    made = await admin.granted(at(drawing_id), entry(ann, quantity=10))
    await house.buy(joe, drawing_id, 1)
    await house.pass_time(hours=1)
    again = await an_admin(house, admin.client, "again")
    proof = await again.get(f"/drawings/{drawing_id}/inclusion/{made['transaction_id']}")
    assert proof["first"] == 1
    await house.pass_time(minutes=5)
    view = await house.view(drawing_id)
    assert view.drawing.status is DrawingStatus.COMPLETED
    assert view.stored.commitment is not None
    secrets = commitment.open_secrets(house.node.sealer, drawing_id, view.stored.commitment)
    record = await house.node.reads.run(draw.publish, view.stored, secrets)
    assert verify(record.to_json()).ok


async def test_a_cancellation_gives_nothing_back_for_it(admin: Door, house: House) -> None:
    drawing_id, ann = await house.drawing(), await house.player("ann", days=0)
    await admin.granted(at(drawing_id), entry(ann))
    await admin.granted(f"/drawings/{drawing_id}/cancel", {"reason": "Rain"})
    await house.node.jobs.apply_effects()
    assert (await house.standing(ann)).balance == 0


async def test_a_piece_of_evidence_makes_one_entry_in_any_drawing_for_ever(admin: Door, house: House) -> None:
    first, second = await house.drawing(), await house.drawing()
    joe, ann = await house.player("joe"), await house.player("ann")
    await admin.granted(at(first), entry(joe))
    for drawing_id, who, evidence in ((first, joe, "postmark 1"), (second, ann, " Postmark 1")):
        assert await admin.refused(at(drawing_id), entry(who, evidence)) == "evidence-used"
    await admin.granted(f"/drawings/{first}/cancel", {"reason": "Rain"})
    assert await admin.refused(at(second), entry(joe)) == "evidence-used"


async def test_of_drawings_that_want_the_same_evidence_at_once_one_has_it(admin: Door, house: House) -> None:
    wanted, joe = [await house.drawing() for _ in range(4)], await house.player()
    answers = await asyncio.gather(*(admin.post(at(drawing_id), entry(joe)) for drawing_id in wanted))
    assert sorted(status for status, _ in answers) == [201, 409, 409, 409]
    assert sum([(await house.view(drawing_id)).total_tickets for drawing_id in wanted]) == 1


async def test_one_person_may_have_so_many_and_no_more(admin: Door, house: House) -> None:
    drawing_id, joe, ann = (
        await house.drawing(free_tickets_per_person=3),
        *[await house.player(name) for name in ("joe", "ann")],
    )
    await house.buy(joe, drawing_id, 20)
    await admin.granted(at(drawing_id), entry(joe, "one", 2))
    assert await admin.refused(at(drawing_id), entry(joe, "two", 2)) == "free-tickets-used-up"
    await admin.granted(at(drawing_id), entry(joe, "two", 1))
    assert await admin.refused(at(drawing_id), entry(joe, "three", 1)) == "free-tickets-used-up"
    await admin.granted(at(drawing_id), entry(ann, "four", 3))
    none = await house.drawing(free_tickets_per_person=0)
    assert await admin.refused(at(none), entry(joe, "five")) == "free-tickets-used-up"


async def test_the_limit_is_fixed_once_sales_are_open(admin: Door, house: House) -> None:
    drawing_id = await house.drawing()
    at_it = f"/drawings/{drawing_id}"
    assert await admin.refused(at_it, {"free_tickets_per_person": 5}, method="PATCH") == "not-editable"
    scheduled = await house.drawing(opened=False)
    edited = await admin.granted(f"/drawings/{scheduled}", {"free_tickets_per_person": 5}, method="PATCH")
    assert (edited["free_tickets_per_person"], edited["rules_version"]) == (5, 2)


async def test_it_obeys_the_close_and_comes_after_the_opening(admin: Door, house: House) -> None:
    joe = await house.player()
    scheduled = await house.drawing(opened=False)
    assert await admin.refused(at(scheduled), entry(joe)) == "sales-closed"
    drawing_id = await house.drawing()
    await house.clock.advance(3_600)
    again = await an_admin(house, admin.client, "again")
    assert await again.refused(at(drawing_id), entry(joe)) == "sales-closed"
    assert (await house.view(drawing_id)).total_tickets == 0


@pytest.mark.parametrize(
    ("standing", "rule"),
    [
        ({"role": Role.ADMIN}, "role"),
        ({"status": AccountStatus.PENDING}, "status"),
        ({}, "profile_complete"),
    ],
)
async def test_the_rules_of_entry_are_those_of_a_purchase(
    admin: Door, house: House, standing: dict[str, Any], rule: str
) -> None:
    drawing_id, member = await house.drawing(), await enrol(house.node, "somebody", **standing)
    status, problem = await admin.post(at(drawing_id), entry(member.user_id))
    assert (status, problem["code"]) == (403, "not-eligible")
    assert problem["errors"][0]["pointer"] == f"/eligibility/{rule}"


async def test_an_account_that_is_too_young_for_the_drawing_cannot_enter(admin: Door, house: House) -> None:
    drawing = await admin.granted("/drawings", {"drawing_type": "daily", "name": "For the old"})
    drawing_id = DrawingId(UUID(drawing["drawing_id"]))
    prize = {"drawing_id": str(drawing_id), "rank": 1, "name": "A mug", "value_usd": "5.00"}
    await admin.granted("/prizes", prize)
    for step in ("schedule", "open"):
        await admin.granted(f"/drawings/{drawing_id}/{step}")
    assert await admin.refused(at(drawing_id), entry(await house.player())) == "not-eligible"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"user_id": str(uuid4()), "evidence": "A-1"}, "/user_id"),
        ({"email": "nobody@test.example", "evidence": "A-1"}, "/email"),
        ({"evidence": "A-1"}, "/user_id"),
        ({"user_id": str(uuid4()), "email": "boss@test.example", "evidence": "A-1"}, "/user_id"),
        ({"email": "boss@test.example", "evidence": "    "}, "/evidence"),
        ({"email": "boss@test.example", "evidence": "A-1", "quantity": 0}, "/quantity"),
    ],
)
async def test_what_is_wrong_is_said_where_it_is_wrong(
    admin: Door, house: House, body: dict[str, Any], pointer: str
) -> None:
    status, problem = await admin.post(at(await house.drawing()), body)
    assert (status, problem["code"]) == (422, "validation")
    assert problem["errors"][0]["pointer"] == pointer


async def test_the_same_key_makes_one_entry(admin: Door, house: House) -> None:
    drawing_id, joe = await house.drawing(), await house.player()
    sent = [await admin.post(at(drawing_id), entry(joe), **{"Idempotency-Key": "once"}) for _ in range(2)]
    assert sent[0] == sent[1]
    assert (await house.view(drawing_id)).total_tickets == 1


async def test_it_stands_on_record(admin: Door, house: House) -> None:
    drawing_id, joe = await house.drawing(), await house.player()
    made = await admin.granted(at(drawing_id), entry(joe))
    latest = (await admin.get("/admin/audit"))["items"][0]
    assert (latest["action"], latest["actor_id"], latest["subject_id"]) == (
        "free-entry.record",
        str(admin.user_id),
        str(drawing_id),
    )
    assert latest["after"] == {"transaction_id": made["transaction_id"], "user_id": str(joe), "quantity": 1}


async def test_what_was_entered_is_there_after_a_restart(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house, opened(house.node) as client:
        drawing_id, joe = await house.drawing(), UserId(await house.player())
        await (await an_admin(house, client)).granted(at(drawing_id), entry(joe, quantity=4))
    async with a_house(tmp_path) as house:
        view = await house.view(drawing_id, joe)
        assert (view.total_tickets, view.my_tickets) == (4, 4)


async def test_every_statement_compiles_for_oracle(admin: Door, house: House) -> None:
    assert house.node.storage.write_engine is not None
    seen = statements_of(house.node.storage.read_engine, house.node.storage.write_engine)
    drawing_id = await house.drawing()
    await a_player(house, admin.client, "ann", display_name="Ann")
    await admin.granted(at(drawing_id), {"email": "ann@test.example", "evidence": "C-1"})
    await admin.get(at(drawing_id))
    assert len(seen) > 15
    assert_fit_for_oracle(seen)

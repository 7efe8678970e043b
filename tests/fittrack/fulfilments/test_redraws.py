"""A forfeited prize goes to the next of the same sequence, on the public record, until nobody is left."""

import asyncio
import json
from typing import Any

import pytest

from fittrack.accounts.commands import ChangeStatus
from fittrack.drawings.model import FulfillmentType
from fittrack.fairness.verification import verify
from fittrack.kit.ids import DrawingId
from fittrack.kit.standing import AccountStatus
from fittrack.privacy.commands import DeleteAccount
from tests.fittrack.fulfilments.office import WHY, Office, at


async def record_of(office: Office, drawing_id: DrawingId) -> dict[str, Any]:
    """The published record, which must verify."""
    async with office.admin.client.get(f"/api/v1/drawings/{drawing_id}/proof") as response:
        data = await response.read()
    verification = verify(data)
    assert verification.ok, verification.failed
    return dict(json.loads(data))


async def results_of(office: Office, drawing_id: DrawingId) -> dict[str, Any]:
    return await office.admin.get(f"/drawings/{drawing_id}/results")


async def lose(office: Office, prize: dict[str, Any], **body: str) -> None:
    """Take the prize away, by an admin."""
    await office.check()
    await office.do(prize, "forfeit", WHY | body)


async def test_the_next_in_the_draw_has_the_prize_and_anybody_can_verify_it(office: Office) -> None:
    drawing_id = await office.won(players=3)
    first = await office.only(drawing_id)
    await lose(office, first)
    heard = office.house.listen(drawing_id)
    redrawn = await office.do(first, "redraw")
    assert (redrawn["status"], len(heard)) == ("forfeited", 1)
    await office.house.node.jobs.apply_effects()
    second = (await office.all_of(drawing_id))[1]
    assert redrawn["successor_id"] == second["fulfillment_id"]
    assert second["status"] == "winner_notified"
    assert (await office.titles(office.owner(second))) == ["You won: A bicycle"]
    record = await record_of(office, drawing_id)
    (alternate,) = record["alternates"]
    assert (alternate["slot"], alternate["reason"]) == (1, "disqualified")
    results = await results_of(office, drawing_id)
    assert [each["winning_ticket_number"] for each in results["winners"]] == [alternate["ticket"]]
    (lost,) = results["forfeited"]
    assert lost["tag"] == record["winners"][0]["tag"]
    mine = await office.owner(first).get(f"/drawings/{drawing_id}/results")
    assert mine["my"]["won"] is False
    assert (await office.owner(first).get("/users/me"))["stats"]["prizes_won"] == 0
    assert (await office.owner(second).get("/users/me"))["stats"]["prizes_won"] == 1


async def test_it_goes_on_until_nobody_is_left_and_then_goes_back(office: Office) -> None:
    drawing_id = await office.won(players=3)
    for count in (1, 2, 3):
        await office.house.node.jobs.apply_effects()
        prizes = await office.all_of(drawing_id)
        assert len(prizes) == count
        await lose(office, prizes[-1])
        outcome = await office.do(prizes[-1], "redraw")
    assert (outcome["status"], outcome["successor_id"]) == ("returned", None)
    assert len({prize["user_id"] for prize in prizes}) == 3, "one prize for a person"
    await office.house.node.jobs.apply_effects()
    assert (await office.titles(office.owner(prizes[-1])))[-1] == "Gone back: A bicycle"
    assert (await office.admin.get(at(prizes[-1])))["history"][-1]["note"] == "Nobody is left to be drawn."
    assert len((await record_of(office, drawing_id))["alternates"]) == 2


async def test_who_was_passed_over_is_passed_over_still(office: Office) -> None:
    drawing_id = await office.drawing()
    players = [await office.player() for _ in range(3)]
    for player in players:
        await office.house.buy(player.user_id, drawing_id, 1)
    ban = ChangeStatus(status=AccountStatus.BANNED, reason="For the test")
    await office.house.do(players[0].user_id, ban)
    await office.draw(drawing_id, [])
    await office.house.node.jobs.apply_effects()
    for _ in range(2):
        prize = (await office.all_of(drawing_id))[-1]
        assert office.owner(prize) is not players[0]
        await lose(office, prize)
        outcome = await office.do(prize, "redraw")
        await office.house.node.jobs.apply_effects()
    assert outcome["status"] == "returned"
    await record_of(office, drawing_id)


async def test_the_next_who_left_meanwhile_forfeits_in_turn(office: Office) -> None:
    drawing_id = await office.won(players=2)
    first = await office.only(drawing_id)
    other = next(door for door in office.players if door is not office.owner(first))
    await office.house.do(other.user_id, DeleteAccount())
    await lose(office, first)
    await office.do(first, "redraw")
    await office.house.node.jobs.apply_effects()
    second = (await office.all_of(drawing_id))[1]
    assert (second["status"], second["forfeit_reason"]) == ("forfeited", "deleted")
    await office.check()
    assert (await office.do(second, "redraw"))["status"] == "returned"


@pytest.mark.parametrize("deed", ["redraw", "return"])
async def test_only_what_is_forfeited_is_drawn_again_and_once(office: Office, deed: str) -> None:
    drawing_id = await office.won(players=3)
    prize = await office.only(drawing_id)
    await office.check()
    status, refusal = await office.admin.post(at(prize, deed))
    assert (status, refusal["code"]) == (409, "invalid-transition")
    assert refusal["detail"].endswith(f"does not allow: {deed}.")
    await lose(office, prize)
    await office.do(prize, deed)
    assert await office.admin.refused(at(prize, "redraw")) == "invalid-transition"
    assert await office.admin.refused(at(prize, "return")) == "invalid-transition"


async def test_a_prize_says_how_many_arrived_and_how_many_went_back(office: Office) -> None:
    drawing_id = await office.won(players=2, quantity=2, kind=FulfillmentType.DIGITAL)
    arrives, goes_back = await office.all_of(drawing_id)
    await office.do(arrives, "deliver")
    await lose(office, goes_back)
    await office.do(goes_back, "return")
    [line] = (await office.admin.get(f"/prizes?drawing_id={drawing_id}"))["items"]
    assert line["prize"]["quantity"] == 2
    assert (line["awarded"], line["delivered"], line["returned"]) == (1, 1, 1)


async def test_redraws_at_once_make_one_successor(office: Office) -> None:
    drawing_id = await office.won(players=4)
    prize = await office.only(drawing_id)
    await lose(office, prize)
    answers = await asyncio.gather(*(office.admin.post(at(prize, "redraw")) for _ in range(3)))
    assert sorted(status for status, _ in answers) == [200, 409, 409]
    assert len(await office.all_of(drawing_id)) == 2


async def test_a_redraw_needs_the_second_factor(office: Office) -> None:
    drawing_id = await office.won(players=2)
    await office.days(20)
    prize = await office.only(drawing_id)
    assert await office.admin.refused(at(prize, "redraw")) == "mfa-required"
    await office.check()
    assert (await office.do(prize, "redraw"))["successor_id"]
    (record,) = (await office.admin.get("/admin/audit?action=drawing.redraw"))["items"]
    assert record["before"]["fulfillment_id"] == prize["fulfillment_id"]


async def test_a_notice_that_crashes_do_not_double_is_told_once(office: Office) -> None:
    drawing_id = await office.won(players=2)
    prize = await office.only(drawing_id)
    await lose(office, prize)
    await office.do(prize, "redraw")
    for _ in range(3):
        await office.house.node.jobs.apply_effects()
    successor = (await office.all_of(drawing_id))[1]
    assert await office.titles(office.owner(successor)) == ["You won: A bicycle"]
    assert len((await office.admin.get(at(successor)))["history"]) == 1

"""A prize on its way, from the draw to the door (SPEC 6)."""

import msgspec
import pytest

from fittrack.accounts.commands import ChangeStatus
from fittrack.activities.commands import LogActivities
from fittrack.drawings.model import FulfillmentType
from fittrack.kit.standing import AccountStatus
from tests.actors.house import hard_day
from tests.fittrack.fulfilments.office import ADDRESS, PARCEL, WHY, Office, at


async def test_a_prize_reaches_its_winner_and_every_step_is_told(office: Office) -> None:
    prize = await office.only(await office.won())
    winner = office.owner(prize)
    assert prize["status"] == "winner_notified"
    assert (await office.claim(prize))["status"] == "address_confirmed"
    assert (await office.do(prize, "ship", PARCEL))["tracking_number"] == "1Z999"
    delivered = await office.do(prize, "deliver")
    assert (delivered["status"], delivered["value_usd"]) == ("delivered", "250.00")
    assert await office.titles(winner) == [
        "You won: A bicycle",
        "Address confirmed: A bicycle",
        "On its way: A bicycle",
        "Delivered: A bicycle",
    ]
    history = (await winner.get(at(prize)))["history"]
    assert [(step["to_status"], step["by"]) for step in history] == [
        ("winner_notified", "clock"),
        ("address_confirmed", "winner"),
        ("shipped", "admin"),
        ("delivered", "admin"),
    ]


async def test_letters_say_it_as_well(office: Office) -> None:
    prize = await office.only(await office.won())
    await office.claim(prize)
    await office.do(prize, "ship", PARCEL)
    await office.house.node.jobs.deliver_mail()
    folder = office.house.node.settings.mail_dir
    letters = [file.read_text() for file in sorted(folder.glob("*.eml"))]
    for subject in ("You won", "Address confirmed", "On its way"):
        assert sum(f"Subject: {subject}: A bicycle" in letter for letter in letters) == 1
    assert any("1Z999" in letter for letter in letters)


async def test_a_digital_prize_skips_the_address(office: Office) -> None:
    prize = await office.only(await office.won(kind=FulfillmentType.DIGITAL))
    assert prize["address_due_at"] is None
    assert await office.owner(prize).refused(at(prize, "confirm-address"), ADDRESS) == "invalid-transition"
    assert (await office.do(prize, "ship", {}))["status"] == "shipped"
    assert (await office.do(prize, "deliver"))["status"] == "delivered"


async def test_a_digital_prize_may_be_delivered_at_once(office: Office) -> None:
    prize = await office.only(await office.won(kind=FulfillmentType.DIGITAL))
    assert (await office.do(prize, "deliver"))["status"] == "delivered"


async def test_a_wrong_address_goes_back_to_the_winner(office: Office) -> None:
    prize = await office.only(await office.won())
    await office.claim(prize)
    body = {"reason": "There is no such street"}
    assert (await office.do(prize, "invalidate-address", body))["status"] == "address_invalid"
    note = (await office.house.inbox(office.owner(prize).user_id))[-1]
    assert "There is no such street" in note.body
    assert (await office.claim(prize, street="2 Main St"))["status"] == "address_confirmed"
    assert (await office.admin.get(at(prize)))["address"]["street"] == "2 Main St"


async def test_a_parcel_that_came_back_is_sent_again(office: Office) -> None:
    prize = await office.only(await office.won())
    await office.claim(prize)
    await office.do(prize, "ship", PARCEL)
    back = await office.do(prize, "invalidate-address", {"reason": "The parcel came back"})
    assert (back["status"], back["carrier"], back["tracking_number"]) == ("address_invalid", None, None)
    await office.claim(prize)
    assert (await office.do(prize, "ship", PARCEL))["status"] == "shipped"


@pytest.mark.parametrize(
    ("deed", "body"), [("ship", PARCEL), ("deliver", None), ("invalidate-address", {"reason": "Not right"})]
)
async def test_what_is_not_its_turn_is_refused_and_changes_nothing(
    office: Office, deed: str, body: object
) -> None:
    prize = await office.only(await office.won())
    before = await office.admin.get(at(prize))
    status, problem = await office.admin.post(at(prize, deed), body)
    assert (status, problem["code"]) == (409, "invalid-transition")
    assert await office.admin.get(at(prize)) == before


async def test_a_reminder_is_on_record_and_moves_no_deadline(office: Office) -> None:
    prize = await office.only(await office.won())
    reminded = await office.do(prize, "notify")
    assert reminded["address_due_at"] == prize["address_due_at"]
    assert [step["by"] for step in (await office.admin.get(at(prize)))["history"]] == ["clock", "admin"]
    assert (await office.titles(office.owner(prize)))[-1] == "Where shall we send it? A bicycle"


async def test_a_parcel_needs_carrier_and_number(office: Office) -> None:
    prize = await office.only(await office.won())
    await office.claim(prize)
    status, problem = await office.admin.post(at(prize, "ship"), {"carrier": "UPS"})
    assert (status, [error["pointer"] for error in problem["errors"]]) == (422, ["/tracking_number"])


async def test_prizes_are_seen_by_their_winner_and_by_admins_alone(office: Office) -> None:
    prize = await office.only(await office.won())
    winner, other = office.owner(prize), await office.player()
    await office.claim(prize)
    await office.admin.granted(at(prize), {"notes": "Rings twice"}, method="PUT")
    (mine,) = (await winner.get("/fulfillments"))["items"]
    assert mine["fulfillment_id"] == prize["fulfillment_id"]
    assert not {"notes", "successor_id", "on_hold", "display_name"} & mine.keys()
    shown = await winner.get(at(prize))
    assert shown["address"]["zip_code"] == "78701"
    assert "actor_id" not in shown["history"][0]
    assert (await office.admin.get(at(prize)))["notes"] == "Rings twice"
    assert (await other.get("/fulfillments"))["items"] == []
    assert await other.refused(at(prize), method="GET") == "not-found"
    assert await other.refused(at(prize, "confirm-address"), ADDRESS) == "not-found"
    assert await winner.refused(f"/fulfillments?user_id={other.user_id}", method="GET") == "forbidden"


async def test_the_list_is_searched_and_sorted(office: Office) -> None:
    cheap = await office.only(await office.won(value="5.00"))
    dear = await office.only(await office.won(value="900.00"))
    await office.claim(dear)

    async def found(query: str) -> list[str]:
        items = (await office.admin.get(f"/fulfillments?{query}"))["items"]
        return [item["fulfillment_id"] for item in items]

    both = [cheap["fulfillment_id"], dear["fulfillment_id"]]
    assert await found("sort=created_at") == both
    assert await found("sort=-value") == both[::-1]
    assert await found("status=address_confirmed") == both[1:]
    assert await found(f"user_id={cheap['user_id']}") == both[:1]
    assert await found("sort=due") == both, "what nothing is due of comes last"
    assert await found("overdue=true") == []
    await office.days(7)
    assert await found("overdue=true") == both[:1]
    assert await found("overdue=false") == both[1:]
    page = await office.admin.get("/fulfillments?limit=1&page=2&sort=created_at")
    assert (page["items"][0]["fulfillment_id"], page["pagination"]["total_items"]) == (both[1], 2)


async def test_an_admin_may_enter_what_the_winner_said_on_the_telephone(office: Office) -> None:
    prize = await office.only(await office.won())
    assert (await office.do(prize, "confirm-address", ADDRESS))["status"] == "address_confirmed"
    (record,) = (await office.admin.get("/admin/audit?action=fulfillment.confirm-address"))["items"]
    assert "Main St" not in str(record), "addresses are kept in one place"


async def test_an_edit_changes_the_parcel_until_it_is_over(office: Office) -> None:
    prize = await office.only(await office.won())
    await office.claim(prize)
    await office.do(prize, "ship", PARCEL)
    edited = await office.admin.granted(at(prize), {"tracking_number": "1Z000"}, method="PUT")
    assert (edited["carrier"], edited["tracking_number"]) == ("UPS", "1Z000")
    await office.do(prize, "deliver")
    assert await office.admin.refused(at(prize), {"carrier": "DHL"}, method="PUT") == "not-editable"
    assert (await office.admin.granted(at(prize), {"notes": " "}, method="PUT"))["notes"] is None


async def test_who_decides_upon_an_older_version_is_told_so(office: Office) -> None:
    prize = await office.only(await office.won())
    read = await office.owner(prize).get(at(prize))
    headers = {"If-Match": read["etag"]}
    status, confirmed = await office.owner(prize).post(at(prize, "confirm-address"), ADDRESS, **headers)
    assert (status, confirmed["status"]) == (200, "address_confirmed")
    status, problem = await office.admin.post(at(prize, "ship"), PARCEL, **headers)
    assert (status, problem["code"]) == (412, "precondition-failed")
    assert (await office.admin.post(at(prize, "ship"), PARCEL, **{"If-Match": confirmed["etag"]}))[0] == 200


async def test_the_same_key_moves_it_once(office: Office) -> None:
    prize = await office.only(await office.won())
    await office.claim(prize)
    key = {"Idempotency-Key": "parcel-1"}
    first = await office.admin.post(at(prize, "ship"), PARCEL, **key)
    assert first[0] == 200
    assert await office.admin.post(at(prize, "ship"), PARCEL, **key) == first
    other = await office.admin.post(at(prize, "ship"), {**PARCEL, "carrier": "DHL"}, **key)
    assert (other[0], other[1]["code"]) == (422, "idempotency-mismatch")


@pytest.mark.parametrize("kind", FulfillmentType)
async def test_nothing_is_sent_to_who_may_not_win(office: Office, kind: FulfillmentType) -> None:
    prize = await office.only(await office.won(kind=kind))
    winner = office.owner(prize)
    if kind is FulfillmentType.PHYSICAL:
        await office.claim(prize)
    suspend = ChangeStatus(status=AccountStatus.SUSPENDED, reason="For the test")
    await office.house.do(winner.user_id, suspend)
    assert await office.admin.refused(at(prize, "ship"), PARCEL) == "prize-on-hold"
    assert (await office.admin.get(at(prize)))["on_hold"] is True
    back = ChangeStatus(status=AccountStatus.ACTIVE, reason="For the test")
    await office.house.do(winner.user_id, back)
    assert (await office.do(prize, "ship", PARCEL))["status"] == "shipped"


async def test_a_review_holds_the_prize_until_it_is_cleared(office: Office) -> None:
    prize = await office.only(await office.won())
    await office.claim(prize)
    winner = office.owner(prize)
    by_hand = msgspec.structs.replace(hard_day(office.house.clock, 2), source="manual")
    await office.house.do(winner.user_id, LogActivities([by_hand]))
    assert await office.admin.refused(at(prize, "ship"), PARCEL) == "prize-on-hold"
    assert (await office.admin.get(at(prize)))["status"] == "address_confirmed"
    (review,) = (await office.admin.get(f"/admin/reviews?user_id={winner.user_id}"))["items"]
    cleared = {"resolution": "cleared", "note": "All walked"}
    await office.admin.granted(f"/admin/reviews/{review['review_id']}/resolve", cleared)
    assert (await office.do(prize, "ship", PARCEL))["status"] == "shipped"


async def test_steps_are_counted(office: Office) -> None:
    prize = await office.only(await office.won())
    await office.claim(prize)
    async with office.admin.client.get("/metrics") as response:
        assert 'fittrack_prize_steps_total{deed="confirm-address"} 1.0' in await response.text()


async def test_taking_a_prize_away_needs_the_second_factor(office: Office) -> None:
    prize = await office.only(await office.won())
    assert await office.admin.refused(at(prize, "forfeit"), WHY) == "mfa-required"
    await office.check()
    taken = await office.do(prize, "forfeit", {**WHY, "cause": "declined"})
    assert (taken["status"], taken["forfeit_reason"]) == ("forfeited", "declined")
    assert (await office.titles(office.owner(prize)))[-1] == "Forfeited: A bicycle"
    (record,) = (await office.admin.get("/admin/audit?action=fulfillment.forfeit"))["items"]
    assert (record["reason"], record["after"]["status"]) == (WHY["reason"], "forfeited")
    assert (await office.admin.get(at(prize)))["history"][-1]["note"] is None, "why is not for the winner"


async def test_a_winner_has_one_fulfillment(office: Office) -> None:
    prize = await office.only(await office.won())
    body = {"drawing_id": prize["drawing_id"], "user_id": prize["user_id"]}
    assert await office.admin.refused("/fulfillments", body) == "conflict"
    stranger = {**body, "user_id": str((await office.player()).user_id)}
    status, problem = await office.admin.post("/fulfillments", stranger)
    assert (status, problem["errors"][0]["pointer"]) == (422, "/user_id")

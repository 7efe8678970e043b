"""Giving and taking points: entries of the ledger, told to the player, booked once; all ledgers."""

from typing import Any
from uuid import uuid4

import pytest

from fittrack.activities.commands import LogActivities
from fittrack.pubsub.messages import Message, StreamEvent, player_topic
from protocol.outbound import PointsChanged
from tests.actors.house import House, hard_day
from tests.door import Door, a_player, an_admin
from tests.fittrack.admin.records import actions_on

GIFT = {"amount": 250, "reason": "For the outage of Tuesday"}


@pytest.fixture
async def player(house: House, checked: Door) -> Door:
    """A player with a thousand points."""
    found = await a_player(house, checked.client, display_name="Joe")
    await house.do(found.user_id, LogActivities([hard_day(house.clock, 1)]))
    return found


def at(door: Door) -> str:
    return f"/admin/users/{door.user_id}/adjust-points"


async def balance(player: Door) -> int:
    return int((await player.get("/points/balance"))["balance"])


async def test_an_adjustment_is_an_entry_that_the_player_sees_and_is_told_of(
    house: House, checked: Door, player: Door
) -> None:
    heard: list[Message] = []
    house.node.broker.subscribe(player_topic(player.user_id), heard.append)
    status, entry = await checked.post(at(player), GIFT)
    assert status == 201
    assert (entry["transaction_type"], entry["amount"], entry["balance_after"]) == ("adjust", 250, 1_250)
    own = (await player.get("/points/transactions"))["items"][0]
    assert own == {name: value for name, value in entry.items() if name != "user_id"}
    assert await balance(player) == 1_250
    assert (await player.get("/points/balance"))["total_earned"] == 1_000, "it does not rank"
    note = (await house.inbox(player.user_id))[-1]
    assert (note.notification_type, GIFT["reason"] in note.body) == ("point_adjustment", True)
    events = [message.payload for message in heard if isinstance(message, StreamEvent)]
    assert any(isinstance(event, PointsChanged) and event.balance == 1_250 for event in events)


async def test_a_balance_never_goes_below_zero(checked: Door, player: Door) -> None:
    status, problem = await checked.post(at(player), {"amount": -1_001, "reason": "Too much"})
    assert (status, problem["code"]) == (409, "insufficient-points")
    assert await balance(player) == 1_000
    await checked.granted(at(player), {"amount": -1_000, "reason": "All of it"})
    assert await balance(player) == 0


@pytest.mark.parametrize(
    "body",
    [
        {"amount": 0, "reason": "Nothing"},
        {"amount": 1},
        {"amount": 1, "reason": ""},
        {"amount": 1, "reason": "    "},
        {"amount": 1.5, "reason": "A half"},
        {"amount": 1_000_001, "reason": "A slip"},
        {"amount": -1_000_001, "reason": "A slip"},
    ],
)
async def test_an_adjustment_needs_an_amount_and_a_reason(checked: Door, player: Door, body: object) -> None:
    assert await checked.refused(at(player), body) == "validation"
    assert await balance(player) == 1_000


async def test_under_one_key_points_are_booked_once_whichever_way_the_admin_asks(
    checked: Door, player: Door
) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first, again = await checked.post(at(player), GIFT, **key), await checked.post(at(player), GIFT, **key)
    elsewhere = await checked.post("/transactions", {**GIFT, "user_id": str(player.user_id)}, **key)
    assert first == again == elsewhere
    assert await balance(player) == 1_250
    status, problem = await checked.post(at(player), GIFT | {"amount": 251}, **key)
    assert (status, problem["code"]) == (422, "idempotency-mismatch")


async def test_the_same_key_of_another_admin_is_another_key(
    house: House, checked: Door, player: Door
) -> None:
    other = await an_admin(house, checked.client, "other")
    await other.set_up()
    key = {"Idempotency-Key": "one-and-the-same"}
    for door in (checked, other, checked):
        assert (await door.post(at(player), GIFT, **key))[0] == 201
    assert await balance(player) == 1_500


async def test_points_need_a_fresh_check(house: House, checked: Door, player: Door) -> None:
    await checked.clock.advance(600)
    assert await checked.refused(at(player), GIFT) == "mfa-required"
    assert await checked.refused("/transactions", {**GIFT, "user_id": str(player.user_id)}) == "mfa-required"


async def test_admins_have_no_points_to_adjust(checked: Door) -> None:
    assert await checked.refused(at(checked), GIFT) == "conflict"


async def test_nobody_has_no_points_either(checked: Door) -> None:
    assert await checked.refused("/transactions", {**GIFT, "user_id": str(uuid4())}) == "not-found"


async def test_who_gave_the_points_is_on_record(checked: Door, player: Door) -> None:
    entry = await checked.granted(at(player), GIFT)
    (recorded,) = await actions_on(checked, player)
    assert (recorded["action"], recorded["actor_id"]) == ("user.adjust_points", str(checked.user_id))
    assert recorded["before"] == {"balance": 1_000}
    assert recorded["after"] == {"balance": 1_250, "transaction_id": entry["transaction_id"]}
    assert recorded["reason"] == GIFT["reason"]


# --- All ledgers ------------------------------------------------------------------------------------------


@pytest.fixture
async def ledgers(house: House, checked: Door, player: Door) -> list[dict[str, Any]]:
    """Entries of several players, some of one instant; the latest first."""
    others = [await a_player(house, checked.client, f"p{n}", display_name=f"Player {n}") for n in range(3)]
    for round_ in range(3):
        await house.clock.advance(1)
        for each in others:
            for amount in (10, -1):
                body = {"amount": amount, "reason": f"Round {round_}", "user_id": str(each.user_id)}
                await checked.granted("/transactions", body)
    return list((await checked.get("/transactions?limit=100"))["items"])


async def test_all_entries_are_listed_the_latest_first(ledgers: list[dict[str, Any]]) -> None:
    assert len(ledgers) == 19
    keys = [(entry["created_at"], entry["user_id"], entry["seq"]) for entry in ledgers]
    assert keys == sorted(keys, reverse=True)
    assert {entry["display_name"] for entry in ledgers} == {"Joe", "Player 0", "Player 1", "Player 2"}


@pytest.mark.parametrize("limit", [1, 4, 7, 19])
async def test_cursors_lead_through_all_entries_whatever_comes_meanwhile(
    checked: Door, ledgers: list[dict[str, Any]], limit: int
) -> None:
    seen: list[dict[str, Any]] = []
    page = await checked.get(f"/transactions?limit={limit}")
    while True:
        seen += page["items"]
        following = page["pagination"]["next_cursor"]
        if following is None:
            break
        body = {"amount": 1, "reason": "Meanwhile", "user_id": ledgers[0]["user_id"]}
        await checked.granted("/transactions", body)
        page = await checked.get(f"/transactions?limit={limit}&cursor={following}")
    assert seen == ledgers


async def test_entries_are_found_by_player_kind_and_time(
    checked: Door, player: Door, ledgers: list[dict[str, Any]]
) -> None:
    async def sought(query: str) -> list[dict[str, Any]]:
        return list((await checked.get(f"/transactions?limit=100&{query}"))["items"])

    assert [entry["transaction_type"] for entry in await sought(f"user_id={player.user_id}")] == ["earn"]
    assert len(await sought("type=adjust")) == len(await sought("reference_type=adjustment")) == 18
    middle = ledgers[6]["created_at"]
    later, earlier = await sought(f"from={middle}"), await sought(f"to={middle}")
    assert later + earlier == ledgers
    assert later and earlier
    assert await checked.refused("/transactions?from=yesterday", method="GET") == "malformed"

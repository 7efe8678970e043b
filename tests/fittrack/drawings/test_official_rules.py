"""The official rules of a drawing: what they tell, that each version stays, that entries know theirs."""

from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from fittrack.drawings.model import Eligibility, UserType
from fittrack.drawings.official_rules import Publisher, official_rules
from tests.actors.house import House, a_house
from tests.door import Door, a_player, an_admin, opened
from tests.fittrack.drawings.examples import CALENDAR, EXCLUDED_STATES, a_drawing, a_prize

PUBLISHER = Publisher(
    operator="FitTrack LLC",
    free_entry_address="PO Box 7, Dover, DE 19901",
    public_url="https://play.example",
    excluded_states=EXCLUDED_STATES,
    calendar=CALENDAR,
)


def text_of(**changes: Any) -> str:
    drawing = a_drawing(commit=b"\x01" * 32, rules_version=3, **changes)
    return official_rules(drawing, PUBLISHER)


@pytest.mark.parametrize(
    "sentence",
    [
        "Version 3. No purchase or payment is necessary",
        "run by FitTrack LLC. Prizes are given by Velora.",
        "except of Florida, New York, Rhode Island, 18 or older",
        "at least 7 days old",
        "until June 1, 2026, 20:55:00 (America/New_York)",
        "drawn on June 1, 2026, 21:00:00",
        "A ticket costs 100 points",
        "to PO Box 7, Dover, DE 19901",
        "one person may have 10 tickets this way",
        "- 2 × Tempo shoes, worth $1,140.50 each, given by Velora",
        "Total approximate retail value: $2,331.00",
        "The odds of winning depend on the number of tickets",
        "the commitment 0101",
        "https://play.example/api/v1/drawings/",
    ],
)
def test_the_text_has_the_facts_of_its_drawing(sentence: str) -> None:
    shoes = a_prize(rank=1, name="Tempo shoes", value_usd=Decimal("1140.50"), quantity=2, sponsor="Velora")
    assert sentence in text_of(prizes=(shoes, a_prize(rank=2)))


def test_the_text_follows_what_a_drawing_says_otherwise() -> None:
    text = text_of(
        free_tickets_per_person=0,
        eligibility=Eligibility(user_type=UserType.PREMIUM, min_account_age_days=0),
        ticket_cost_points=2_500,
    )
    assert "premium players" in text
    assert "2,500 points" in text
    assert "PO Box" not in text, "no card makes an entry here"


async def test_a_draft_has_none_and_a_new_commitment_is_a_new_version(admin: Door, house: House) -> None:
    draft = await house.draft()
    assert await admin.refused(f"/drawings/{draft}/rules", method="GET") == "not-found"
    drawing_id = await house.drawing(opened=False)
    at = f"/drawings/{drawing_id}/rules"
    first = await admin.get(at)
    assert (first["rules_version"], first["latest_version"]) == (1, 1)
    assert first["sha256"] == sha256(first["text"].encode()).hexdigest()
    await admin.granted(f"/drawings/{drawing_id}", {"ticket_cost_points": 77}, method="PATCH")
    latest = await admin.get(at)
    assert (latest["rules_version"], "A ticket costs 77 points" in latest["text"]) == (2, True)
    former = await admin.get(f"{at}?version=1")
    assert former == {**first, "latest_version": 2}
    assert await admin.refused(f"{at}?version=3", method="GET") == "not-found"
    assert await admin.refused(f"{at}?version=0", method="GET") == "malformed"


async def test_what_may_still_change_once_sales_are_open_changes_no_rules(admin: Door, house: House) -> None:
    drawing_id = await house.drawing()
    before = await admin.get(f"/drawings/{drawing_id}/rules")
    await admin.granted(f"/drawings/{drawing_id}", {"description": "Other words"}, method="PATCH")
    assert await admin.get(f"/drawings/{drawing_id}/rules") == before


async def test_an_entry_knows_under_which_rules_it_was_made(admin: Door, house: House) -> None:
    drawing_id = await house.drawing(opened=False)
    await admin.granted(f"/drawings/{drawing_id}", {"ticket_cost_points": 5}, method="PATCH")
    await admin.granted(f"/drawings/{drawing_id}/open")
    ann = await a_player(house, admin.client, "ann", display_name="Ann")
    await admin.granted(
        f"/drawings/{drawing_id}/free-entries", {"user_id": str(ann.user_id), "evidence": "C-1"}
    )
    for path, items in ((f"/drawings/{drawing_id}/my-tickets", "purchases"), ("/tickets", "items")):
        assert [entry["rules_version"] for entry in (await ann.get(path))[items]] == [2]


async def test_the_exact_rules_of_the_draw_stay_where_they_can_be_checked(admin: Door, house: House) -> None:
    drawing_id = await house.drawing()
    exact = await admin.get(f"/drawings/{drawing_id}/draw-rules")
    assert (exact["algo"], exact["drawing_id"], exact["version"]) == ("FTD1", str(drawing_id), 1)


async def test_drawings_of_the_schedule_have_their_rules_too(admin: Door, house: House) -> None:
    prizes = [{"rank": 1, "name": "A mug", "value_usd": "5.00"}]
    body = {"drawing_type": "daily", "name": "Draw of {date}", "prizes": prizes}
    template = await admin.granted("/drawing-templates", body)
    await house.quiet()
    coming = (await admin.get(f"/drawing-templates/{template['template_id']}"))["coming"]
    rules = await admin.get(f"/drawings/{coming[0]['drawing_id']}/rules")
    assert rules["text"].startswith("Official rules: Draw of June 10, 2026\n")


async def test_the_settings_say_who_runs_it_and_where_cards_are_sent(tmp_path: Path) -> None:
    told = a_house(tmp_path, OPERATOR_NAME="Acme Sweeps", AMOE_ADDRESS="PO Box 9, Reno, NV 89501")
    async with told as house, opened(house.node) as client:
        admin = await an_admin(house, client)
        text = (await admin.get(f"/drawings/{await house.drawing()}/rules"))["text"]
        assert "run by Acme Sweeps" in text
        assert "PO Box 9, Reno, NV 89501" in text
        assert await admin.refused(f"/drawings/{uuid4()}/rules", method="GET") == "not-found"

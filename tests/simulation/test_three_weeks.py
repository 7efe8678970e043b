"""Three weeks of the platform's life through its doors alone, reconciled to the last point."""

from collections import Counter, defaultdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tests.simulation.weeks.people import DAYS, MONDAY
from tests.simulation.weeks.phone import Phone
from tests.simulation.weeks.platform import Platform, a_platform, drawings_of
from tests.simulation.weeks.story import BANNED, GONE, Story
from tests.stage import eventually

SEED = 2026


async def test_three_weeks_of_everybody_come_to_the_last_point_of_the_books(tmp_path: Path) -> None:
    async with a_platform(tmp_path, SEED) as platform:
        story = Story(platform, tmp_path)
        for number in range(DAYS):
            await story.live(MONDAY + timedelta(days=number))
        await every_kind_was_drawn(platform)
        for phone in story.phones:
            await everything_was_heard(phone)
            await the_ledger_tells_the_story(platform, phone)
            await wins_were_told(platform, phone)
        await each_tier_has_what_was_earned_in_it(platform, story)
        await the_export_is_complete(story.phones[0])
        await everybody_who_left_is_gone(platform, story.phones[0])


async def every_kind_was_drawn(platform: Platform) -> None:
    completed = await drawings_of(platform, "completed")
    kinds = Counter(drawing["drawing_type"] for drawing in completed)
    assert kinds == {"daily": DAYS, "weekly": 2, "monthly": 1, "annual": 1}
    [cancelled] = await drawings_of(platform, "cancelled")
    assert {cancelled["drawing_id"]} == platform.books.refunded
    won = {drawing["drawing_type"] for drawing in completed if platform.books.winners[drawing["drawing_id"]]}
    assert won == set(kinds), "somebody won in each kind"


async def everything_was_heard(phone: Phone) -> None:
    """Over all visits the phone heard each numbered event, once and in order."""
    async with phone.visit():
        heads = {
            "ledger": (await phone.get("/points/balance"))["ledger_seq"],
            "inbox": (await phone.get("/notifications?limit=1"))["pagination"]["total_items"],
        }
        for stream, head in heads.items():
            await eventually(partial(phone.has_heard, stream, head), f"the {stream}")
            assert phone.heard[stream] == list(range(1, head + 1))


async def the_ledger_tells_the_story(platform: Platform, phone: Phone) -> None:
    name, books = phone.person.name, platform.books
    entries = sorted(await phone.everything("/points/transactions"), key=lambda entry: int(entry["seq"]))
    balance = 0
    for seq, entry in enumerate(entries, 1):
        balance += entry["amount"]
        assert (entry["seq"], entry["balance_after"]) == (seq, balance)
    assert balance == platform.owed(name)
    bought = [entry for entry in entries if entry["transaction_type"] == "spend"]
    assert -sum(entry["amount"] for entry in bought) == sum(books.spent[name].values())
    returned = [entry for entry in entries if entry["reference_type"] == "refund"]
    called_off = [entry for entry in bought if entry["reference_id"] in books.refunded]
    assert amounts(returned) == amounts(called_off, sign=-1)
    gifts = [entry["amount"] for entry in entries if entry["reference_type"] == "adjustment"]
    assert sum(gifts) == books.adjusted[name]


def amounts(entries: list[dict[str, Any]], sign: int = 1) -> list[tuple[str, int]]:
    """What was booked for each drawing, entry by entry."""
    return sorted((entry["reference_id"], sign * entry["amount"]) for entry in entries)


async def wins_were_told(platform: Platform, phone: Phone) -> None:
    """In the inbox and by a letter, for each prize."""
    name = phone.person.name
    wins = sum(names.count(name) for names in platform.books.winners.values())
    told = [
        notice
        for notice in await phone.everything("/notifications")
        if notice["notification_type"] == "winner_selected"
    ]
    assert len(told) == wins
    letters = [letter for letter in await platform.house.letters() if letter["To"] == phone.person.email]
    assert sum("won" in str(letter["Subject"]).lower() for letter in letters) == wins
    me = await phone.get("/users/me")
    assert me["stats"]["prizes_won"] == wins


async def each_tier_has_what_was_earned_in_it(platform: Platform, story: Story) -> None:
    """Gwen turned 30 on the way: what she earned before stays where it was earned."""
    wanted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for phone in story.phones:
        person = phone.person
        for day, points in platform.earned(person.name).items():
            wanted[person.tier_on(day)][person.display_name] += points
    assert len([tier for tier in wanted if wanted[tier]["Gwen of the story"]]) == 2
    for tier, earned in wanted.items():
        board = await story.phones[0].get(f"/leaderboards/alltime?tier={tier}&limit=100")
        assert {line["display_name"]: line["points_earned"] for line in board["rankings"]} == earned


async def the_export_is_complete(phone: Phone) -> None:
    export: dict[str, Any] = await phone.get("/users/me/export")
    entries = await phone.everything("/points/transactions")
    activities = await phone.everything("/activities")
    text = str(export)
    assert all(entry["transaction_id"] in text for entry in entries)
    assert all(activity["activity_id"] in text for activity in activities)


async def everybody_who_left_is_gone(platform: Platform, phone: Phone) -> None:
    for name in (BANNED, GONE):
        left = platform.phones[name]
        status, _ = await platform.house.call(
            "POST", "/auth/login", {"email": left.person.email, "password": "Correct-Horse-7-Battery"}
        )
        assert status in (401, 403)
    board = await phone.get("/leaderboards/alltime?tier=OPEN&limit=100")
    shown = {line["display_name"] for line in board["rankings"]}
    assert not shown & {platform.phones[name].person.display_name for name in (BANNED, GONE)}

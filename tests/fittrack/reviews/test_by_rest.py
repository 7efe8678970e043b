"""The review queue: what is noticed, what admins decide, and what players say to it."""

from typing import Any

import msgspec
import pytest

from fittrack.accounts.commands import ChangeStatus
from fittrack.kit.ids import UserId, uuid7
from fittrack.kit.standing import AccountStatus
from fittrack.players.queries import load_account
from fittrack.reviews.schemas import AppealForm
from tests.actors.house import House
from tests.door import Door, a_player
from tests.fittrack.admin.records import actions_on
from tests.fittrack.reviews.gaming import a_gamer, the_review, typed_in

CLEARED = {"resolution": "cleared", "note": "A long walk, with witnesses"}
CONFIRMED = {"resolution": "confirmed", "note": "Nobody exercises while asleep"}


async def under_review(house: House, user_id: UserId) -> bool:
    account = await house.node.reads.run(load_account, user_id)
    assert account is not None
    return account.under_review


def resolve(review: dict[str, Any]) -> str:
    return f"/admin/reviews/{review['review_id']}/resolve"


def appeal(review: dict[str, Any]) -> str:
    return f"/users/me/reviews/{review['review_id']}/appeal"


async def titles(house: House, user_id: UserId) -> list[str]:
    return [note.title for note in await house.inbox(user_id)]


async def test_a_player_is_told_and_reads_what_was_noticed(house: House, admin: Door) -> None:
    player = await a_gamer(house, admin.client)
    review = await the_review(player)
    assert (review["reason"], review["subject"], review["status"]) == ("manual-points", "2026-06-10", "open")
    assert (review["evidence"]["points"], review["evidence"]["limit"]) == (303, 300)
    assert (review["resolved_at"], review["resolution"], review["appeal"]) == (None, None, None)
    (note,) = await house.inbox(player.user_id)
    assert (note.notification_type, note.title) == ("account_status_change", "Your account is under review")
    assert (note.reference_type, note.reference_id) == ("review", review["review_id"])
    assert await under_review(house, player.user_id)


async def test_somebody_elses_reviews_are_not_among_ones_own(house: House, admin: Door) -> None:
    await a_gamer(house, admin.client)
    honest = await a_player(house, admin.client, "ann", display_name="Ann")
    assert (await honest.get("/users/me/reviews"))["items"] == []


async def test_an_admin_finds_a_review_with_its_evidence(house: House, admin: Door) -> None:
    player = await a_gamer(house, admin.client)
    (row,) = (await admin.get("/admin/reviews?status=open"))["items"]
    assert (row["user_id"], row["email"]) == (str(player.user_id), player.email)
    assert (row["display_name"], row["account_status"]) == ("Player joe", "active")
    assert row["detail"] == "Manual entries of 2026-06-10 came to 303 points; up to 300 are usual."
    shown = await admin.get(f"/admin/reviews/{row['review_id']}")
    assert row.items() <= shown.items()
    (activity,) = shown["activities"]
    assert (activity["source"], activity["duration_minutes"]) == ("manual", 101)
    assert (shown["shared_with"], shown["other_reviews"]) == ([], 0)


async def test_the_queue_is_filtered_sorted_and_paged(house: House, admin: Door) -> None:
    first = await a_gamer(house, admin.client, "joe")
    await house.pass_time(minutes=1)
    second = await a_gamer(house, admin.client, "ann")
    review = await the_review(first)
    await first.granted(appeal(review), {"statement": "It was a marathon"})

    async def found(query: str) -> list[str]:
        listed = await admin.get(f"/admin/reviews?{query}")
        return [row["user_id"] for row in listed["items"]]

    oldest, newest = str(first.user_id), str(second.user_id)
    assert await found("") == await found("sort=opened_at") == [oldest, newest]
    assert await found("sort=-opened_at") == [newest, oldest]
    assert await found("limit=1&page=2") == [newest]
    assert await found(f"user_id={newest}") == [newest]
    assert await found("appealed=true") == [oldest]
    assert await found("appealed=false") == [newest]
    assert await found("reason=manual-points&status=open") == [oldest, newest]
    assert await found("reason=shared-device") == await found("status=cleared") == []
    assert (await admin.get("/admin/reviews?limit=1"))["pagination"]["total_items"] == 2


async def test_a_cleared_review_frees_the_account_and_is_on_record(house: House, admin: Door) -> None:
    player = await a_gamer(house, admin.client)
    review = await the_review(player)
    answer = await admin.granted(resolve(review), CLEARED)
    assert (answer["status"], answer["under_review"]) == ("cleared", False)
    assert not await under_review(house, player.user_id)
    assert not (await admin.get(f"/admin/users/{player.user_id}"))["under_review"]
    review = await the_review(player)
    assert (review["status"], review["resolution"]) == ("cleared", CLEARED["note"])
    assert await titles(house, player.user_id) == [
        "Your account is under review",
        "The review of your account is over",
    ]
    (action,) = await actions_on(admin, player)
    assert (action["action"], action["actor_id"]) == ("user.resolve_review", str(admin.user_id))
    assert (action["before"]["status"], action["before"]["under_review"]) == ("open", True)
    assert (action["after"]["status"], action["after"]["under_review"]) == ("cleared", False)
    assert action["reason"] == CLEARED["note"]


async def test_a_cleared_day_is_not_looked_at_again(house: House, admin: Door) -> None:
    player = await a_gamer(house, admin.client)
    await admin.granted(resolve(await the_review(player)), CLEARED)
    await player.granted("/activities", typed_in(house, 150, external_id="more"))
    await house.clock.advance(600)
    assert not house.node.registry.is_active("user", player.user_id)
    await player.granted("/activities", typed_in(house, 160, external_id="more"))
    assert (await the_review(player))["status"] == "cleared"
    assert not await under_review(house, player.user_id)


async def test_each_day_is_a_subject_of_its_own_and_told_of_in_one_notice(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client, display_name="Joe")
    today = typed_in(house, 101)
    start, end = str(today["start_time"]), str(today["end_time"])
    yesterday = {
        **today,
        "start_time": start.replace("06-10", "06-09"),
        "end_time": end.replace("06-10", "06-09"),
    }
    await player.granted("/activities", {"activities": [today, yesterday]})
    reviews = (await player.get("/users/me/reviews"))["items"]
    assert sorted(review["subject"] for review in reviews) == ["2026-06-09", "2026-06-10"]
    assert await titles(house, player.user_id) == ["Your account is under review"]
    first = await admin.granted(resolve(reviews[0]), CLEARED)
    assert first["under_review"], "the other one is open"
    assert not (await admin.granted(resolve(reviews[1]), CLEARED))["under_review"]


async def test_a_confirmed_review_keeps_the_account_under_review(house: House, admin: Door) -> None:
    player = await a_gamer(house, admin.client)
    review = await the_review(player)
    assert (await admin.granted(resolve(review), CONFIRMED))["under_review"]
    assert await under_review(house, player.user_id)
    assert await admin.refused(resolve(review), CONFIRMED) == "review-resolved"
    assert not (await admin.granted(resolve(review), CLEARED))["under_review"], "an admin may be wrong"
    assert await admin.refused(resolve(review), CONFIRMED) == "review-resolved"


async def test_an_appeal_is_answered_by_the_next_decision(house: House, admin: Door) -> None:
    player = await a_gamer(house, admin.client)
    review = await the_review(player)
    await admin.granted(resolve(review), CONFIRMED)
    taken = await player.granted(appeal(review), {"statement": "  I ran with my watch off. "})
    assert taken["statement"] == "I ran with my watch off."
    (row,) = (await admin.get("/admin/reviews?appealed=true"))["items"]
    assert row["appeal_waits"]
    await admin.granted(resolve(review), {**CONFIRMED, "note": "Not for eight hours"})
    answered = (await the_review(player))["appeal"]
    assert (answered["statement"], answered["answer"]) == ("I ran with my watch off.", "Not for eight hours")
    assert (await admin.get(f"/admin/reviews/{review['review_id']}"))["appeal"] == answered
    assert (await admin.get("/admin/reviews?appealed=true"))["items"] == []
    assert await admin.refused(resolve(review), CONFIRMED) == "review-resolved"


async def test_a_player_has_a_say_once_and_about_what_stands(house: House, admin: Door) -> None:
    player, other = await a_gamer(house, admin.client), await a_gamer(house, admin.client, "ann")
    review, others = await the_review(player), await the_review(other)
    words = {"statement": "It was me"}
    assert await player.refused(appeal(others), words) == "not-found"
    await player.granted(appeal(review), words)
    assert await player.refused(appeal(review), words) == "already-appealed"
    await admin.granted(resolve(others), CLEARED)
    assert await other.refused(appeal(others), words) == "review-resolved"


@pytest.mark.parametrize("statement", ["", "   ", "x" * 2_001, 7, None])
def test_what_is_no_statement_is_refused(statement: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"statement": statement}, AppealForm)


async def test_bad_input_is_named(house: House, admin: Door) -> None:
    player = await a_gamer(house, admin.client)
    review = await the_review(player)
    assert await player.refused(appeal(review), {"statement": " "}) == "validation"
    assert await admin.refused(resolve(review), {"resolution": "open", "note": "Later"}) == "validation"
    assert await admin.refused(resolve(review), {"resolution": "cleared"}) == "validation"
    nowhere = f"/admin/reviews/{uuid7()}"
    assert await admin.refused(nowhere, method="GET") == "not-found"
    assert await admin.refused(f"{nowhere}/resolve", CLEARED) == "not-found"
    for query in ("status=upheld", "reason=luck", "sort=user", "limit=101", "appealed=maybe"):
        assert await admin.refused(f"/admin/reviews?{query}", method="GET") == "malformed"


async def test_a_decision_and_an_appeal_are_taken_once_under_their_keys(house: House, admin: Door) -> None:
    player = await a_gamer(house, admin.client)
    review = await the_review(player)
    for door, path, body in (
        (player, appeal(review), {"statement": "It was me"}),
        (admin, resolve(review), CLEARED),
    ):
        key = {"Idempotency-Key": str(uuid7())}
        first = await door.post(path, body, **key)
        assert first[0] < 300
        assert await door.post(path, body, **key) == first
    assert len(await actions_on(admin, player)) == 1


async def test_letters_tell_of_it_once_and_of_what_was_decided(house: House, admin: Door) -> None:
    player = await a_gamer(house, admin.client)
    await admin.granted(resolve(await the_review(player)), CLEARED)
    await house.node.jobs.deliver_mail()
    folder = house.node.settings.mail_dir
    told = sorted(path.read_text() for path in folder.glob("*.eml"))
    assert len(told) == 2
    assert any("Subject: Your account is under review" in letter for letter in told)
    assert any("Subject: The review of your account is over" in letter for letter in told)


async def test_reviews_of_somebody_suspended_can_be_decided(house: House, admin: Door) -> None:
    player = await a_gamer(house, admin.client)
    review = await the_review(player)
    await house.do(player.user_id, ChangeStatus(status=AccountStatus.SUSPENDED, reason="Looked at"))
    assert (await admin.granted(resolve(review), CONFIRMED))["status"] == "confirmed"

"""What puts accounts into the queue that no activity by itself would: their tier's days, their devices."""

from datetime import timedelta

from fittrack.activities.commands import LogActivities
from fittrack.activities.model import ActivityInput, ActivityType, Intensity
from fittrack.db.device_queries import DEVICES_NOTED_MAX, known
from fittrack.kit.ids import ReviewId, UserId
from fittrack.reviews import queries
from fittrack.reviews.commands import ResolveReview
from fittrack.reviews.gaming.queries import norm
from fittrack.reviews.schemas import OwnReview, OwnReviewsQuery
from tests.actors.house import House
from tests.door import Client, Door, an_admin
from tests.world import ADMIN_PASSWORD

TIER = "F-30-39-ADV"


async def reviews(house: House, user_id: UserId) -> list[OwnReview]:
    return (await house.node.reads.run(queries.own, user_id, OwnReviewsQuery()))[0]


def minutes_of(house: House, days_ago: int, minutes: float, **more: object) -> ActivityInput:
    """Light minutes, a point each."""
    start = (house.clock.now() - timedelta(days=days_ago)).replace(hour=8)
    fields: dict[str, object] = {"external_id": f"{days_ago}", "source": "fitbit", **more}
    return ActivityInput(
        activity_type=ActivityType.ACTIVE_MINUTES,
        start_time=start,
        end_time=start + timedelta(minutes=minutes),
        intensity=Intensity.LIGHT,
        **fields,  # type: ignore[arg-type]
    )


async def a_tier(house: House, *, players: int, days: int = 6) -> None:
    """Players of one tier whose days come to 90, 100 or 110 points."""
    for number in range(players):
        player = await house.player(f"n{number}", days=0)
        amounts = [90 + 10 * ((number + day) % 3) for day in range(days)]
        items = [minutes_of(house, day + 1, amount) for day, amount in enumerate(amounts)]
        await house.do(player, LogActivities(items))


async def test_a_day_far_beyond_its_tier_is_looked_at(house: House) -> None:
    await a_tier(house, players=20)
    await house.node.jobs.keep_norms()
    stats = await house.node.reads.run(norm, TIER)
    assert stats is not None
    assert (stats.mean, stats.days, stats.players) == (100, 120, 20)
    usual, unusual = await house.player("ann", days=0), await house.player("joe", days=0)
    await house.do(usual, LogActivities([minutes_of(house, 0, 120)]))
    await house.do(unusual, LogActivities([minutes_of(house, 0, 130)]))
    assert await reviews(house, usual) == []
    (review,) = await reviews(house, unusual)
    assert (review.reason.value, review.subject) == ("tier-outlier", "2026-06-10")
    assert review.evidence["tier_code"] == TIER
    assert (review.evidence["points"], review.evidence["tier_mean"]) == (130, 100)


async def test_a_tier_of_few_players_is_no_measure(house: House) -> None:
    await a_tier(house, players=9)
    await house.node.jobs.keep_norms()
    player = await house.player(days=0)
    await house.do(player, LogActivities([minutes_of(house, 0, 900)]))
    assert await reviews(house, player) == []


async def test_figures_are_made_once_a_night_of_days_that_are_over(house: House) -> None:
    await a_tier(house, players=1)
    await house.node.jobs.keep_norms()
    other = await house.player("ann", days=0)
    await house.do(other, LogActivities([minutes_of(house, 1, 100), minutes_of(house, 0, 400)]))
    await house.node.jobs.keep_norms()
    stats = await house.node.reads.run(norm, TIER)
    assert stats is not None
    assert (stats.days, stats.players) == (6, 1), "not again before midnight"
    await house.clock.advance(13 * 3600)
    await house.node.jobs.keep_norms()
    stats = await house.node.reads.run(norm, TIER)
    assert stats is not None
    assert (stats.days, stats.players) == (8, 2)
    await house.clock.advance(31 * 24 * 3600)
    await house.node.jobs.keep_norms()
    assert await house.node.reads.run(norm, TIER) is None, "of days so long ago nothing follows"


async def test_who_was_active_before_midnight_is_judged_by_the_new_figures_after(house: House) -> None:
    player = await house.player(days=0)
    await house.do(player, LogActivities([minutes_of(house, 0, 10)]))
    await a_tier(house, players=20)
    await house.clock.advance(13 * 3600)
    await house.node.jobs.keep_norms()
    await house.do(player, LogActivities([minutes_of(house, 1, 400)]))
    assert [review.reason.value for review in await reviews(house, player)] == ["tier-outlier"]


# --- Devices ----------------------------------------------------------------------------------------------


async def tell_from(house: House, user_id: UserId, device_id: str) -> None:
    """Some activity, told by a device."""
    await house.do(user_id, LogActivities([minutes_of(house, 0, 10, device_id=device_id)]))


async def test_each_account_of_a_device_is_looked_at_once(house: House, admin: Door) -> None:
    joe, ann, eve = [await house.player(name, days=0) for name in ("joe", "ann", "eve")]
    for player in (joe, ann):
        await tell_from(house, player, "phone-1")
    await tell_from(house, eve, "phone-2")
    assert await house.node.jobs.review_shared_devices() == 2
    assert await house.node.jobs.review_shared_devices() == 0
    (review,) = await reviews(house, joe)
    assert (review.reason.value, review.subject) == ("shared-device", "phone-1")
    assert review.evidence["accounts"] == 2
    assert await reviews(house, eve) == []
    shown = await admin.get(f"/admin/reviews/{review.review_id}")
    (other,) = shown["shared_with"]
    assert (other["user_id"], other["display_name"]) == (str(ann), "Player ann")
    assert str(ann) not in str(review.evidence), "who the other is, is not for players to read"


async def test_a_third_account_of_a_device_is_looked_at_and_the_others_not_again(house: House) -> None:
    joe, ann, eve = [await house.player(name, days=0) for name in ("joe", "ann", "eve")]
    for player in (joe, ann):
        await tell_from(house, player, "phone-1")
    await house.node.jobs.review_shared_devices()
    (review,) = await reviews(house, joe)
    await house.do(joe, ResolveReview(ReviewId(review.review_id), "cleared", "Siblings"))
    await house.clock.advance(10 * 24 * 3600)
    await tell_from(house, eve, "phone-1")
    assert await house.node.jobs.review_shared_devices() == 1
    assert [each.evidence["accounts"] for each in await reviews(house, eve)] == [3]
    assert [each.status.value for each in await reviews(house, joe)] == ["cleared"]


async def sign_in(client: Client, door: Door, device_id: str) -> None:
    form = {"email": door.email, "password": ADMIN_PASSWORD, "device_id": device_id}
    async with client.post("/api/v1/auth/login", json=form) as answer:
        assert answer.status == 200, await answer.text()


async def test_signing_in_on_a_device_counts_and_admins_do_not(house: House, admin: Door) -> None:
    player = await house.player(days=0)
    await tell_from(house, player, "tablet")
    await sign_in(admin.client, admin, "tablet")
    assert await house.node.reads.run(known, admin.user_id) == {"tablet"}
    assert await house.node.jobs.review_shared_devices() == 0


async def test_a_second_account_that_only_signs_in_is_found(house: House, admin: Door) -> None:
    player = await house.player(days=0)
    await tell_from(house, player, "tablet")
    second = await an_admin(house, admin.client, "second")
    await admin.set_up()
    await sign_in(admin.client, second, "tablet")
    await admin.granted(f"/admin/users/{second.user_id}/role", {"role": "user"}, method="PUT")
    assert await house.node.jobs.review_shared_devices() == 2
    assert len(await reviews(house, second.user_id)) == 1


async def test_only_so_many_devices_of_an_account_are_noted(house: House) -> None:
    player = await house.player(days=0)
    items = [
        minutes_of(house, 0, 1, device_id=f"made-up-{number}", external_id=f"{number}")
        for number in range(DEVICES_NOTED_MAX + 10)
    ]
    await house.do(player, LogActivities(items))
    await house.do(player, LogActivities([minutes_of(house, 1, 1, device_id="one more")]))
    assert len(await house.node.reads.run(known, player)) == DEVICES_NOTED_MAX


async def test_many_accounts_of_one_device_are_found_over_several_rounds(house: House) -> None:
    players = [await house.player(f"p{number}", days=0) for number in range(105)]
    for player in players:
        await tell_from(house, player, "farm")
    assert await house.node.jobs.review_shared_devices() == 105

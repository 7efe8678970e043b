"""What an account's review means for its player, its prizes and the draw."""

from datetime import timedelta

from fittrack.activities.commands import LogActivities
from fittrack.activities.model import ActivityInput, ActivityType, Intensity
from fittrack.drawings.eligibility import PassedOverReason
from fittrack.drawings.model import DrawingStatus
from fittrack.drawings.winner_queries import passed_over_of, winners_of
from fittrack.kit.ids import UserId
from fittrack.players.queries import load_account
from tests.actors.house import House


def by_hand(house: House, minutes: int) -> ActivityInput:
    """Vigorous minutes that the player typed in: three points each."""
    start = house.clock.now() - timedelta(hours=5)
    return ActivityInput(
        activity_type=ActivityType.ACTIVE_MINUTES,
        start_time=start,
        end_time=start + timedelta(minutes=minutes),
        intensity=Intensity.VIGOROUS,
        source="manual",
        external_id="typed in",
    )


async def under_review(house: House, name: str = "joe") -> UserId:
    """A player who typed in too much."""
    player = await house.player(name)
    await house.do(player, LogActivities([by_hand(house, 101)]))
    return player


async def test_too_many_points_by_hand_put_an_account_under_review(house: House) -> None:
    honest = await house.player("ann")
    await house.do(honest, LogActivities([by_hand(house, 100)]))
    for player, noticed in ((honest, False), (await under_review(house), True)):
        account = await house.node.reads.run(load_account, player)
        assert account is not None and account.under_review is noticed


async def test_who_is_under_review_plays_and_buys_but_is_passed_over(house: House) -> None:
    drawing_id = await house.drawing()
    player, honest = await under_review(house), await house.player("ann")
    await house.buy(player, drawing_id, 90)
    await house.buy(honest, drawing_id, 1)
    await house.pass_time(hours=2)
    stored = (await house.view(drawing_id)).stored
    assert stored.drawing.status is DrawingStatus.COMPLETED
    assert [won.user_id for won in await house.node.reads.run(winners_of, drawing_id)] == [honest]
    (left_out,) = await house.node.reads.run(passed_over_of, drawing_id)
    assert left_out.reason == PassedOverReason.UNDER_REVIEW

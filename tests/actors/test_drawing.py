"""The life of a drawing, as its actor and its log live it (SPEC 5, FAIRNESS)."""

from datetime import timedelta

import pytest

from fittrack.accounts.commands import ChangeRole, ChangeStatus
from fittrack.activities.commands import LogActivities
from fittrack.drawings import commitment, draw, queries, winner_queries
from fittrack.drawings.commands import (
    CancelDrawing,
    CloseDrawing,
    DeleteDrawing,
    DrawingEdit,
    EditDrawing,
    ExecuteDrawing,
    RemovePrize,
    ScheduleDrawing,
)
from fittrack.drawings.eligibility import NotEligible
from fittrack.drawings.model import DrawingStatus, Eligibility, UserType
from fittrack.drawings.rules import (
    InsufficientPoints,
    InvalidTransition,
    NotEditable,
    SalesClosed,
    TooEarly,
)
from fittrack.drawings.schemas import Results
from fittrack.fairness.verification import verify
from fittrack.kit.ids import DrawingId, uuid7
from fittrack.kit.problems import Conflict, IdempotencyMismatch, NotFound, Validation
from fittrack.kit.standing import AccountStatus, Role
from protocol.outbound import DrawingTick, TicketsBought
from tests.actors.house import House, hard_day


async def status(house: House, drawing_id: DrawingId) -> DrawingStatus:
    return (await house.view(drawing_id)).drawing.status


async def test_the_clock_closes_and_draws_and_the_winner_is_told(house: House) -> None:
    player, drawing_id = await house.player(), await house.drawing()
    await house.buy(player, drawing_id, 5)
    await house.pass_time(hours=1)
    assert await status(house, drawing_id) is DrawingStatus.CLOSED
    await house.pass_time(minutes=5)
    assert await status(house, drawing_id) is DrawingStatus.COMPLETED
    await house.node.jobs.apply_effects()
    (notice,) = [note for note in await house.inbox(player) if note.notification_type == "winner_selected"]
    assert notice.title == "You won: Prize 1"


async def test_the_published_record_of_a_drawing_verifies(house: House) -> None:
    players = [await house.player(name) for name in ("ann", "bob", "cleo")]
    drawing_id = await house.drawing(prizes=2)
    for quantity, player in enumerate(players, 1):
        await house.buy(player, drawing_id, quantity)
    await house.pass_time(hours=1)
    await house.pass_time(minutes=5)
    stored = await house.node.reads.run(queries.load, drawing_id)
    assert stored is not None and stored.commitment is not None
    secrets = commitment.open_secrets(house.node.sealer, drawing_id, stored.commitment)
    record = await house.node.reads.run(draw.publish, stored, secrets)
    assert verify(record.to_json()).ok
    assert len(record.fields.winners) == 2


async def test_a_cancelled_drawing_gives_every_point_back_exactly_once(house: House) -> None:
    players = [await house.player(name) for name in ("ann", "bob")]
    drawing_id = await house.drawing()
    for player in players:
        await house.buy(player, drawing_id, 3)
        await house.buy(player, drawing_id, 4)
    await house.run(drawing_id, CancelDrawing("No prize came"))
    assert await house.node.jobs.apply_effects() == 4 + 2, "a refund for each entry, a notice for each player"
    assert await house.node.jobs.apply_effects() == 0
    for player in players:
        assert (await house.standing(player)).balance == 1_000
        notes = await house.inbox(player)
        assert [note.title for note in notes] == ["70 points refunded"]


async def test_a_banned_player_is_refunded_too(house: House) -> None:
    player, drawing_id = await house.player(), await house.drawing()
    await house.buy(player, drawing_id, 7)
    await house.do(player, ChangeStatus(status=AccountStatus.BANNED, reason="Cheating"))
    await house.run(drawing_id, CancelDrawing("No prize came"))
    await house.node.jobs.apply_effects()
    assert (await house.standing(player)).balance == 1_000


async def test_a_suspended_holder_is_passed_over(house: House) -> None:
    good, bad = await house.player("good"), await house.player("bad")
    drawing_id = await house.drawing()
    await house.buy(good, drawing_id, 1)
    await house.buy(bad, drawing_id, 90)
    await house.do(bad, ChangeStatus(status=AccountStatus.SUSPENDED, reason="Looked at"))
    await house.pass_time(hours=1)
    await house.pass_time(minutes=5)
    (winner,) = await house.node.reads.run(winner_queries.winners_of, drawing_id)
    assert winner.user_id == good


async def test_sales_end_with_the_close(house: House) -> None:
    player, drawing_id = await house.player(), await house.drawing()
    await house.clock.advance(3_600)  # nobody tends the drawing yet: the instant alone decides
    with pytest.raises(SalesClosed):
        await house.buy(player, drawing_id, 1)


async def test_a_drawing_without_tickets_completes_without_winners(house: House) -> None:
    drawing_id = await house.drawing()
    await house.pass_time(hours=1)
    await house.pass_time(minutes=5)
    assert await status(house, drawing_id) is DrawingStatus.COMPLETED
    assert await house.node.reads.run(winner_queries.winners_of, drawing_id) == []


async def test_one_prize_per_person(house: House) -> None:
    player, drawing_id = await house.player(), await house.drawing(prizes=3)
    await house.buy(player, drawing_id, 50)
    await house.pass_time(hours=1)
    await house.pass_time(minutes=5)
    assert len(await house.node.reads.run(winner_queries.winners_of, drawing_id)) == 1


async def test_a_manual_drawing_waits_for_an_admin(house: House) -> None:
    drawing_id = await house.drawing(auto_execute=False)
    await house.pass_time(hours=1)
    with pytest.raises(TooEarly):
        await house.run(drawing_id, ExecuteDrawing())
    await house.pass_time(minutes=5)
    assert await status(house, drawing_id) is DrawingStatus.CLOSED
    answer = await house.run(drawing_id, ExecuteDrawing())
    assert isinstance(answer.body, Results)
    assert await status(house, drawing_id) is DrawingStatus.COMPLETED


async def test_executing_twice_under_one_key_draws_once(house: House) -> None:
    player, drawing_id, key = await house.player(), await house.drawing(auto_execute=False), uuid7()
    await house.buy(player, drawing_id, 1)
    await house.pass_time(hours=1, minutes=5)
    first = await house.run(drawing_id, ExecuteDrawing(), key)
    again = await house.run(drawing_id, ExecuteDrawing(), key)
    assert again.replayed and again.body == first.body
    with pytest.raises(InvalidTransition):
        await house.run(drawing_id, ExecuteDrawing())


async def test_a_drawing_that_is_never_opened_is_cancelled_at_its_close(house: House) -> None:
    drawing_id = await house.drawing(opened=False)
    await house.pass_time(hours=1)
    assert await status(house, drawing_id) is DrawingStatus.CANCELLED


async def test_a_drawing_opens_by_itself_at_its_instant(house: House) -> None:
    opens = house.clock.now() + timedelta(minutes=10)
    drawing_id = await house.drawing(opened=False, sales_open=opens)
    await house.pass_time(minutes=9)
    assert await status(house, drawing_id) is DrawingStatus.SCHEDULED
    await house.pass_time(minutes=1)
    assert await status(house, drawing_id) is DrawingStatus.OPEN


async def test_a_clock_that_was_away_does_all_it_missed_in_order(house: House) -> None:
    player = await house.player()
    drawing_id = await house.drawing()
    await house.buy(player, drawing_id, 1)
    await house.pass_time(days=2)
    assert await status(house, drawing_id) is DrawingStatus.COMPLETED


async def test_an_edit_before_the_opening_makes_a_new_commitment(house: House) -> None:
    drawing_id = await house.drawing(opened=False)
    before = (await house.view(drawing_id)).drawing
    await house.run(drawing_id, EditDrawing(DrawingEdit(ticket_cost_points=20)))
    after = (await house.view(drawing_id)).drawing
    assert (before.rules_version, after.rules_version) == (1, 2)
    assert before.commit != after.commit


async def test_after_the_opening_only_the_description_changes(house: House) -> None:
    drawing_id = await house.drawing()
    before = (await house.view(drawing_id)).drawing
    await house.run(drawing_id, EditDrawing(DrawingEdit(description="Now with a bow")))
    with pytest.raises(NotEditable):
        await house.run(drawing_id, EditDrawing(DrawingEdit(ticket_cost_points=1)))
    after = (await house.view(drawing_id)).drawing
    assert after.description == "Now with a bow"
    assert after.commit == before.commit


async def test_a_drawing_without_prizes_cannot_be_scheduled(house: House) -> None:
    drawing_id = await house.draft()
    with pytest.raises(Validation):
        await house.run(drawing_id, ScheduleDrawing())


async def test_a_scheduled_drawing_keeps_a_prize(house: House) -> None:
    drawing_id = await house.drawing(opened=False)
    (prize,) = (await house.view(drawing_id)).drawing.prizes
    with pytest.raises(Validation):
        await house.run(drawing_id, RemovePrize(prize.prize_id))


async def test_a_deleted_draft_is_gone(house: House) -> None:
    drawing_id = await house.draft()
    await house.run(drawing_id, DeleteDrawing())
    with pytest.raises(NotFound):
        await house.view(drawing_id)


async def test_what_was_scheduled_is_cancelled_rather_than_deleted(house: House) -> None:
    drawing_id = await house.drawing(opened=False)
    with pytest.raises(Conflict):
        await house.run(drawing_id, DeleteDrawing())


async def test_the_same_key_buys_once(house: House) -> None:
    player, drawing_id, key = await house.player(), await house.drawing(), uuid7()
    first = await house.buy(player, drawing_id, 3, key)
    again = await house.buy(player, drawing_id, 3, key)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.body == first.body
    assert (await house.standing(player)).balance == 970


async def test_the_same_key_for_something_else_is_a_mismatch(house: House) -> None:
    player, drawing_id, key = await house.player(), await house.drawing(), uuid7()
    await house.buy(player, drawing_id, 3, key)
    with pytest.raises(IdempotencyMismatch):
        await house.buy(player, drawing_id, 4, key)


async def test_a_refusal_under_a_key_stays_a_refusal(house: House) -> None:
    player, drawing_id, key = await house.player(days=0), await house.drawing(), uuid7()
    with pytest.raises(InsufficientPoints):
        await house.buy(player, drawing_id, 3, key)
    await house.do(player, _earning(house))
    with pytest.raises(InsufficientPoints):
        await house.buy(player, drawing_id, 3, key)
    await house.buy(player, drawing_id, 3, uuid7())


def _earning(house: House) -> LogActivities:
    return LogActivities([hard_day(house.clock, 1)])


async def test_a_key_is_forgotten_after_a_week(house: House) -> None:
    player, key = await house.player(), uuid7()
    first = await house.drawing(
        ticket_sales_close=house.clock.now() + timedelta(days=30),
        drawing_time=house.clock.now() + timedelta(days=31),
    )
    await house.buy(player, first, 3, key)
    await house.pass_time(days=8)
    answer = await house.buy(player, first, 4, key)
    assert not answer.replayed
    assert isinstance(answer.body, TicketsBought)
    assert answer.body.my_tickets == 7


async def test_a_key_is_forgotten_even_by_an_actor_that_never_left_memory(house: House) -> None:
    player, key, now = await house.player(), uuid7(), house.clock.now()
    drawing_id = await house.drawing(
        ticket_sales_close=now + timedelta(days=30), drawing_time=now + timedelta(days=31)
    )
    await house.buy(player, drawing_id, 3, key)
    house.clock._now = now + timedelta(days=8)  # the calendar alone: nobody is idle meanwhile
    answer = await house.buy(player, drawing_id, 4, key)
    assert isinstance(answer.body, TicketsBought)
    assert (answer.replayed, answer.body.my_tickets) == (False, 7)


async def test_premium_drawings_sell_to_premium_players_while_they_are(house: House) -> None:
    player = await house.player()
    drawing_id = await house.drawing(
        eligibility=Eligibility(user_type=UserType.PREMIUM, min_account_age_days=0)
    )
    with pytest.raises(NotEligible):
        await house.buy(player, drawing_id, 1)
    ends = house.clock.now() + timedelta(minutes=30)
    await house.do(player, ChangeRole(role=Role.PREMIUM, reason="Paid", premium_expires_at=ends))
    await house.buy(player, drawing_id, 1)
    await house.clock.advance(1_800)
    with pytest.raises(NotEligible):
        await house.buy(player, drawing_id, 1)


async def test_only_who_may_see_premium_drawings_hears_of_them(house: House) -> None:
    ordinary, premium = house.overhear(""), house.overhear("premium")
    for_all = await house.drawing(name="For all")
    for_few = await house.drawing(
        name="For few", eligibility=Eligibility(user_type=UserType.PREMIUM, min_account_age_days=0)
    )
    await house.run(for_few, CancelDrawing("No prize came"))
    await house.run(for_all, CancelDrawing("No prize came"))
    kinds = [type(event.payload).__name__ for event in ordinary]
    assert kinds == ["DrawingAdded", "DrawingOpened", "DrawingCancelled"]
    assert len(premium) == 6


async def test_the_countdown_is_told_every_second_before_the_close(house: House) -> None:
    drawing_id = await house.drawing()
    await house.clock.advance(3_600 - 60)
    heard = house.listen(drawing_id)
    await house.clock.advance(58)
    await house.view(drawing_id)
    ticks = [event.payload for event in heard if isinstance(event.payload, DrawingTick)]
    assert len(ticks) >= 57


async def test_ticks_come_at_most_four_times_a_second_however_much_is_sold(house: House) -> None:
    player, drawing_id = await house.player(), await house.drawing()
    heard = house.listen(drawing_id)
    for _ in range(40):
        await house.buy(player, drawing_id, 1)
        await house.clock.advance(0.025)
    await house.clock.advance(1)
    view = await house.view(drawing_id)
    ticks = [event.payload for event in heard if isinstance(event.payload, DrawingTick)]
    assert 2 <= len(ticks) <= 9
    assert ticks[-1].tickets == view.total_tickets == 40
    positions = [event.seq for event in heard]
    assert positions == sorted(set(positions))


async def test_closing_by_hand_is_as_good_as_by_the_clock(house: House) -> None:
    player, drawing_id = await house.player(), await house.drawing()
    await house.buy(player, drawing_id, 2)
    await house.run(drawing_id, CloseDrawing())
    view = await house.view(drawing_id)
    assert view.stored.closing is not None
    assert view.stored.closing.total_tickets == 2
    with pytest.raises(SalesClosed):
        await house.buy(player, drawing_id, 1)


async def test_nothing_is_cancelled_at_or_after_the_drawing_time(house: House) -> None:
    drawing_id = await house.drawing(auto_execute=False)
    await house.pass_time(hours=1, minutes=5)
    with pytest.raises(InvalidTransition):
        await house.run(drawing_id, CancelDrawing("Too late"))

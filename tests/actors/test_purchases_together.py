"""Purchases that a player sends at once share a turn: decided one after the other, stored together."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import select

from fittrack.accounts.commands import ChangeStatus
from fittrack.db.handles import Connection
from fittrack.db.tables.logs import drawing_log, user_log
from fittrack.drawings.commands import BuyTickets
from fittrack.drawings.eligibility import NotEligible
from fittrack.drawings.entry_queries import PURCHASE
from fittrack.drawings.rules import InsufficientPoints, SalesClosed
from fittrack.kit.ids import DrawingId, UserId, uuid7
from fittrack.kit.intention import Answer
from fittrack.kit.problems import IdempotencyMismatch, NotFound
from fittrack.kit.standing import AccountStatus
from fittrack.pubsub.messages import Message, PlayerNote, StreamEvent, player_topic
from protocol.outbound import PointsChanged, TicketsBought, TicketsChanged
from tests.actors.house import House

Outcomes = list[Answer | BaseException]


async def buy_at_once(
    house: House,
    player: UserId,
    drawing_id: DrawingId,
    quantities: Sequence[int],
    keys: Sequence[UUID] | None = None,
) -> Outcomes:
    """All of them sent before the player's actor takes its turn, as by one WebSocket message."""
    wanted = zip(quantities, keys or [uuid7() for _ in quantities], strict=True)
    return await asyncio.gather(
        *(house.do(player, BuyTickets(drawing_id, quantity), key) for quantity, key in wanted),
        return_exceptions=True,
    )


def bought(outcome: Answer | BaseException) -> TicketsBought:
    assert isinstance(outcome, Answer), outcome
    assert isinstance(outcome.body, TicketsBought)
    return outcome.body


async def test_ten_at_once_are_decided_one_after_the_other_and_share_a_commit(house: House) -> None:
    player, drawing_id = await house.player(), await house.drawing()
    batches = house.node.journal.metrics.batches
    outcomes = await buy_at_once(house, player, drawing_id, [1] * 10)
    assert [bought(each).balance for each in outcomes] == list(range(990, 890, -10))
    assert [bought(each).my_tickets for each in outcomes] == list(range(1, 11))
    assert house.node.journal.metrics.batches - batches < 10
    assert (await house.standing(player)).balance == 900
    assert (await house.view(drawing_id, player)).my_tickets == 10


async def test_both_logs_hold_them_in_the_order_in_which_they_were_sent(house: House) -> None:
    player, drawing_id = await house.player(), await house.drawing()
    outcomes = await buy_at_once(house, player, drawing_id, [1, 2, 3, 4])
    sent = [bought(each).transaction_id for each in outcomes]

    def units(conn: Connection) -> tuple[list[UUID], list[UUID]]:
        mine = select(user_log.c.unit_id).where(user_log.c.user_id == player, user_log.c.kind == PURCHASE)
        sold = select(drawing_log.c.unit_id).where(
            drawing_log.c.drawing_id == drawing_id, drawing_log.c.kind == PURCHASE
        )
        return (
            list(conn.execute(mine.order_by(user_log.c.rev)).scalars()),
            list(conn.execute(sold.order_by(drawing_log.c.rev)).scalars()),
        )

    assert await house.node.reads.run(units) == (sent, sent)


async def test_of_ten_the_fourth_lacks_points_and_only_that_one_is_refused(house: House) -> None:
    player, drawing_id, keys = await house.player(), await house.drawing(), [uuid7() for _ in range(10)]
    quantities = [20, 20, 20, 50, 5, 5, 5, 5, 5, 15]  # a ticket costs 10 of the 1,000 points
    outcomes = await buy_at_once(house, player, drawing_id, quantities, keys)
    refused = outcomes.pop(3)
    assert isinstance(refused, InsufficientPoints)
    assert "the balance is 400" in refused.detail, "it was decided on what the three before it left"
    assert [bought(each).balance for each in outcomes] == [800, 600, 400, 350, 300, 250, 200, 150, 0]
    again = await buy_at_once(house, player, drawing_id, quantities, keys)
    assert isinstance(again.pop(3), InsufficientPoints)
    assert all(isinstance(each, Answer) and each.replayed for each in again)
    assert [bought(each) for each in again] == [bought(each) for each in outcomes]
    assert (await house.standing(player)).balance == 0


async def test_the_same_key_twice_in_one_message_buys_once_and_is_answered_alike(house: House) -> None:
    player, drawing_id, key = await house.player(), await house.drawing(), uuid7()
    keys = [uuid7(), key, key, uuid7()]
    first, once, again, last = await buy_at_once(house, player, drawing_id, [1, 2, 2, 1], keys)
    assert bought(once) == bought(again)
    assert isinstance(once, Answer) and not once.replayed
    assert isinstance(again, Answer) and again.replayed
    assert [bought(first).my_tickets, bought(once).my_tickets, bought(last).my_tickets] == [1, 3, 4]
    assert (await house.view(drawing_id, player)).my_tickets == 4


async def test_the_same_key_for_something_else_is_refused_even_while_the_first_is_under_way(
    house: House,
) -> None:
    player, drawing_id, key = await house.player(), await house.drawing(), uuid7()
    first, other = await buy_at_once(house, player, drawing_id, [1, 2], [key, key])
    assert bought(first).my_tickets == 1
    assert isinstance(other, IdempotencyMismatch)


async def test_a_refused_key_that_comes_twice_gets_its_refusal_twice(house: House) -> None:
    player, drawing_id, key = await house.player(), await house.drawing(), uuid7()
    outcomes = await buy_at_once(house, player, drawing_id, [101, 101, 1], [key, key, uuid7()])
    assert all(isinstance(each, InsufficientPoints) for each in outcomes[:2])
    assert bought(outcomes[2]).my_tickets == 1


async def test_purchases_in_several_drawings_do_not_mix(house: House) -> None:
    player, drawings = await house.player(), [await house.drawing(), await house.drawing()]
    outcomes = await asyncio.gather(*(house.buy(player, drawings[n % 2], 1, uuid7()) for n in range(6)))
    assert [bought(each).balance for each in outcomes] == [990, 980, 970, 960, 950, 940]
    assert [(await house.view(drawing, player)).my_tickets for drawing in drawings] == [3, 3]


async def test_whoever_looks_in_between_sees_what_was_bought_before_and_nothing_else(house: House) -> None:
    player, drawing_id = await house.player(), await house.drawing()
    first, second, between, _, after = await asyncio.gather(
        house.buy(player, drawing_id, 10, uuid7()),
        house.buy(player, drawing_id, 20, uuid7()),
        house.standing(player),
        house.buy(player, drawing_id, 30, uuid7()),
        house.standing(player),
    )
    assert [bought(first).balance, bought(second).balance] == [900, 700]
    assert (between.balance, after.balance) == (700, 400)


async def test_a_drawing_that_is_closed_or_unknown_refuses_each_for_good(house: House) -> None:
    player, drawing_id, nowhere = await house.player(), await house.drawing(), DrawingId(uuid7())
    keys = [uuid7() for _ in range(3)]
    await house.clock.advance(3_600)
    for refusing, problem in ((drawing_id, SalesClosed), (nowhere, NotFound)):
        outcomes = await buy_at_once(house, player, refusing, [1] * 3)
        assert all(isinstance(each, problem) for each in outcomes)
    await buy_at_once(house, player, drawing_id, [1] * 3, keys)
    again = await buy_at_once(house, player, drawing_id, [1] * 3, keys)
    assert all(isinstance(each, SalesClosed) for each in again)


async def test_somebody_who_may_not_buy_is_refused_each(house: House) -> None:
    player, drawing_id = await house.player(), await house.drawing()
    await house.do(player, ChangeStatus(status=AccountStatus.SUSPENDED, reason="Looked at"))
    outcomes = await buy_at_once(house, player, drawing_id, [1] * 3)
    assert all(isinstance(each, NotEligible) for each in outcomes)


async def test_the_player_hears_of_each_entry_and_of_the_tickets_once(house: House) -> None:
    player, drawing_id = await house.player(), await house.drawing()
    heard: list[Message] = []
    house.node.broker.subscribe(player_topic(player), heard.append)
    await buy_at_once(house, player, drawing_id, [1, 2, 3])
    entries = [each.payload for each in heard if isinstance(each, StreamEvent)]
    assert [entry.balance for entry in entries if isinstance(entry, PointsChanged)] == [990, 970, 940]
    (note,) = [each.payload for each in heard if isinstance(each, PlayerNote)]
    assert isinstance(note, TicketsChanged)
    assert note.my_tickets == 6


@pytest.mark.parametrize("count", [64, 65, 200])
async def test_as_many_as_come_are_bought(house: House, count: int) -> None:
    player, drawing_id = await house.player(days=6), await house.drawing()
    outcomes = await buy_at_once(house, player, drawing_id, [1] * count)
    assert [bought(each).my_tickets for each in outcomes] == list(range(1, count + 1))

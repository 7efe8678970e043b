"""What may be done with a drawing, and when."""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.drawings.model import DrawingStatus
from fittrack.drawings.rules import (
    ALLOWED_TRANSITIONS,
    EditEffect,
    InsufficientPoints,
    InvalidTransition,
    NotCompleted,
    NotEditable,
    SalesClosed,
    TooEarly,
    check_affordable,
    check_cancellation,
    check_closing,
    check_completed,
    check_execution,
    check_opening,
    check_transition,
    edit_effect,
    odds,
    price_tickets,
    prize_slots,
)
from fittrack.kit.problems import NotFound, Problem, Validation
from protocol.limits import TICKETS_PER_PURCHASE_MAX
from tests.fittrack.drawings.examples import CLOSE, DRAW, MS, NOON, a_drawing, a_prize

S = DrawingStatus

THE_LIFE = [
    (S.DRAFT, S.SCHEDULED),
    (S.SCHEDULED, S.OPEN),
    (S.OPEN, S.CLOSED),
    (S.CLOSED, S.COMPLETED),
    (S.DRAFT, S.CANCELLED),
    (S.SCHEDULED, S.CANCELLED),
    (S.OPEN, S.CANCELLED),
    (S.CLOSED, S.CANCELLED),
]


@pytest.mark.parametrize("current", list(S))
@pytest.mark.parametrize("to", list(S))
def test_only_the_transitions_of_the_contract_are_allowed(current: S, to: S) -> None:
    assert (to in ALLOWED_TRANSITIONS[current]) == ((current, to) in THE_LIFE)
    if (current, to) in THE_LIFE:
        check_transition(current, to)
    else:
        with pytest.raises(InvalidTransition, match=f"{current} cannot become {to}"):
            check_transition(current, to)


def test_sales_open_until_just_before_the_close() -> None:
    check_opening(a_drawing(S.SCHEDULED), CLOSE - MS)
    with pytest.raises(InvalidTransition):
        check_opening(a_drawing(S.SCHEDULED), CLOSE)


def test_sales_close_by_hand_before_their_instant() -> None:
    check_closing(a_drawing(S.OPEN))
    with pytest.raises(InvalidTransition):
        check_closing(a_drawing(S.SCHEDULED))


@pytest.mark.parametrize("status", [S.OPEN, S.CLOSED])
def test_nothing_with_tickets_is_cancelled_at_or_after_the_drawing_time(status: S) -> None:
    check_cancellation(a_drawing(status), DRAW - MS)
    for late in (DRAW, DRAW + timedelta(days=1)):
        with pytest.raises(InvalidTransition, match="must be drawn"):
            check_cancellation(a_drawing(status), late)


@pytest.mark.parametrize("status", [S.DRAFT, S.SCHEDULED])
def test_what_never_opened_can_be_cancelled_at_any_time(status: S) -> None:
    check_cancellation(a_drawing(status), DRAW + timedelta(days=1))


def test_a_closed_drawing_is_executed_exactly_from_its_time_on() -> None:
    with pytest.raises(TooEarly):
        check_execution(a_drawing(S.CLOSED), DRAW - MS)
    check_execution(a_drawing(S.CLOSED), DRAW)


@pytest.mark.parametrize("status", [S.SCHEDULED, S.OPEN])
def test_before_its_time_a_coming_drawing_is_too_early_and_then_not_closed(status: S) -> None:
    with pytest.raises(TooEarly):
        check_execution(a_drawing(status), DRAW - MS)
    with pytest.raises(InvalidTransition):
        check_execution(a_drawing(status), DRAW)


@pytest.mark.parametrize("status", [S.DRAFT, S.COMPLETED, S.CANCELLED])
def test_what_cannot_be_drawn_is_never_merely_too_early(status: S) -> None:
    with pytest.raises(InvalidTransition):
        check_execution(a_drawing(status), NOON)


@pytest.mark.parametrize("status", sorted(set(S) - {S.COMPLETED}))
def test_there_are_no_results_before_completion(status: S) -> None:
    with pytest.raises(NotCompleted):
        check_completed(a_drawing(status))


def test_a_completed_drawing_has_results() -> None:
    check_completed(a_drawing(S.COMPLETED))


def test_sales_close_exactly_on_time() -> None:
    assert price_tickets(a_drawing(), quantity=3, now=CLOSE - MS) == 300
    with pytest.raises(SalesClosed):
        price_tickets(a_drawing(), quantity=1, now=CLOSE)


def test_nobody_who_buys_learns_of_a_draft() -> None:
    with pytest.raises(NotFound):
        price_tickets(a_drawing(S.DRAFT), quantity=1, now=NOON)


@pytest.mark.parametrize("status", sorted(set(S) - {S.OPEN, S.DRAFT}))
def test_only_open_drawings_sell(status: S) -> None:
    with pytest.raises(SalesClosed):
        price_tickets(a_drawing(status), quantity=1, now=NOON)


@pytest.mark.parametrize("quantity", [0, -1, TICKETS_PER_PURCHASE_MAX + 1])
def test_a_purchase_has_one_to_a_million_tickets(quantity: int) -> None:
    with pytest.raises(Validation) as refusal:
        price_tickets(a_drawing(), quantity, NOON)
    assert [error.pointer for error in refusal.value.errors] == ["/quantity"]


@given(quantity=st.integers(1, TICKETS_PER_PURCHASE_MAX), cost=st.integers(1, 10**6))
def test_tickets_cost_their_price_each(quantity: int, cost: int) -> None:
    assert price_tickets(a_drawing(ticket_cost_points=cost), quantity, NOON) == quantity * cost


def test_the_last_point_can_be_spent_and_not_one_more() -> None:
    check_affordable(balance=300, price=300)
    with pytest.raises(InsufficientPoints, match="300"):
        check_affordable(balance=299, price=300)


@given(mine=st.integers(0, 10**9), others=st.integers(0, 10**9))
def test_odds_are_ones_share_of_all_tickets(mine: int, others: int) -> None:
    chance = odds(mine, mine + others)
    if mine + others == 0:
        assert chance is None
    else:
        assert chance == float(Fraction(mine, mine + others))


def test_slots_follow_rank_and_quantity() -> None:
    gold, silver, bronze = a_prize(rank=1), a_prize(rank=2, quantity=2), a_prize(rank=2)
    assert prize_slots([bronze, silver, gold]) == (gold, silver, silver, bronze)


def test_drafts_change_freely() -> None:
    assert edit_effect(S.DRAFT, {"prizes", "drawing_time"}) is EditEffect.NOTHING


def test_an_edit_before_the_opening_makes_a_new_commitment() -> None:
    assert edit_effect(S.SCHEDULED, {"drawing_time", "description"}) is EditEffect.NEW_COMMITMENT
    assert edit_effect(S.SCHEDULED, {"description", "image_url"}) is EditEffect.NOTHING


@pytest.mark.parametrize("status", [S.OPEN, S.CLOSED, S.COMPLETED, S.CANCELLED])
def test_after_the_opening_only_description_and_image_change(status: S) -> None:
    assert edit_effect(status, {"description"}) is EditEffect.NOTHING
    with pytest.raises(NotEditable) as refusal:
        edit_effect(status, {"description", "name", "prizes"})
    assert [error.pointer for error in refusal.value.errors] == ["/name", "/prizes"]


@pytest.mark.parametrize(
    ("problem", "code", "status"),
    [
        (InvalidTransition, "invalid-transition", 409),
        (SalesClosed, "sales-closed", 409),
        (InsufficientPoints, "insufficient-points", 409),
        (TooEarly, "too-early", 409),
        (NotCompleted, "not-completed", 409),
    ],
)
def test_refusals_have_the_codes_of_the_contract(problem: type[Problem], code: str, status: int) -> None:
    assert (problem.code, problem.status, problem.retryable) == (code, status, False)

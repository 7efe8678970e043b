"""Rounds of drand quicknet."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.fairness.beacon import (
    FALLBACK_DELAYS,
    MIN_BEACON_LEAD,
    QUICKNET,
    choose_round,
    plan_rounds,
)
from tests.beacons import ROUND_1000
from tests.fittrack.fairness.examples import CLOSE, DRAW

INSTANTS = st.integers(1692803367_000, 4_000_000_000_000).map(
    lambda ms: datetime.fromtimestamp(ms / 1000, UTC)
)


def test_randomness_is_the_hash_of_the_signature() -> None:
    assert ROUND_1000.randomness.hex() == "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"


def test_the_round_of_the_test_vector() -> None:
    assert QUICKNET.round_at_or_after(datetime(2023, 9, 15, 11, 0, 1, tzinfo=UTC)) == 657413


@pytest.mark.parametrize(("ms", "round_number"), [(-1, 1), (0, 1), (1, 2), (3000, 2), (3001, 3)])
def test_rounds_begin_at_genesis(ms: int, round_number: int) -> None:
    assert QUICKNET.round_at_or_after(QUICKNET.genesis + timedelta(milliseconds=ms)) == round_number


@given(INSTANTS)
def test_the_round_at_or_after_is_the_first_such(instant: datetime) -> None:
    number = QUICKNET.round_at_or_after(instant)
    assert QUICKNET.time_of_round(number) >= instant
    assert number == 1 or QUICKNET.time_of_round(number - 1) < instant


def test_the_planned_round_is_that_of_the_drawing_time() -> None:
    rounds = plan_rounds(QUICKNET, close_at=CLOSE, draw_at=DRAW)
    assert len(rounds) == len(FALLBACK_DELAYS) + 1
    assert list(rounds) == sorted(set(rounds))
    assert timedelta(0) <= QUICKNET.time_of_round(rounds[0]) - DRAW < QUICKNET.period


def test_a_close_just_before_the_draw_moves_the_round() -> None:
    close_at = DRAW - timedelta(seconds=1)
    first, *_ = plan_rounds(QUICKNET, close_at=close_at, draw_at=DRAW)
    assert QUICKNET.time_of_round(first) >= close_at + MIN_BEACON_LEAD


@given(late=st.integers(0, 10**6))
def test_a_late_close_takes_the_first_round_that_lies_far_enough(late: int) -> None:
    rounds = plan_rounds(QUICKNET, close_at=CLOSE, draw_at=DRAW)
    closed_at = CLOSE + timedelta(seconds=late)
    chosen = choose_round(QUICKNET, rounds, closed_at)
    far_enough = [
        number for number in rounds if QUICKNET.time_of_round(number) - closed_at >= MIN_BEACON_LEAD
    ]
    assert chosen == (far_enough[0] if far_enough else None)

"""A drawing's life as a machine: whatever is tried at whatever time, it never leaves its path."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from fittrack.drawings.model import DrawingStatus
from fittrack.drawings.rules import (
    InvalidTransition,
    SalesClosed,
    TooEarly,
    check_cancellation,
    check_closing,
    check_execution,
    check_opening,
    check_transition,
    price_tickets,
)
from fittrack.drawings.timetable import TimedAction, check_schedulable, due_action, next_due_at
from fittrack.kit.problems import NotFound, Problem, Validation
from tests.fittrack.drawings.examples import CLOSE, DRAW, NOON, a_drawing, a_prize

S = DrawingStatus


class DrawingLife(RuleBasedStateMachine):
    """Admins and the clock act at random; the model below says what must come of it."""

    @initialize(opens=st.booleans(), by_itself=st.booleans(), prizes=st.integers(0, 2))
    def draft(self, opens: bool, by_itself: bool, prizes: int) -> None:
        self.now = NOON
        self.drawing = a_drawing(
            S.DRAFT,
            sales_open=NOON + timedelta(hours=1) if opens else None,
            auto_execute=by_itself,
            prizes=tuple(a_prize() for _ in range(prizes)),
        )
        self.history = [S.DRAFT]
        self.tickets_sold = 0

    def _attempt(self, to: S, decide: Callable[[], None], expected: bool) -> None:
        before = self.drawing.status
        try:
            decide()
        except (InvalidTransition, TooEarly, Validation) as refusal:
            assert not expected, f"{before} -> {to} at {self.now} was refused: {refusal}"
            return
        assert expected, f"{before} -> {to} at {self.now} was let through"
        self._become(to)

    def _become(self, to: S) -> None:
        self.drawing = replace(self.drawing, status=to)
        self.history.append(to)

    @rule(minutes=st.integers(1, 200))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def time_passes_to_what_is_due(self) -> None:
        self.now = max(self.now, next_due_at(self.drawing) or self.now)

    @rule()
    def schedule(self) -> None:
        def decide() -> None:
            check_transition(self.drawing.status, S.SCHEDULED)
            check_schedulable(self.drawing, self.now)

        opening = self.drawing.sales_open
        in_time = self.now < CLOSE and (opening is None or self.now < opening)
        expected = self.drawing.status is S.DRAFT and in_time and bool(self.drawing.prizes)
        self._attempt(S.SCHEDULED, decide, expected)

    @rule()
    def open(self) -> None:
        expected = self.drawing.status is S.SCHEDULED and self.now < CLOSE
        self._attempt(S.OPEN, lambda: check_opening(self.drawing, self.now), expected)

    @rule()
    def close(self) -> None:
        self._attempt(S.CLOSED, lambda: check_closing(self.drawing), self.drawing.status is S.OPEN)

    @rule()
    def execute(self) -> None:
        expected = self.drawing.status is S.CLOSED and self.now >= DRAW
        self._attempt(S.COMPLETED, lambda: check_execution(self.drawing, self.now), expected)

    @rule()
    def cancel(self) -> None:
        running = self.drawing.status in {S.OPEN, S.CLOSED} and self.now < DRAW
        expected = running or self.drawing.status in {S.DRAFT, S.SCHEDULED}
        self._attempt(S.CANCELLED, lambda: check_cancellation(self.drawing, self.now), expected)

    @rule()
    def the_clock_acts(self) -> None:
        while (action := due_action(self.drawing, self.now)) is not None:
            match action:
                case TimedAction.OPEN:
                    check_opening(self.drawing, self.now)
                    self._become(S.OPEN)
                case TimedAction.CLOSE:
                    check_closing(self.drawing)
                    self._become(S.CLOSED)
                case TimedAction.CANCEL:
                    check_cancellation(self.drawing, self.now)
                    self._become(S.CANCELLED)
                case TimedAction.EXECUTE:
                    check_execution(self.drawing, self.now)
                    self._become(S.COMPLETED)

    @rule(quantity=st.integers(1, 10))
    def buy(self, quantity: int) -> None:
        expected = self.drawing.status is S.OPEN and self.now < CLOSE
        try:
            price_tickets(self.drawing, quantity, self.now)
        except (SalesClosed, NotFound) as refusal:
            assert not expected
            assert isinstance(refusal, NotFound) == (self.drawing.status is S.DRAFT)
            return
        assert expected
        self.tickets_sold += quantity

    @invariant()
    def it_went_only_where_the_contract_lets_it(self) -> None:
        path = [S.DRAFT, S.SCHEDULED, S.OPEN, S.CLOSED, S.COMPLETED]
        walked = [status for status in self.history if status is not S.CANCELLED]
        assert walked == path[: len(walked)]
        if S.CANCELLED in self.history:
            assert self.history[-1] is S.CANCELLED
            assert S.COMPLETED not in self.history

    @invariant()
    def what_was_completed_had_reached_its_time(self) -> None:
        assert self.drawing.status is not S.COMPLETED or self.now >= DRAW

    @invariant()
    def tickets_exist_only_where_it_was_open(self) -> None:
        assert self.tickets_sold == 0 or S.OPEN in self.history


TestDrawingLife = DrawingLife.TestCase


def test_every_refusal_is_a_problem_with_a_code() -> None:
    refusals: list[type[Problem]] = [InvalidTransition, TooEarly, SalesClosed]
    assert all(Problem.catalogue[refusal.code] is refusal for refusal in refusals)

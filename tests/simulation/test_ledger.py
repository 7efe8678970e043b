"""One player's ledger, by any sequence of commands: never below zero, never a gap, each key one answer."""

import asyncio
import random
import tempfile
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fittrack.activities.commands import LogActivities
from fittrack.activities.model import ActivityInput, ActivityType, Intensity, Withdrawal
from fittrack.drawings.commands import BuyTickets, CancelDrawing
from fittrack.drawings.rules import InsufficientPoints
from fittrack.inbox.commands import ReadInbox
from fittrack.kit.intention import Answer, Command
from fittrack.points import queries as points
from fittrack.points.live import PlayerView, ViewPlayer
from fittrack.server.asking import DRAWING, USER
from protocol.outbound import TicketsBought
from tests.simulation.town import Given, Town
from tests.stage import SOAK
from tests.world import open_drawing

T = TypeVar("T")


class PlayersLedger(RuleBasedStateMachine):
    """A player who exercises, revises, withdraws, buys, is refunded, and repeats; a node that restarts.

    The model is the balance: what each answer said that it became.
    """

    @initialize()
    def found(self) -> None:
        self._runner = asyncio.Runner()
        self._folder = tempfile.TemporaryDirectory(prefix="fittrack-ledger-")
        self.town = self._run(Town.founded(Path(self._folder.name), random.Random(0), people=1))
        self.player = self.town.people[0]
        self.user_id = self.player.member.user_id
        self.drawing_id = self._run(open_drawing(self.town.node, close_in_s=30 * 24 * 3600))
        self.spent = 0
        self.balance = 0

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    async def _look(self) -> PlayerView:
        view: PlayerView = await self.town.node.registry.ref(USER, self.user_id).ask(ViewPlayer())
        return view

    def _ask(self, command: Command) -> Given:
        self._run(self.town.ask(USER, self.user_id, command))
        return self.town.given[-1]

    @rule(
        days_back=st.integers(0, 5),
        minutes=st.integers(1, 400),
        kind=st.sampled_from(ActivityType),
        intensity=st.sampled_from(Intensity),
        steps=st.integers(0, 20_000),
    )
    def exercises(
        self, days_back: int, minutes: int, kind: ActivityType, intensity: Intensity, steps: int
    ) -> None:
        end = self.town.clock.now() - timedelta(days=days_back)
        activity = ActivityInput(
            activity_type=kind,
            start_time=end - timedelta(minutes=minutes),
            end_time=end,
            source="fitbit",
            intensity=intensity,
            metrics={"steps": steps},
            external_id=f"activity-{len(self.player.sent)}",
        )
        self.player.sent.append(activity)
        self._logged(LogActivities([activity]))

    @precondition(lambda self: self.player.sent)
    @rule(data=st.data())
    def withdraws(self, data: st.DataObject) -> None:
        """Points that were spent already cannot be taken back: they are forgiven."""
        known = data.draw(st.sampled_from(self.player.sent))
        self._logged(LogActivities([Withdrawal(source=known.source, external_id=known.external_id or "")]))

    def _logged(self, command: LogActivities) -> None:
        answer = self._ask(command).outcome
        assert isinstance(answer, Answer)
        self.balance = answer.body.balance  # type: ignore[attr-defined]

    @rule(quantity=st.integers(1, 3_000))
    def buys(self, quantity: int) -> None:
        outcome = self._ask(BuyTickets(self.drawing_id, quantity)).outcome
        if quantity > self.balance:
            assert isinstance(outcome, InsufficientPoints)
            return
        assert isinstance(outcome, Answer) and isinstance(outcome.body, TicketsBought)
        self.balance -= quantity
        self.spent += quantity
        assert outcome.body.balance == self.balance

    @rule(quantities=st.lists(st.integers(1, 1_500), min_size=2, max_size=6))
    def buys_with_both_hands(self, quantities: list[int]) -> None:
        """Side by side: whatever order they come in, only what is there is spent."""

        async def all_at_once() -> list[object]:
            asks = [
                self.town.ask(USER, self.user_id, BuyTickets(self.drawing_id, each)) for each in quantities
            ]
            return list(await asyncio.gather(*asks))

        outcomes = self._run(all_at_once())
        bought = sum(q for q, each in zip(quantities, outcomes, strict=True) if isinstance(each, Answer))
        assert bought <= self.balance
        refused = [q for q, each in zip(quantities, outcomes, strict=True) if not isinstance(each, Answer)]
        assert all(quantity > self.balance - bought for quantity in refused)
        self.balance -= bought
        self.spent += bought

    @precondition(lambda self: self.spent)
    @rule()
    def the_drawing_is_cancelled_and_another_opens(self) -> None:
        self._run(self.town.ask(DRAWING, self.drawing_id, CancelDrawing("The sponsor withdrew")))
        self._run(self.town.tend())
        self.balance += self.spent
        self.spent = 0
        self.drawing_id = self._run(open_drawing(self.town.node, close_in_s=30 * 24 * 3600))

    @precondition(lambda self: self.town.recent())
    @rule(data=st.data())
    def repeats(self, data: st.DataObject) -> None:
        """The same key gets the same answer, and nothing happens again."""
        self._run(self.town.repeat(data.draw(st.sampled_from(self.town.recent()))))

    @rule(up_to=st.integers(0, 5))
    def reads(self, up_to: int) -> None:
        self._ask(ReadInbox(up_to))

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self._run(self.town.leap(timedelta(hours=hours)))

    @rule()
    def the_server_restarts(self) -> None:
        self._run(self.town.restart())

    @invariant()
    def the_ledger_is_whole(self) -> None:
        if not hasattr(self, "town"):
            return
        view = self._run(self._look())
        entries = self._run(self.town.node.reads.run(points.after, self.user_id, 0, 10_000))
        balance = 0
        for seq, entry in enumerate(entries, 1):
            balance += entry.amount
            assert (entry.seq, entry.balance_after) == (seq, balance)
            assert balance >= 0
        assert (view.ledger_seq, view.balance) == (len(entries), balance)
        assert balance == self.balance

    def teardown(self) -> None:
        if hasattr(self, "town"):
            try:
                self._run(self.town.close())
            finally:
                self._runner.close()
                self._folder.cleanup()


TestPlayersLedger = PlayersLedger.TestCase
TestPlayersLedger.settings = settings(
    max_examples=200 if SOAK else 8, stateful_step_count=60 if SOAK else 20, deadline=None
)

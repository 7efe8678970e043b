"""Players who buy tickets and report activities through whatever happens, and note what came of it.

Each has one phone at a time, on a node drawn anew at every connection; now and then the app is closed with
commands under way, and started again with the positions that it saved.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from random import Random
from uuid import UUID

from fittrack.kit.clock import SystemClock
from fittrack.kit.ids import uuid7
from protocol.client import Client
from protocol.client_core import Positions
from protocol.client_errors import CommandRefused
from protocol.shapes import ActivityInput
from tests.cluster.notebook import Notebook, Screen
from tests.players import QUICK
from tests.world import Member

IN_FLIGHT = 2
"""Commands that a player has under way at any time."""

THINKS_S = (0.05, 0.6)
APP_LIVES_S = (4.0, 30.0)
"""Seconds, drawn at random, between two commands and until the app is closed."""

HASTY = 100
"""Players who may think so shortly. More of them think longer, so that all together want some hundreds of
commands a second: no more than two cores do beside the players themselves."""

TOO_MANY = 900_000
"""Tickets that nobody can pay."""

_clock = SystemClock()


class Player:
    """One of the crowd. `address` names a node at each connection."""

    def __init__(
        self, member: Member, drawing_id: UUID, address: Callable[[], str], rng: Random, slowness: float
    ) -> None:
        self.member = member
        self._thinks_s = [slowness * seconds for seconds in THINKS_S]
        self.notebook = Notebook()
        self.screen = Screen()
        self._positions = Positions()
        self._drawing_id, self._address, self._rng = drawing_id, address, rng

    async def play(self, done: asyncio.Event) -> None:
        """Play until `done`, closing and starting the app now and then."""
        while not done.is_set():
            async with self._app() as phone:
                await phone.subscribe(f"drawing:{self._drawing_id}")
                await self._play_on(phone, done)

    async def rest(self, done: asyncio.Event) -> None:
        """Keep the app open and want nothing more."""
        async with self._app() as phone:
            await phone.subscribe(f"drawing:{self._drawing_id}")
            await done.wait()

    def _app(self) -> Client:
        ledger, inbox = self._positions.ledger, self._positions.inbox
        self._positions = Positions(ledger, inbox)  # what an app saves
        return Client(
            self._address,
            token=self._token,
            positions=self._positions,
            on_event=self.screen,
            draw=lambda: QUICK,
        )

    async def _token(self) -> str:
        return self.member.token

    async def _play_on(self, phone: Client, done: asyncio.Event) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._rng.uniform(*APP_LIVES_S)), asyncio.TaskGroup() as work:
                for _ in range(IN_FLIGHT):
                    work.create_task(self._work(phone, done))

    async def _work(self, phone: Client, done: asyncio.Event) -> None:
        while not done.is_set():
            try:
                await self._want_something(phone)
            except CommandRefused as refusal:
                assert refusal.code == "insufficient-points", refusal
            await asyncio.sleep(self._rng.uniform(*self._thinks_s))

    async def _want_something(self, phone: Client) -> None:
        drawn = self._rng.random()
        if drawn < 0.6:
            await self._buy(phone, self._rng.randint(1, 3))
        elif drawn < 0.65:
            await self._buy(phone, TOO_MANY)
        else:
            await self._exercise(phone)

    async def _buy(self, phone: Client, quantity: int) -> None:
        key = uuid7()
        self.notebook.wanted[key] = ""
        try:
            bought = await phone.buy_tickets(self._drawing_id, quantity, key=key)
        except CommandRefused as refusal:
            self.notebook.refused[key] = refusal.code
            raise
        self.notebook.granted[key] = bought
        self.screen.see_tickets(bought.my_tickets)

    async def _exercise(self, phone: Client) -> None:
        key = uuid7()
        activity = self._activity(str(key))
        self.notebook.wanted[key] = str(key)
        self.notebook.granted[key] = await phone.log_activities([activity], key=key)

    def _activity(self, external_id: str) -> ActivityInput:
        now, minutes = _clock.now(), self._rng.randint(1, 4)
        walks = self._rng.random() < 0.5
        return ActivityInput(
            activity_type="steps" if walks else "active_minutes",
            start_time=now - timedelta(minutes=minutes),
            end_time=now,
            duration_minutes=minutes,
            metrics={"steps": 60 * minutes} if walks else {},
            intensity=None if walks else "light",
            source="fitbit",
            external_id=external_id,
        )


class Crowd:
    """All players."""

    def __init__(
        self, members: Sequence[Member], drawing_id: UUID, address: Callable[[], str], rng: Random
    ) -> None:
        slowness = max(1.0, len(members) / HASTY)
        self.players = [Player(each, drawing_id, address, Random(rng.random()), slowness) for each in members]

    @property
    def granted(self) -> int:
        """Commands acknowledged so far."""
        return sum(len(player.notebook.granted) for player in self.players)

    @property
    def unknown(self) -> int:
        """Commands of which nobody knows, at the moment, what became of them."""
        return sum(player.notebook.unknown for player in self.players)

    @property
    def refused(self) -> int:
        """Commands that the rules refused."""
        return sum(len(player.notebook.refused) for player in self.players)

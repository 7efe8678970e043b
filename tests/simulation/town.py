"""A town of players and admins on one node, whose clock leaps: the stage of a simulation from a seed."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from fittrack.activities.model import ActivityInput
from fittrack.app import Node
from fittrack.config import Settings
from fittrack.db.log_queries import KEY_LIFETIME
from fittrack.demo.clock import LeapingClock
from fittrack.drawings import queries
from fittrack.drawings.commands import TendDrawing
from fittrack.jobs.timers import DRAWINGS_PER_SWEEP
from fittrack.kit.idempotency import intend
from fittrack.kit.ids import DrawingId
from fittrack.kit.intention import Answer, Command
from fittrack.kit.problems import Problem
from fittrack.pubsub.messages import Message, StreamEvent, player_topic
from fittrack.server.asking import ADMIN_TIMEOUT_S, DRAWING
from tests.invariants import assert_invariants
from tests.world import Member, complete_profile, enrol, migrated, no_fatal, settings_for

START = datetime(2026, 2, 20, 14, 0, tzinfo=UTC)
"""A Friday; in a simulation of weeks the clocks of New York go forward."""

Outcome = Answer | Problem

FAULTS = frozenset({"internal", "outcome-unknown", "busy"})
"""What one node without faults never answers."""


@dataclass
class Given:
    """An intention that got its answer: the same again must get the same."""

    kind: str
    entity_id: UUID
    command: Command
    key: UUID
    at: datetime
    outcome: Outcome


@dataclass
class Person:
    """A player, and what was sent and heard on the player's behalf."""

    member: Member
    sent: list[ActivityInput] = field(default_factory=list)
    heard: dict[str, list[int]] = field(default_factory=lambda: {"ledger": [], "inbox": []})

    def hear(self, message: Message) -> None:
        """Note the position of a numbered event."""
        if isinstance(message, StreamEvent):
            self.heard[message.stream].append(message.seq)


class Town:
    """Everybody, on a node that is closed and started anew now and then."""

    def __init__(self, settings: Settings, rng: random.Random) -> None:
        self.settings = settings
        self.rng = rng
        self.clock = LeapingClock(START)
        self.people: list[Person] = []
        self.drawings: list[DrawingId] = []
        self.given: list[Given] = []
        self.node = self._start()

    @classmethod
    async def founded(cls, folder: Path, rng: random.Random, people: int) -> "Town":
        """A town of people with profiles, without points."""
        town = cls(migrated(settings_for(folder)), rng)
        for number in range(people):
            member = await enrol(town.node, f"person{number}")
            await complete_profile(town.node, member, f"Person {number}")
            town.people.append(Person(member))
        town._listen()
        return town

    def new_key(self) -> UUID:
        """A key that depends on the seed alone."""
        return UUID(int=self.rng.getrandbits(128), version=4)

    async def ask(self, kind: str, entity_id: UUID, command: Command, key: UUID | None = None) -> Outcome:
        """Have somebody do something, under a key; what came of it is kept."""
        key = key or self.new_key()
        outcome = await self._ask(kind, entity_id, command, key)
        self.given.append(Given(kind, entity_id, command, key, self.clock.now(), outcome))
        return outcome

    async def repeat(self, given: Given) -> None:
        """Send an intention again: it gets its former answer."""
        again = await self._ask(given.kind, given.entity_id, given.command, given.key)
        assert same(again, given.outcome), f"{given.command} came to {given.outcome}, again to {again}"

    def recent(self, count: int = 50) -> list[Given]:
        """The latest intentions whose keys are still kept."""
        kept_since = self.clock.now() - KEY_LIFETIME
        return [given for given in self.given[-count:] if given.at > kept_since]

    async def misuse(self, given: Given, command: Command) -> Outcome:
        """Use the key of an intention for another."""
        return await self._ask(given.kind, given.entity_id, command, given.key)

    async def _ask(self, kind: str, entity_id: UUID, command: Command, key: UUID) -> Outcome:
        try:
            answer: Answer = await self.node.registry.ref(kind, entity_id).ask(
                intend(command, key), timeout_s=ADMIN_TIMEOUT_S
            )
        except Problem as problem:
            assert problem.code not in FAULTS, f"{command} came to {problem.code}: {problem.detail}"
            return problem
        return answer

    async def leap(self, time: timedelta) -> None:
        """Time passes; then the clock does to drawings what it must."""
        self.clock.leap_to(self.clock.now() + time)
        await self.tend()

    async def tend(self) -> None:
        """Have everything done that is due."""
        for drawing_id in await self.node.reads.run(queries.due, self.clock.now(), DRAWINGS_PER_SWEEP):
            await self.node.registry.ref(DRAWING, drawing_id).ask(TendDrawing(), timeout_s=ADMIN_TIMEOUT_S)
        await self.node.jobs.apply_effects()

    async def restart(self) -> None:
        """Close the node and start another on the same file."""
        await self.node.close()
        self.node = self._start()
        self._listen()

    async def at_once(self, *deeds: Callable[[], Awaitable[object]]) -> None:
        """Several things happen side by side."""
        await asyncio.gather(*(deed() for deed in deeds))

    async def close(self) -> None:
        """The end: whatever was done under a key that is still kept is answered as it was; all is sound."""
        try:
            await self.tend()
            for given in self.recent(len(self.given)):
                await self.repeat(given)
        finally:
            await self.node.close()
        for person in self.people:
            for stream, heard in person.heard.items():
                assert heard == list(range(1, len(heard) + 1)), f"the {stream} told {heard}"
        assert_invariants(self.settings.database, settled=True)

    def _start(self) -> Node:
        return Node(self.settings, on_fatal=no_fatal, clock=self.clock)

    def _listen(self) -> None:
        for person in self.people:
            self.node.broker.subscribe(player_topic(person.member.user_id), person.hear)


def same(one: Outcome, other: Outcome) -> bool:
    """Whether two outcomes say the same, whichever of them is a replay."""
    if isinstance(one, Problem) or isinstance(other, Problem):
        return isinstance(one, Problem) and isinstance(other, Problem) and one.code == other.code
    return one.body == other.body

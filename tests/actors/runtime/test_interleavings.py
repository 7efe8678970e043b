"""Whatever happens, in whatever order: one reply each, in order, one turn at a time, no lie."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.runtime import Actor, ActorKind, Held, Promise, StaleActivation
from actors.runtime.testkit import a_registry, settle
from fittrack.kit.clock import VirtualClock
from fittrack.kit.problems import Busy, NotFound, OutcomeUnknown

ACTORS, SENDERS = 3, 2


@dataclass(frozen=True, slots=True)
class Message:
    number: int
    sender: int
    behaviour: str


@dataclass(slots=True)
class World:
    """What the actors of one example share, and what they record."""

    clock: VirtualClock
    promises: list[Promise] = field(default_factory=list)
    received: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    interleaved: list[Message] = field(default_factory=list)
    loads: int = 0

    def promise(self) -> Promise:
        self.promises.append(Promise())
        return self.promises[-1]


class Subject(Actor):
    """Behaves as each message says; notices when two of its turns overlap."""

    __slots__ = ("id", "open_turn", "world")

    def __init__(self, entity_id: int, world: World) -> None:
        self.id, self.world = entity_id, world
        self.open_turn: Message | None = None

    async def activate(self) -> None:
        self.world.loads += 1
        await asyncio.sleep(0)
        if self.world.loads % 5 == 0:
            raise ConnectionError

    async def passivate(self) -> None:
        await asyncio.sleep(0)

    def receive(self, message: Message) -> object:
        self.world.received[message.sender, self.id].append(message.number)
        if self.open_turn is not None:
            self.world.interleaved.append(message)
        return BEHAVIOURS[message.behaviour](self, message)

    async def think(self, message: Message) -> object:
        self.open_turn = message
        await self.world.clock.sleep(message.number % 4)
        self.open_turn = None
        if message.number % 5 == 0:
            raise ZeroDivisionError
        return Held(self.world.promise()) if message.number % 3 == 0 else message.number

    def wait(self, message: Message) -> Promise:
        self.open_turn = message
        inner, outer = self.world.promise(), Promise()

        def close(outcome: object) -> None:
            self.open_turn = None
            outer.settle(outcome)

        inner.then(close)
        return outer

    def fail(self, error: Exception) -> object:
        raise error

    def leave(self, message: Message) -> int:
        self.discard()
        return message.number


BEHAVIOURS: dict[str, Callable[[Subject, Message], object]] = {
    "answer": lambda _, message: message.number,
    "refuse": lambda subject, _: subject.fail(NotFound()),
    "crash": lambda subject, _: subject.fail(ZeroDivisionError()),
    "stale": lambda subject, _: subject.fail(StaleActivation()),
    "think": Subject.think,
    "wait": Subject.wait,
    "hold": lambda subject, _: Held(subject.world.promise()),
    "leave": Subject.leave,
}

OUTCOMES: list[Callable[[], object]] = [
    lambda: "done",
    NotFound,
    lambda: StaleActivation(OutcomeUnknown()),
    ZeroDivisionError,
]

actions = st.one_of(
    st.tuples(
        st.just("ask"),
        st.integers(0, ACTORS - 1),
        st.integers(0, SENDERS - 1),
        st.sampled_from(sorted(BEHAVIOURS)),
        st.sampled_from([0.0, 0.3, 5.0, 60.0]),
    ),
    st.tuples(
        st.just("tell"),
        st.integers(0, ACTORS - 1),
        st.integers(0, SENDERS - 1),
        st.sampled_from(sorted(BEHAVIOURS)),
        st.just(0.0),
    ),
    st.tuples(st.just("advance"), st.sampled_from([0.0, 0.1, 1.0, 12.0, 70.0])),
    st.tuples(st.just("fulfil"), st.integers(0, 9), st.sampled_from(OUTCOMES)),
)


class Run:
    """Carries one example out and remembers every reply."""

    def __init__(self) -> None:
        self.registry, self.clock = a_registry()
        self.world = World(self.clock)
        self.messages: list[Message] = []
        self.replies: dict[int, list[object]] = defaultdict(list)
        self.asked: set[int] = set()
        self.registry.register(
            ActorKind(
                name="subject",
                factory=lambda entity_id: Subject(entity_id, self.world),
                mailbox_max=4,
                idle_after_s=20,
                active_max=2,
            )
        )

    async def act(self, action: tuple[object, ...]) -> None:
        match action:
            case ("advance", float(seconds)):
                await self.clock.advance(seconds)
            case ("fulfil", int(which), outcome):
                assert callable(outcome)
                self.fulfil(which, outcome())
            case (how, int(actor), int(sender), str(behaviour), float(timeout_s)):
                message = Message(len(self.messages), sender, behaviour)
                self.messages.append(message)
                self.deliver(str(how), actor, message, timeout_s)

    def fulfil(self, which: int, outcome: object) -> None:
        waiting = [promise for promise in self.world.promises if not promise.is_settled]
        if waiting:
            waiting[which % len(waiting)].settle(outcome)

    def deliver(self, how: str, actor: int, message: Message, timeout_s: float) -> None:
        ref = self.registry.ref("subject", actor)
        if how == "ask":
            self.asked.add(message.number)
            ref.send(message, self.replies[message.number].append, timeout_s=timeout_s)
            assert self.replies[message.number] == [], "no reply before send returns"
            return
        try:
            ref.tell(message)
        except Busy:
            self.replies[message.number].append(Busy())

    def check(self) -> None:
        assert self.world.interleaved == []
        served = Counter(number for numbers in self.world.received.values() for number in numbers)
        assert all(count == 1 for count in served.values()), "nothing is served twice"
        for numbers in self.world.received.values():
            assert numbers == sorted(numbers), "each sender's messages stay in order"
        for message in self.messages:
            self.check_honesty(message, was_served=message.number in served)

    def check_honesty(self, message: Message, *, was_served: bool) -> None:
        replies = self.replies[message.number]
        if message.number not in self.asked:
            assert not (was_served and replies), "a refused tell never happens"
            return
        assert len(replies) == 1, "exactly one reply"
        if message.behaviour != "stale" and isinstance(replies[0], Busy):
            assert not was_served, "busy means that nothing happened"
        elif not isinstance(replies[0], Busy):
            assert was_served, "every other reply comes from a turn"


async def _run_to_the_end(script: list[tuple[object, ...]], stop_after: int | None) -> None:
    run, faults = Run(), list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
    for action in script[:stop_after]:
        await run.act(action)
    if stop_after is not None:
        stopping = asyncio.ensure_future(run.registry.stop(25))
        for action in script[stop_after:]:
            await run.act(action)
        await run.clock.advance(30)
        await stopping
    await run.clock.advance(100)
    for promise in run.world.promises:
        if not promise.is_settled:
            promise.settle("at last")
    await settle()
    await run.clock.advance(100)
    run.check()
    assert faults == [], "the runtime itself never fails"
    if stop_after is None:
        assert run.registry.metrics["subject"].active == 0, "in the end everybody has left"


@settings(max_examples=250, deadline=None)
@given(script=st.lists(actions, max_size=40), stop_after=st.one_of(st.none(), st.integers(0, 40)))
def test_every_message_is_answered_once_in_order_and_honestly(
    script: list[tuple[object, ...]], stop_after: int | None
) -> None:
    structlog.configure(processors=[_silence])
    try:
        asyncio.run(_run_to_the_end(script, stop_after))
    finally:
        structlog.reset_defaults()


def _silence(*_: object) -> str:
    raise structlog.DropEvent

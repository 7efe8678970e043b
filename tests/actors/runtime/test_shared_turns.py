"""An actor that gathers takes several messages in one turn; each still gets its own one reply."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pytest

from actors.runtime import ActorKind, Gathering, Held, Promise, Registry, StaleActivation
from actors.runtime.testkit import a_registry, settle
from fittrack.kit.clock import VirtualClock
from fittrack.kit.problems import Busy, OutcomeUnknown

AT_ONCE_MAX = 4


@dataclass(frozen=True, slots=True)
class Parcel:
    """Something that shares a turn with others of its colour."""

    colour: str
    name: str


class Porter(Gathering):
    """Takes parcels of one colour together, in a turn that lasts until the last is delivered."""

    def __init__(self, turns: list[list[str]], deliveries: dict[str, Promise]) -> None:
        self._turns, self._deliveries = turns, deliveries

    def receive(self, message: Parcel) -> object:
        return self.receive_together([message])[0]

    def share_turn(self, message: Parcel, following: Iterable[Parcel]) -> int:
        count = 0
        for parcel in following:
            if parcel.colour != message.colour or count + 1 == AT_ONCE_MAX:
                break
            count += 1
        return count

    def receive_together(self, messages: Sequence[Parcel]) -> Sequence[object]:
        self._turns.append([parcel.name for parcel in messages])
        if any(parcel.name == "bomb" for parcel in messages):
            raise RuntimeError("it went off")
        promises = [self._deliveries.setdefault(parcel.name, Promise()) for parcel in messages]
        return [*map(Held, promises[:-1]), promises[-1]]


class House:
    """One porter, and what went through its hands."""

    def __init__(self) -> None:
        self.turns: list[list[str]] = []
        self.deliveries: dict[str, Promise] = {}
        kind = ActorKind(name="porter", factory=lambda _: Porter(self.turns, self.deliveries))
        self.registry: Registry
        self.clock: VirtualClock
        self.registry, self.clock = a_registry(kind)

    def send(
        self, *names: str, colour: str = "red", timeout_s: float | None = None
    ) -> list[asyncio.Future[str]]:
        ref = self.registry.ref("porter", 1)
        return [ref.ask(Parcel(colour, name), timeout_s=timeout_s) for name in names]

    def deliver(self, *names: str) -> None:
        for name in names:
            self.deliveries[name].settle(f"{name} delivered")


async def test_messages_that_wait_together_share_a_turn_and_each_has_its_reply() -> None:
    house = House()
    replies = house.send("a", "b", "c")
    await settle()
    assert house.turns == [["a", "b", "c"]]
    house.deliver("b", "a", "c")
    assert await asyncio.gather(*replies) == ["a delivered", "b delivered", "c delivered"]
    assert house.registry.metrics["porter"].turns == 3


async def test_a_message_that_waits_alone_has_a_turn_of_its_own() -> None:
    house = House()
    (reply,) = house.send("a")
    await settle()
    house.deliver("a")
    assert await reply == "a delivered"


async def test_what_may_not_share_the_turn_waits_until_it_is_over() -> None:
    house = House()
    house.send("a", "b")
    house.send("c", colour="blue")
    house.send("d")
    await settle()
    assert house.turns == [["a", "b"]]
    house.deliver("b")  # the turn lasts as long as its last message
    await settle()
    assert house.turns == [["a", "b"], ["c"]]
    house.deliver("a", "c")
    await settle()
    assert house.turns == [["a", "b"], ["c"], ["d"]]


async def test_the_actor_says_how_many_share_a_turn() -> None:
    house = House()
    house.send(*"abcdef")
    await settle()
    assert house.turns == [["a", "b", "c", "d"]]
    house.deliver(*"abcd")
    await settle()
    assert house.turns == [["a", "b", "c", "d"], ["e", "f"]]


async def test_a_message_whose_deadline_passed_while_it_waited_shares_no_turn() -> None:
    house = House()
    house.send("first")
    await settle()
    quick = house.send("quick", timeout_s=1.0)
    patient = house.send("a", "b", timeout_s=9.0)
    late = house.send("late", timeout_s=1.0)
    await house.clock.advance(2.0)
    house.deliver("first")
    await settle()
    assert house.turns == [["first"], ["a", "b"]]
    house.deliver("a", "b")
    assert await asyncio.gather(*patient) == ["a delivered", "b delivered"]
    for reply in (*quick, *late):
        with pytest.raises(Busy):
            await reply


async def test_a_crash_in_a_shared_turn_is_answered_to_all_and_counts_once() -> None:
    house = House()
    replies = house.send("a", "bomb", "c")
    outcomes = await asyncio.gather(*replies, return_exceptions=True)
    assert all(isinstance(outcome, OutcomeUnknown) for outcome in outcomes)
    assert house.registry.metrics["porter"].crashes == 1


async def test_one_stale_message_of_a_shared_turn_reloads_once_and_the_others_keep_their_replies() -> None:
    house = House()
    replies = house.send("a", "b", "c")
    behind = house.send("d", colour="blue")
    await settle()
    house.deliver("a")
    house.deliveries["b"].settle(StaleActivation())
    house.deliveries["c"].settle(StaleActivation(OutcomeUnknown()))
    await settle()
    house.deliver("d")
    outcomes = await asyncio.gather(*replies, return_exceptions=True)
    assert outcomes[0] == "a delivered"
    assert isinstance(outcomes[1], Busy)
    assert isinstance(outcomes[2], OutcomeUnknown)
    assert await asyncio.gather(*behind) == ["d delivered"]
    metrics = house.registry.metrics["porter"]
    assert (metrics.stale, metrics.activations) == (1, 2)


async def test_what_is_taken_again_keeps_its_order_though_the_last_of_a_turn_is_given_back_last() -> None:
    house = House()
    replies = house.send("a", "b", "c")
    await settle()
    house.send("d")
    deliveries, again = dict(house.deliveries), StaleActivation(again=True)
    house.deliveries.clear()
    for name in ("b", "a", "c"):
        deliveries[name].settle(again)
    await settle()
    assert house.turns == [["a", "b", "c"], ["a", "b", "c", "d"]], "all at one instant of the clock"
    house.deliver("a", "b", "c")
    assert await asyncio.gather(*replies) == ["a delivered", "b delivered", "c delivered"]

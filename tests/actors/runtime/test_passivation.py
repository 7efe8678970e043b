"""Leaving memory: by idleness, by number, and never with a message lost."""

import asyncio

from actors.runtime import Actor, ActorKind, Promise
from actors.runtime.idleness import PASSIVATIONS_IN_A_ROW
from actors.runtime.testkit import Do, Notes, a_probe_kind, a_registry, holding, settle, waiting_for


async def test_an_idle_actor_leaves_and_comes_back_when_needed() -> None:
    notes = Notes()
    registry, clock = a_registry(a_probe_kind(notes, idle_after_s=60))
    ref = registry.ref("probe", 1)
    await ref.ask("hello")
    await clock.advance(59)
    assert registry.is_active("probe", 1)
    await clock.advance(12)
    assert not registry.is_active("probe", 1)
    assert notes.of("passivated") == [1]
    assert await ref.ask("again") == "again"
    assert notes.of("activated") == [1, 2]


async def test_an_actor_in_use_stays() -> None:
    notes = Notes()
    registry, clock = a_registry(a_probe_kind(notes, idle_after_s=60))
    for _ in range(10):
        await registry.ref("probe", 1).ask("hello")
        await clock.advance(55)
    assert notes.of("activated") == [1]


async def test_an_actor_with_held_replies_stays() -> None:
    commit = Promise()
    registry, clock = a_registry(a_probe_kind(Notes(), idle_after_s=60))
    held = registry.ref("probe", 1).ask(holding(commit), timeout_s=1_000)
    await clock.advance(200)
    assert registry.is_active("probe", 1)
    commit.settle("durable")
    assert await held == "durable"
    await clock.advance(80)
    assert not registry.is_active("probe", 1)


async def test_an_actor_that_says_it_is_busy_stays() -> None:
    registry, clock = a_registry(a_probe_kind(Notes(), idle_after_s=60))
    ref = registry.ref("probe", 1)
    await ref.ask(Do(lambda probe: setattr(probe, "is_busy", True)))
    await clock.advance(200)
    assert registry.is_active("probe", 1)
    await ref.ask(Do(lambda probe: setattr(probe, "is_busy", False)))
    await clock.advance(80)
    assert not registry.is_active("probe", 1)


async def test_an_actor_that_wants_to_leave_answers_what_waits_and_what_it_holds_first() -> None:
    notes, commit = Notes(), Promise()
    registry, _ = a_registry(a_probe_kind(notes))
    ref = registry.ref("probe", 1)
    leaving = ref.ask(Do(lambda probe: probe.leave()))
    held, behind = ref.ask(holding(commit)), ref.ask("behind")
    assert await leaving is None
    assert await behind == "behind"
    assert registry.is_active("probe", 1)
    commit.settle("durable")
    assert await held == "durable"
    await settle()
    assert not registry.is_active("probe", 1)
    assert notes.of("activated") == notes.of("passivated") == [1]
    await ref.ask("again")
    assert registry.is_active("probe", 1), "its successor stays"


async def test_a_message_that_meets_a_leaving_actor_is_served_by_its_successor() -> None:
    notes = Notes()
    farewell: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    registry, clock = a_registry(a_probe_kind(notes, idle_after_s=60, on_passivate=lambda _: farewell))
    ref = registry.ref("probe", 1)
    await ref.ask("hello")
    await clock.advance(70)
    answer = ref.ask("wait for me")
    await settle()
    assert notes.of("activated") == [1]
    farewell.set_result(None)
    assert await answer == "wait for me"
    assert notes.of("activated") == [1, 2]


async def test_a_farewell_that_fails_does_not_keep_the_actor() -> None:
    def stumble(_: object) -> object:
        raise RuntimeError("cannot say goodbye")

    registry, clock = a_registry(a_probe_kind(Notes(), idle_after_s=60, on_passivate=stumble))
    await registry.ref("probe", 1).ask("hello")
    await clock.advance(80)
    assert not registry.is_active("probe", 1)


async def test_above_the_cap_the_least_recently_used_leave() -> None:
    notes = Notes()
    registry, clock = a_registry(a_probe_kind(notes, active_max=3))
    for who in (1, 2, 3):
        await registry.ref("probe", who).ask("hello")
        await clock.advance(6)
    await registry.ref("probe", 1).ask("hello")
    await registry.ref("probe", 4).ask("hello")
    await settle()
    assert [who for who in (1, 2, 3, 4) if registry.is_active("probe", who)] == [1, 3, 4]
    assert registry.metrics["probe"].active == 3


async def test_those_at_work_stay_even_above_the_cap() -> None:
    gates = [Promise() for _ in range(3)]
    registry, _ = a_registry(a_probe_kind(Notes(), active_max=2))
    asks = [registry.ref("probe", who).ask(waiting_for(gate)) for who, gate in enumerate(gates)]
    await settle()
    assert registry.metrics["probe"].active == 3
    for gate in gates:
        gate.settle("done")
    assert await asyncio.gather(*asks) == ["done"] * 3


async def test_a_crowd_leaves_in_portions_but_leaves() -> None:
    registry, clock = a_registry(ActorKind(name="echo", factory=lambda _: Echo(), idle_after_s=60))
    crowd = 3 * PASSIVATIONS_IN_A_ROW + 1
    for who in range(crowd):
        registry.ref("echo", who).tell("hello")
    await settle()
    assert registry.metrics["echo"].active == crowd
    await clock.advance(80)
    assert registry.metrics["echo"].active == 0
    assert registry.metrics["echo"].passivations == crowd


class Echo(Actor):
    __slots__ = ()

    def receive(self, message: object) -> object:
        return message

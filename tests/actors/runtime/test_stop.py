"""The graceful stop."""

import asyncio

import pytest

from actors.runtime import Promise, Ref
from actors.runtime.testkit import Do, Notes, Probe, a_probe_kind, a_registry, holding, settle, waiting_for
from fittrack.kit.problems import Busy, OutcomeUnknown


async def test_what_was_accepted_is_finished_and_everybody_leaves() -> None:
    notes, gate, commit = Notes(), Promise(), Promise()
    registry, _ = a_registry(a_probe_kind(notes))
    ref = registry.ref("probe", 1)
    asks = [
        ref.ask(waiting_for(gate)),
        ref.ask("behind"),
        registry.ref("probe", 2).ask(holding(commit)),
    ]
    await settle()
    stopping = asyncio.ensure_future(registry.stop(10))
    await settle()
    gate.settle("first")
    await settle()
    assert not stopping.done()
    commit.settle("durable")
    assert await stopping == 0
    assert [ask.result() for ask in asks] == ["first", "behind", "durable"]
    assert notes.of("passivated") == [1, 1]
    assert registry.metrics["probe"].active == 0


async def test_a_stop_with_nothing_to_do_is_immediate() -> None:
    registry, _ = a_registry(a_probe_kind(Notes()))
    assert await registry.stop(10) == 0


async def test_nothing_new_is_accepted_from_outside() -> None:
    gate = Promise()
    registry, _ = a_registry(a_probe_kind(Notes()))
    ref = registry.ref("probe", 1)
    running = ref.ask(waiting_for(gate))
    await settle()
    stopping = asyncio.ensure_future(registry.stop(10))
    await settle()
    with pytest.raises(Busy):
        await ref.ask("too late")
    with pytest.raises(Busy):
        ref.tell("too late")
    gate.settle(None)
    await running
    assert await stopping == 0


async def test_turns_under_way_may_still_ask_those_in_memory_but_wake_nobody() -> None:
    gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    registry, _ = a_registry(a_probe_kind(Notes()))
    awake, asleep = registry.ref("probe", "awake"), registry.ref("probe", "asleep")
    await awake.ask("hello")

    async def ask(ref: Ref) -> object:
        try:
            return await ref.ask("question")
        except Busy:
            return "busy"

    async def ask_both(_: Probe) -> object:
        await gate
        return [await ask(awake), await ask(asleep)]

    running = registry.ref("probe", 1).ask(Do(ask_both))
    await settle()
    stopping = asyncio.ensure_future(registry.stop(10))
    await settle()
    gate.set_result(None)
    assert await running == ["question", "busy"]
    assert await stopping == 0


async def test_a_load_under_way_is_finished_and_a_pause_is_cut_short() -> None:
    loaded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    registry, _ = a_registry(
        a_probe_kind(Notes(), on_activate=lambda _: loaded), a_probe_kind(Notes(), name="b")
    )
    loading = registry.ref("probe", 1).ask("hello")

    def fall(_: Probe) -> object:
        raise ZeroDivisionError

    crashed = registry.ref("b", 1).ask(Do(fall))
    pausing = registry.ref("b", 1).ask("behind")
    await settle()
    stopping = asyncio.ensure_future(registry.stop(10))
    await settle()
    loaded.set_result(None)
    assert await stopping == 0
    assert loading.result() == "hello"
    assert isinstance(crashed.exception(), OutcomeUnknown)
    assert isinstance(pausing.exception(), Busy)


async def test_what_is_unfinished_when_the_time_is_up_is_told_so() -> None:
    registry, clock = a_registry(a_probe_kind(Notes()))
    ref = registry.ref("probe", 1)
    hanging = ref.ask(Do(lambda _: asyncio.Event().wait()), timeout_s=100)
    behind = ref.ask("behind", timeout_s=100)
    held = registry.ref("probe", 2).ask(holding(Promise()), timeout_s=100)
    await settle()
    stopping = asyncio.ensure_future(registry.stop(10))
    await clock.advance(9)
    assert not stopping.done()
    await clock.advance(2)
    assert await stopping > 0
    assert isinstance(hanging.exception(), OutcomeUnknown)
    assert isinstance(behind.exception(), Busy)
    assert isinstance(held.exception(), OutcomeUnknown)


async def test_many_leave_at_once() -> None:
    notes = Notes()
    registry, _ = a_registry(a_probe_kind(notes, on_passivate=lambda _: asyncio.sleep(0)))
    for who in range(700):
        registry.ref("probe", who).tell("hello")
    assert await registry.stop(10) == 0
    assert len(notes.of("passivated")) == 700

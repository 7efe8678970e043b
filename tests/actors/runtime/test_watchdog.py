"""The watchdog: long turns are reported, hanging ones given up."""

import asyncio

import pytest
from structlog.testing import capture_logs

from actors.runtime import Promise
from actors.runtime.testkit import Do, Notes, Probe, a_probe_kind, a_registry, settle, waiting_for
from fittrack.kit.problems import Busy, OutcomeUnknown


async def test_a_turn_above_five_seconds_is_reported_once_with_its_stack() -> None:
    registry, clock = a_registry(a_probe_kind(Notes()))

    async def hang_here(_: Probe) -> None:
        await clock.sleep(20)

    with capture_logs() as logs:
        answer = registry.ref("probe", 1).ask(Do(hang_here), timeout_s=60)
        await clock.advance(15)
    reports = [line for line in logs if line["event"] == "takes long"]
    assert len(reports) == 1
    assert reports[0]["message"] == "Do"
    assert "hang_here" in reports[0]["stack"]
    await clock.advance(10)
    assert await answer is None


async def test_a_turn_above_thirty_seconds_is_abandoned_and_the_next_activation_goes_on() -> None:
    notes = Notes()
    registry, clock = a_registry(a_probe_kind(notes))
    ended: list[str] = []

    async def hang(_: Probe) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    ref = registry.ref("probe", 1)
    hanging = ref.ask(Do(hang), timeout_s=60)
    behind = ref.ask("behind", timeout_s=60)
    await clock.advance(29)
    assert not hanging.done()
    await clock.advance(3)
    assert isinstance(hanging.exception(), OutcomeUnknown)
    assert await behind == "behind"
    assert ended == ["cancelled"]
    assert notes.of("activated") == [1, 2]
    assert registry.metrics["probe"].abandoned == 1


async def test_an_abandoned_turn_that_ends_later_changes_nothing() -> None:
    notes, promise = Notes(), Promise()
    registry, clock = a_registry(a_probe_kind(notes))
    ref = registry.ref("probe", 1)
    hanging = ref.ask(waiting_for(promise), timeout_s=60)
    await clock.advance(32)
    assert isinstance(hanging.exception(), OutcomeUnknown)
    second = Promise()
    running = ref.ask(waiting_for(second))
    await settle()
    promise.settle("far too late")
    behind = ref.ask("behind")
    await settle()
    assert not behind.done(), "the open turn of the new activation is not over"
    second.settle("in time")
    assert await running == "in time"
    assert await behind == "behind"


async def test_a_load_that_hangs_is_given_up_as_busy() -> None:
    registry, clock = a_registry(a_probe_kind(Notes(), on_activate=lambda _: asyncio.Event().wait()))
    answer = registry.ref("probe", 1).ask("hello", timeout_s=60)
    await clock.advance(32)
    with pytest.raises(Busy):
        await answer
    assert registry.metrics["probe"].crashes == 1


async def test_a_farewell_that_hangs_is_given_up() -> None:
    kind = a_probe_kind(Notes(), idle_after_s=60, on_passivate=lambda _: asyncio.Event().wait())
    registry, clock = a_registry(kind)
    await registry.ref("probe", 1).ask("hello")
    await clock.advance(110)
    assert not registry.is_active("probe", 1)


async def test_a_turn_that_blocks_the_event_loop_is_reported() -> None:
    registry, clock = a_registry(a_probe_kind(Notes()))

    def block(_: Probe) -> None:
        clock._move_to(clock.monotonic() + 6)

    with capture_logs() as logs:
        await registry.ref("probe", 1).ask(Do(block))
    assert [line["seconds"] for line in logs] == [pytest.approx(6)]

"""What follows when an actor fails: keep, reload, pause, quarantine."""

import asyncio
from math import inf

import pytest

from actors.runtime import DOUBTS_KEPT_S, Held, Promise, StaleActivation
from actors.runtime.testkit import Do, Notes, Probe, a_probe_kind, a_registry, holding, settle
from fittrack.kit.problems import Busy, NotFound, OutcomeUnknown


def fall(_: Probe) -> object:
    raise ZeroDivisionError("a bug")


def be_stale(_: Probe) -> object:
    raise StaleActivation


async def test_a_crash_discards_the_state_and_leaves_the_outcome_unknown() -> None:
    notes = Notes()
    registry, clock = a_registry(a_probe_kind(notes))
    ref = registry.ref("probe", 1)
    with pytest.raises(OutcomeUnknown):
        await ref.ask(Do(fall))
    assert not registry.is_active("probe", 1)
    again = ref.ask("again")
    await clock.advance(0.2)
    assert await again == "again"
    assert notes.of("activated") == [1, 2]
    assert notes.of("passivated") == []
    assert registry.metrics["probe"].crashes == 1


async def test_messages_behind_a_crash_are_served_by_the_next_activation_after_a_pause() -> None:
    notes = Notes()
    registry, clock = a_registry(a_probe_kind(notes))
    ref = registry.ref("probe", 1)
    crash, behind = ref.ask(Do(fall)), ref.ask("behind")
    with pytest.raises(OutcomeUnknown):
        await crash
    await clock.advance(0.09)
    assert not behind.done()
    await clock.advance(0.02)
    assert await behind == "behind"
    assert notes.of("activated") == [1, 2]


async def test_the_pause_grows_with_the_second_crash() -> None:
    registry, clock = a_registry(a_probe_kind(Notes()))
    ref = registry.ref("probe", 1)
    asks = [ref.ask(Do(fall)), ref.ask(Do(fall)), ref.ask("at last")]
    await clock.advance(0.15)
    assert asks[1].done()
    await clock.advance(0.4)
    assert not asks[2].done()
    await clock.advance(0.1)
    assert await asks[2] == "at last"
    assert all(isinstance(ask.exception(), OutcomeUnknown) for ask in asks[:2])


async def test_three_crashes_within_a_minute_are_quarantine_that_fails_fast() -> None:
    notes = Notes()
    registry, clock = a_registry(a_probe_kind(notes))
    ref = registry.ref("probe", 1)
    crashes = [ref.ask(Do(fall)) for _ in range(3)]
    behind = ref.ask("behind")
    await clock.advance(1)
    assert all(isinstance(crash.exception(), OutcomeUnknown) for crash in crashes)
    assert isinstance(behind.exception(), Busy)
    with pytest.raises(Busy) as refusal:
        await ref.ask("fails fast")
    assert refusal.value.after_ms is not None
    assert 9_000 < refusal.value.after_ms < 10_000
    with pytest.raises(Busy):
        ref.tell("fails fast")
    await clock.advance(10)
    assert await ref.ask("after the quarantine") == "after the quarantine"
    assert registry.metrics["probe"].quarantines == 1


async def test_a_quarantine_concerns_nobody_else() -> None:
    registry, clock = a_registry(a_probe_kind(Notes()))
    for _ in range(3):
        registry.ref("probe", 1).tell(Do(fall))
    await clock.advance(1)
    assert await registry.ref("probe", 2).ask("well") == "well"


async def test_crashes_far_apart_are_forgiven() -> None:
    registry, clock = a_registry(a_probe_kind(Notes()))
    ref = registry.ref("probe", 1)
    for _ in range(5):
        crash = ref.ask(Do(fall))
        await clock.advance(61)
        assert isinstance(crash.exception(), OutcomeUnknown)
    assert registry.metrics["probe"].quarantines == 0


async def test_a_coroutine_that_is_cancelled_from_within_is_a_crash() -> None:
    registry, _ = a_registry(a_probe_kind(Notes()))

    async def be_cancelled(_: Probe) -> None:
        raise asyncio.CancelledError

    with pytest.raises(OutcomeUnknown):
        await registry.ref("probe", 1).ask(Do(be_cancelled))
    assert registry.metrics["probe"].crashes == 1


async def test_a_stale_activation_is_reloaded_at_once_and_is_no_crash() -> None:
    notes = Notes()
    registry, _ = a_registry(a_probe_kind(notes))
    ref = registry.ref("probe", 1)
    stale, behind = ref.ask(Do(be_stale)), ref.ask("behind")
    with pytest.raises(Busy):
        await stale
    assert await behind == "behind"
    assert notes.of("activated") == [1, 2]
    metrics = registry.metrics["probe"]
    assert (metrics.stale, metrics.crashes) == (1, 0)


async def test_a_stale_activation_may_name_its_answer() -> None:
    registry, _ = a_registry(a_probe_kind(Notes()))

    def stale(_: Probe) -> object:
        raise StaleActivation(OutcomeUnknown())

    with pytest.raises(OutcomeUnknown):
        await registry.ref("probe", 1).ask(Do(stale))


async def test_held_replies_that_turn_out_stale_reload_once() -> None:
    notes, commits = Notes(), [Promise(), Promise()]
    registry, _ = a_registry(a_probe_kind(notes))
    ref = registry.ref("probe", 1)
    held = [ref.ask(holding(commit)) for commit in commits]
    await settle()
    commits[0].settle(StaleActivation())
    assert await ref.ask("served by the second") == "served by the second"
    commits[1].settle(StaleActivation())
    assert await ref.ask("by the second again") == "by the second again"
    assert [type(ask.exception()) for ask in held] == [Busy, Busy]
    assert notes.of("activated") == [1, 2]


async def test_a_held_reply_that_fails_unexpectedly_is_a_crash_of_its_own_activation_only() -> None:
    notes, commit = Notes(), Promise()
    registry, _ = a_registry(a_probe_kind(notes))
    ref = registry.ref("probe", 1)
    held = ref.ask(holding(commit))
    with pytest.raises(Busy):
        await ref.ask(Do(be_stale))
    assert await ref.ask("second activation") == "second activation"
    commit.settle(RuntimeError("the journal is broken"))
    with pytest.raises(OutcomeUnknown):
        await held
    assert await ref.ask("still the second") == "still the second"
    assert notes.of("activated") == [1, 2]
    assert registry.metrics["probe"].crashes == 0


async def test_a_problem_in_a_held_reply_keeps_the_state() -> None:
    notes, commit = Notes(), Promise()
    registry, _ = a_registry(a_probe_kind(notes))
    held = registry.ref("probe", 1).ask(holding(commit))
    await settle()
    commit.settle(NotFound())
    with pytest.raises(NotFound):
        await held
    await registry.ref("probe", 1).ask("same one")
    assert notes.of("activated") == [1]


async def test_an_actor_that_discards_itself_finishes_its_turn_first() -> None:
    notes = Notes()
    registry, _ = a_registry(a_probe_kind(notes))
    ref = registry.ref("probe", 1)

    def give_up(probe: Probe) -> str:
        probe.discard()
        return "my last words"

    words, behind = ref.ask(Do(give_up)), ref.ask("behind")
    assert await words == "my last words"
    assert await behind == "behind"
    assert notes.of("activated") == [1, 2]


async def test_an_actor_discarded_between_turns_is_gone() -> None:
    actors: list[Probe] = []
    registry, _ = a_registry(a_probe_kind(Notes(), on_activate=actors.append))
    await registry.ref("probe", 1).ask("hello")
    actors[0].discard()
    assert not registry.is_active("probe", 1)
    await registry.ref("probe", 1).ask("hello")
    actors[0].discard()
    assert registry.is_active("probe", 1), "the first one has no say any more"


async def test_a_problem_while_loading_answers_all_who_wait() -> None:
    def unknown(_: Probe) -> object:
        raise NotFound("no such player")

    registry, _ = a_registry(a_probe_kind(Notes(), on_activate=unknown))
    ref = registry.ref("probe", 1)
    asks = [ref.ask(1), ref.ask(2)]
    await settle()
    assert [str(ask.exception()) for ask in asks] == ["no such player"] * 2
    assert registry.metrics["probe"].crashes == 0
    assert not registry.is_active("probe", 1)


async def test_a_failing_load_is_busy_and_tried_again_after_a_pause() -> None:
    notes = Notes()

    def load(probe: Probe) -> object:
        if probe.generation == 1:
            raise ConnectionError("no database")
        return None

    registry, clock = a_registry(a_probe_kind(notes, on_activate=load))
    ref = registry.ref("probe", 1)
    with pytest.raises(Busy):
        await ref.ask("first")
    second = ref.ask("second")
    await clock.advance(0.05)
    assert not second.done()
    await clock.advance(0.1)
    assert await second == "second"
    assert notes.of("received") == ["second"]


async def test_messages_wait_while_the_actor_loads() -> None:
    loaded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    registry, clock = a_registry(a_probe_kind(Notes(), on_activate=lambda _: loaded))
    ref = registry.ref("probe", 1)
    patient, impatient = ref.ask("patient"), ref.ask("impatient", timeout_s=1)
    await clock.advance(2)
    assert isinstance(impatient.exception(), Busy)
    loaded.set_result(None)
    assert await patient == "patient"


async def test_a_message_that_finds_its_actor_outdated_is_taken_again_by_the_next_activation() -> None:
    def look(probe: Probe) -> object:
        if probe.generation == 1:
            raise StaleActivation(again=True)
        return f"as activation {probe.generation} sees it"

    async def look_later(probe: Probe) -> object:
        await asyncio.sleep(0)
        return look(probe)

    for step in (look, look_later):
        notes = Notes()
        registry, _ = a_registry(a_probe_kind(notes))
        ref = registry.ref("probe", 1)
        asks = [ref.ask(Do(step)), ref.ask("behind")]
        assert await asyncio.gather(*asks) == ["as activation 2 sees it", "behind"]
        assert notes.of("activated") == [1, 2]
        assert registry.metrics["probe"].crashes == 0


async def test_what_is_being_loaded_while_everything_is_renounced_is_loaded_again() -> None:
    notes, reading = Notes(), asyncio.get_running_loop().create_future()
    registry, _ = a_registry(a_probe_kind(notes, on_activate=lambda _: reading))
    asked = registry.ref("probe", 1).ask("hello")
    await settle()
    assert await registry.renounce() == 0
    reading.set_result(None)
    assert await asked == "hello"
    assert notes.of("activated") == [1, 2]


async def test_a_held_message_that_finds_its_actor_outdated_is_taken_again_in_its_place() -> None:
    notes, clues = Notes(), [Promise(), Promise()]

    def look(number: int) -> Do:
        return Do(lambda probe: Held(clues[number]) if probe.generation == 1 else f"look {number}")

    registry, _ = a_registry(a_probe_kind(notes))
    ref = registry.ref("probe", 1)
    asks = [ref.ask(look(0)), ref.ask(look(1)), ref.ask("meanwhile")]
    assert await asks[2] == "meanwhile"
    clues[0].settle(StaleActivation(again=True))
    assert await asks[0] == "look 0"
    clues[1].settle(StaleActivation(again=True))
    assert await asks[1] == "look 1"
    assert notes.of("activated") == [1, 2]
    assert registry.metrics["probe"].crashes == 0


async def test_a_told_message_that_was_held_is_taken_again_as_well() -> None:
    notes, clue = Notes(), Promise()
    registry, _ = a_registry(a_probe_kind(notes))
    ref = registry.ref("probe", 1)
    ref.tell(Do(lambda probe: Held(clue) if probe.generation == 1 else None))
    await settle()
    clue.settle(StaleActivation(again=True))
    await settle()
    assert notes.of("activated") == [1, 2]
    assert len(notes.of("received")) == 2


async def test_an_actor_is_in_doubt_when_an_activation_of_it_was_lost_with_something_under_way() -> None:
    notes: list[tuple[object, float]] = []

    def note(probe: Probe) -> None:
        notes.append((probe.id, probe.doubted_at))

    def lose(_: Probe) -> object:
        raise StaleActivation(OutcomeUnknown())

    registry, clock = a_registry(a_probe_kind(Notes()))
    for step, lost_at in (lose, clock.monotonic()), (fall, clock.monotonic() + DOUBTS_KEPT_S):
        with pytest.raises(OutcomeUnknown):
            await registry.ref("probe", 1).ask(Do(step))
        for entity_id in (1, 2):
            asked = registry.ref("probe", entity_id).ask(Do(note))
            await clock.advance(0.2)
            await asked
        assert notes == [(1, lost_at), (2, -inf)]
        assert registry.doubted_at == lost_at
        notes.clear()
        await clock.advance(lost_at + DOUBTS_KEPT_S - clock.monotonic())
    with pytest.raises(OutcomeUnknown):
        await registry.ref("probe", 2).ask(Do(lose))
    await registry.ref("probe", 1).ask(Do(note))
    assert notes == [(1, -inf)], "long ago"

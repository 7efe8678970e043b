"""Asking, telling and sending: every message gets exactly one honest reply."""

import asyncio

import pytest

from actors.runtime import AskCycleError, Held, Promise, Ref, current_turn
from actors.runtime.testkit import Do, Notes, Probe, a_probe_kind, a_registry, holding, settle, waiting_for
from fittrack.kit.problems import Busy, NotFound, OutcomeUnknown


async def test_an_ask_gets_what_the_actor_returns() -> None:
    registry, _ = a_registry(a_probe_kind(Notes()))
    assert await registry.ref("probe", 1).ask("hello") == "hello"


async def test_an_ask_waits_for_a_turn_that_is_a_coroutine() -> None:
    registry, clock = a_registry(a_probe_kind(Notes()))

    async def think(_: Probe) -> str:
        await clock.sleep(1)
        return "thought"

    answer = registry.ref("probe", 1).ask(Do(think))
    await settle()
    assert not answer.done()
    await clock.advance(1)
    assert await answer == "thought"


async def test_the_next_turn_waits_for_the_promise_of_this_one() -> None:
    notes, promise = Notes(), Promise()
    registry, _ = a_registry(a_probe_kind(notes))
    ref = registry.ref("probe", 1)
    first, second = ref.ask(waiting_for(promise)), ref.ask("second")
    await settle()
    assert not second.done()
    promise.settle("committed")
    assert await first == "committed"
    assert await second == "second"


async def test_a_promise_settled_before_it_is_returned_ends_the_turn_at_once() -> None:
    promise = Promise()
    promise.settle("done")
    registry, _ = a_registry(a_probe_kind(Notes()))
    ref = registry.ref("probe", 1)
    first, second = ref.ask(waiting_for(promise)), ref.ask("next")
    assert await first == "done"
    assert await second == "next"


async def test_a_future_is_waited_for_like_a_promise() -> None:
    registry, _ = a_registry(a_probe_kind(Notes()))
    future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    answer = registry.ref("probe", 1).ask(waiting_for(future))
    await settle()
    future.set_result("came")
    assert await answer == "came"


async def test_any_awaitable_is_waited_for() -> None:
    registry, _ = a_registry(a_probe_kind(Notes()))

    def gather(_: Probe) -> object:
        return asyncio.gather(asyncio.sleep(0, "a"), asyncio.sleep(0, "b"))

    class Slowly:
        def __await__(self):  # type: ignore[no-untyped-def]
            yield from asyncio.sleep(0).__await__()
            return "slowly"

    ref = registry.ref("probe", 1)
    assert await ref.ask(Do(gather)) == ["a", "b"]
    assert await ref.ask(Do(lambda _: Slowly())) == "slowly"


async def test_a_held_reply_waits_for_its_outcome_while_turns_go_on() -> None:
    commit = Promise()
    registry, _ = a_registry(a_probe_kind(Notes()))
    ref = registry.ref("probe", 1)
    held, next_one = ref.ask(holding(commit)), ref.ask("next")
    assert await next_one == "next"
    assert not held.done()
    commit.settle("durable")
    assert await held == "durable"


async def test_a_coroutine_may_end_with_a_held_reply() -> None:
    commit: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def decide(_: Probe) -> Held:
        await asyncio.sleep(0)
        return Held(commit)

    registry, _ = a_registry(a_probe_kind(Notes()))
    ref = registry.ref("probe", 1)
    held = ref.ask(Do(decide))
    assert await ref.ask("next") == "next"
    commit.set_result("durable")
    assert await held == "durable"


async def test_a_problem_is_the_reply_and_keeps_the_state() -> None:
    notes = Notes()
    registry, _ = a_registry(a_probe_kind(notes))

    def refuse(_: Probe) -> object:
        raise NotFound("no such drawing")

    with pytest.raises(NotFound, match="no such drawing"):
        await registry.ref("probe", 1).ask(Do(refuse))
    await registry.ref("probe", 1).ask("again")
    assert notes.of("activated") == [1]


async def test_no_reply_comes_before_send_has_returned() -> None:
    registry, _ = a_registry(a_probe_kind(Notes(), mailbox_max=1))
    ref = registry.ref("probe", 1)
    replies: list[object] = []
    ref.send("accepted", replies.append)
    ref.send("refused", replies.append)
    ref.send("too late", replies.append, timeout_s=0)
    assert replies == []
    await settle()
    assert "accepted" in replies
    assert sum(isinstance(reply, Busy) for reply in replies) == 2


async def test_a_full_mailbox_is_busy_and_what_was_refused_never_happens() -> None:
    notes, gate = Notes(), Promise()
    registry, _ = a_registry(a_probe_kind(notes, mailbox_max=2))
    ref = registry.ref("probe", 1)
    first = ref.ask(waiting_for(gate))
    await settle()
    waiting = [ref.ask("a"), ref.ask("b")]
    with pytest.raises(Busy):
        await ref.ask("c")
    with pytest.raises(Busy):
        ref.tell("d")
    gate.settle(None)
    assert await asyncio.gather(first, *waiting) == [None, "a", "b"]
    assert notes.of("received")[1:] == ["a", "b"]
    assert registry.metrics["probe"].busy == 2


async def test_held_replies_count_against_the_mailbox() -> None:
    commit = Promise()
    registry, _ = a_registry(a_probe_kind(Notes(), mailbox_max=2))
    ref = registry.ref("probe", 1)
    held = [ref.ask(holding(commit))]
    await settle()
    assert await ref.ask("room for one") == "room for one"
    never = Promise()
    held.append(ref.ask(holding(never)))
    await settle()
    with pytest.raises(Busy):
        await ref.ask("no room")
    commit.settle(None)
    assert await ref.ask("room again") == "room again"


async def test_a_tell_gets_no_reply_but_its_turn() -> None:
    notes = Notes()
    registry, _ = a_registry(a_probe_kind(notes))
    registry.ref("probe", 1).tell("news")
    await settle()
    assert notes.of("received") == ["news"]


async def test_a_reply_that_cannot_be_taken_does_not_hurt_the_actor() -> None:
    notes = Notes()
    registry, _ = a_registry(a_probe_kind(notes))

    def cannot(_: object) -> None:
        raise RuntimeError("the asker's own mistake")

    registry.ref("probe", 1).send("first", cannot)
    assert await registry.ref("probe", 1).ask("second") == "second"
    assert notes.of("activated") == [1]


async def test_who_was_cancelled_while_asking_is_not_answered() -> None:
    notes, gate = Notes(), Promise()
    registry, _ = a_registry(a_probe_kind(notes))
    asking = asyncio.ensure_future(asyncio.wait_for(registry.ref("probe", 1).ask(waiting_for(gate)), None))
    await settle()
    asking.cancel()
    await settle()
    gate.settle("late")
    assert await registry.ref("probe", 1).ask("next") == "next"


# Deadlines


async def test_a_message_whose_deadline_passes_in_the_mailbox_is_busy_and_skipped() -> None:
    notes, gate = Notes(), Promise()
    registry, clock = a_registry(a_probe_kind(notes))
    ref = registry.ref("probe", 1)
    first = ref.ask(waiting_for(gate), timeout_s=20)
    await settle()
    impatient = ref.ask("impatient", timeout_s=2)
    await clock.advance(2.1)
    with pytest.raises(Busy):
        await impatient
    gate.settle(None)
    await first
    assert "impatient" not in notes.of("received")
    assert registry.metrics["probe"].expired == 1


async def test_deadlines_hold_for_what_queued_up_before_a_turn_turned_out_long() -> None:
    notes, gate = Notes(), Promise()
    registry, clock = a_registry(a_probe_kind(notes))
    ref = registry.ref("probe", 1)
    await ref.ask("load")
    long_turn = ref.ask(waiting_for(gate), timeout_s=20)
    waiting = [ref.ask("a", timeout_s=2), ref.ask("b", timeout_s=2)]
    ref.tell("c")
    await clock.advance(2.1)
    assert [type(ask.exception()) for ask in waiting] == [Busy, Busy]
    gate.settle("done")
    assert await long_turn == "done"
    await settle()
    assert notes.of("received")[2:] == ["c"]


async def test_a_deadline_that_passes_during_the_turn_leaves_the_outcome_unknown() -> None:
    gate = Promise()
    registry, clock = a_registry(a_probe_kind(Notes()))
    ref = registry.ref("probe", 1)
    answer = ref.ask(waiting_for(gate), timeout_s=2)
    await clock.advance(2.1)
    with pytest.raises(OutcomeUnknown):
        await answer
    gate.settle("too late to be told")
    assert await ref.ask("next") == "next"


async def test_a_deadline_that_passes_while_the_reply_is_held_leaves_the_outcome_unknown() -> None:
    commit = Promise()
    registry, clock = a_registry(a_probe_kind(Notes()))
    answer = registry.ref("probe", 1).ask(holding(commit), timeout_s=2)
    await clock.advance(2.1)
    with pytest.raises(OutcomeUnknown):
        await answer


async def test_the_deadline_travels_to_those_asked_within_the_turn() -> None:
    gate, remaining = Promise(), []
    registry, clock = a_registry(a_probe_kind(Notes()), a_probe_kind(Notes(), name="other"))
    other = registry.ref("other", 1)

    async def ask_on(_: Probe) -> object:
        try:
            return await other.ask(waiting_for(gate), timeout_s=1_000)
        except OutcomeUnknown:
            remaining.append(clock.monotonic())
            raise

    answer = registry.ref("probe", 1).ask(Do(ask_on), timeout_s=3)
    await clock.advance(3.1)
    with pytest.raises(OutcomeUnknown):
        await answer
    assert remaining == [pytest.approx(3.05, abs=0.06)]


async def test_a_turn_whose_deadline_is_over_gets_nothing_done_by_others() -> None:
    notes = Notes()
    registry, clock = a_registry(a_probe_kind(Notes()), a_probe_kind(notes, name="other"))
    outcomes: list[object] = []

    async def dawdle(_: Probe) -> None:
        await clock.sleep(5)
        registry.ref("other", 1).send("late", outcomes.append)

    answer = registry.ref("probe", 1).ask(Do(dawdle), timeout_s=1)
    await clock.advance(6)
    with pytest.raises(OutcomeUnknown):
        await answer
    assert isinstance(outcomes[0], Busy)
    assert notes.of("received") == []


# Chains


def _asks(ref: Ref, message: object) -> Do:
    async def ask(_: Probe) -> object:
        return await ref.ask(message)

    return Do(ask)


async def test_asking_oneself_is_refused_at_once() -> None:
    registry, _ = a_registry(a_probe_kind(Notes()))
    ref = registry.ref("probe", 1)

    async def ask_oneself(_: Probe) -> str:
        with pytest.raises(AskCycleError):
            await ref.ask("me")
        return "refused"

    assert await ref.ask(Do(ask_oneself)) == "refused"


async def test_a_turn_whose_asker_gave_up_still_cannot_ask_itself() -> None:
    registry, clock = a_registry(a_probe_kind(Notes()))
    ref = registry.ref("probe", 1)
    refusals: list[BaseException] = []

    async def ask_oneself_late(_: Probe) -> None:
        await clock.sleep(5)
        try:
            ref.send("me", lambda _: None)
        except AskCycleError as error:
            refusals.append(error)

    answer = ref.ask(Do(ask_oneself_late), timeout_s=1)
    await clock.advance(6)
    with pytest.raises(OutcomeUnknown):
        await answer
    assert len(refusals) == 1


async def test_a_cycle_of_askers_is_refused_however_long() -> None:
    registry, _ = a_registry(a_probe_kind(Notes()))
    a, b, c = (registry.ref("probe", who) for who in "abc")

    async def close_the_circle(_: Probe) -> str:
        with pytest.raises(AskCycleError):
            a.send("round", lambda _: None)
        return "refused"

    circle = _asks(b, _asks(c, Do(close_the_circle)))
    assert await a.ask(circle) == "refused"


async def test_a_diamond_of_askers_is_no_cycle() -> None:
    registry, _ = a_registry(a_probe_kind(Notes()))
    a, b, c, d = (registry.ref("probe", who) for who in "abcd")

    async def ask_both(_: Probe) -> object:
        return await asyncio.gather(b.ask(_asks(d, "via b")), c.ask(_asks(d, "via c")))

    assert await a.ask(Do(ask_both)) == ["via b", "via c"]


async def test_a_tell_may_go_back_to_the_asker() -> None:
    notes = Notes()
    registry, _ = a_registry(a_probe_kind(notes))
    a, b = registry.ref("probe", "a"), registry.ref("probe", "b")
    assert await a.ask(_asks(b, Do(lambda _: a.tell("news")))) is None
    await settle()
    assert notes.of("received")[-1] == "news"


async def test_whoever_was_told_may_ask_the_teller() -> None:
    registry, _ = a_registry(a_probe_kind(Notes()))
    a, b = registry.ref("probe", "a"), registry.ref("probe", "b")
    answers: list[object] = []
    await a.ask(Do(lambda _: b.tell(Do(lambda _: a.send("question", answers.append)))))
    await settle()
    assert answers == ["question"]


async def test_after_its_reply_a_turn_is_on_nobodys_behalf() -> None:
    registry, _ = a_registry(a_probe_kind(Notes()))
    a, b = registry.ref("probe", "a"), registry.ref("probe", "b")
    may_go_on = asyncio.Event()

    async def later() -> object:
        await may_go_on.wait()
        assert current_turn() is None
        return await b.ask(_asks(a, "question"))

    started: list[asyncio.Task[object]] = []
    await a.ask(Do(lambda _: started.append(asyncio.create_task(later()))))
    may_go_on.set()
    assert await started[0] == "question"


async def test_the_callback_of_a_send_runs_on_behalf_of_the_sender() -> None:
    registry, _ = a_registry(a_probe_kind(Notes()))
    a, b, c = (registry.ref("probe", who) for who in "abc")
    contexts: list[object] = []

    def note_context(_: Probe) -> None:
        turn = current_turn()
        assert turn is not None
        contexts.append(turn.cause)

    def ask_twice(_: Probe) -> Promise:
        promise = Promise()

        def go_on(_: object) -> None:
            with pytest.raises(AskCycleError):
                a.send("myself", lambda _: None)
            c.send(Do(note_context), promise.settle)

        b.send("first", go_on)
        return promise

    await a.ask(Do(ask_twice), cause="request 7")
    assert contexts == ["request 7"]


async def test_the_context_travels_with_asks_and_tells() -> None:
    registry, _ = a_registry(a_probe_kind(Notes()))
    a, b, c = (registry.ref("probe", who) for who in "abc")
    contexts: list[object] = []

    def note(_: Probe) -> None:
        turn = current_turn()
        assert turn is not None
        contexts.append(turn.cause)

    def tell_on(probe: Probe) -> None:
        note(probe)
        c.tell(Do(note))

    await a.ask(_asks(b, Do(tell_on)), cause="request 7")
    await settle()
    assert contexts == ["request 7", "request 7"]
    assert current_turn() is None

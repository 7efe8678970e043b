"""The client's own rules: what it has, what it still owes, when it comes back."""

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from protocol.client_core import BACK_OFF_MAX_S, BackOff, Outbox, Positions, Request, full_jitter
from protocol.client_errors import CommandRefused, Disconnected, OutboxFull, Stopped, StreamGap
from protocol.client_wire import JsonWire, MsgpackWire, messages
from tests.protocol.examples import KEY

BUSY = {"code": "busy", "status": 503, "detail": "", "retryable": True}
REFUSED = {"code": "sales-closed", "status": 409, "detail": "Too late", "retryable": False}


def test_a_client_that_was_never_connected_has_nothing_to_resume() -> None:
    assert Positions().resume() is None
    assert Positions(ledger=3, inbox=0).resume() == {"ledger": 3, "inbox": 0}


def test_a_session_that_does_not_resume_moves_the_positions() -> None:
    positions = Positions(ledger=3, inbox=1)
    positions.welcomed(9, 4, resumed=True)
    assert positions.resume() == {"ledger": 3, "inbox": 1}
    positions.welcomed(9, 4, resumed=False)
    assert positions.resume() == {"ledger": 9, "inbox": 4}


@given(st.permutations([4, 5, 5, 6, 3, 4, 6, 7]), st.integers(0, 7))
def test_a_client_takes_each_event_once_and_never_out_of_order(seqs: list[int], have: int) -> None:
    positions, taken = Positions(ledger=have, inbox=0), []
    for seq in seqs:
        try:
            if positions.accept("points.changed", None, seq):
                taken.append(seq)
        except StreamGap:
            assert seq > (positions.ledger or 0) + 1
    assert taken == list(range(have + 1, have + 1 + len(taken)))


def test_streams_do_not_disturb_each_other() -> None:
    positions = Positions(ledger=1, inbox=1)
    assert positions.accept("points.changed", None, 2)
    assert positions.accept("notification", None, 2)
    assert not positions.accept("notification", None, 2)
    assert positions.accept("streak.changed", None, None)


def test_a_channel_drops_what_is_older_until_a_snapshot_starts_it_anew() -> None:
    positions = Positions()
    assert positions.accept("snapshot", "drawings", 10)
    assert not positions.accept("drawing.opened", "drawings", 9)
    assert positions.accept("drawing.opened", "drawings", 10)
    assert positions.accept("drawing.opened", "drawings", 14)
    assert positions.accept("snapshot", "drawings", 2)
    assert positions.accept("drawing.opened", "drawings", 3)
    positions.forget("drawings")
    assert positions.accept("drawing.opened", "drawings", 1)


def an_outbox(**options: Any) -> tuple[Outbox, list[Any]]:
    return Outbox(lambda refusals: 1.0 + refusals, **options), []


def test_a_command_is_sent_with_its_key_and_answered_once() -> None:
    outbox, answers = an_outbox()
    outbox.submit("tickets.buy", answers.append, d={"quantity": 1}, key=KEY)
    [request] = outbox.take(0.0)
    assert request.frame() == {"t": "tickets.buy", "id": 1, "key": str(KEY), "d": {"quantity": 1}}
    outbox.answered({"t": "ok", "id": 1, "d": {"balance": 3}}, 0.0)
    outbox.answered({"t": "ok", "id": 1, "d": {"balance": 4}}, 0.0)
    assert answers == [{"balance": 3}]


def test_a_refusal_is_raised_with_its_code() -> None:
    outbox, answers = an_outbox()
    outbox.submit("tickets.buy", answers.append)
    outbox.take(0.0)
    outbox.answered({"t": "err", "id": 1, "d": REFUSED}, 0.0)
    [refusal] = answers
    assert isinstance(refusal, CommandRefused)
    assert (refusal.code, refusal.status, refusal.detail) == ("sales-closed", 409, "Too late")


def test_what_is_retryable_is_sent_again_later_under_the_same_key() -> None:
    outbox, answers = an_outbox()
    outbox.submit("tickets.buy", answers.append, key=KEY)
    [first] = outbox.take(0.0)
    outbox.answered({"t": "err", "id": 1, "d": {**BUSY, "after_ms": 2000}}, 0.0)
    assert outbox.next_due() == 3.0
    assert outbox.take(2.9) == []
    [again] = outbox.take(3.0)
    assert again.frame() == first.frame()
    assert answers == []


def test_after_a_reconnect_everything_unanswered_is_sent_again_in_order() -> None:
    outbox, answers = an_outbox()
    outbox.in_flight_max = 2
    for t in "abcd":
        outbox.submit(t, answers.append)
    outbox.take(0.0)
    outbox.answered({"t": "err", "id": 2, "d": BUSY}, 0.0)
    outbox.disconnected()
    outbox.in_flight_max = 64
    assert [request.t for request in outbox.take(0.0)] == ["a", "b", "c", "d"]


def test_what_belongs_to_a_connection_goes_with_it() -> None:
    outbox, answers = an_outbox()
    outbox.submit("ping", answers.append, durable=False)
    outbox.take(0.0)
    outbox.disconnected()
    assert [type(answer) for answer in answers] == [Disconnected]
    assert not len(outbox)


def test_a_full_outbox_says_so() -> None:
    outbox, answers = an_outbox(requests_max=2)
    outbox.submit("a", answers.append)
    outbox.submit("b", answers.append)
    with pytest.raises(OutboxFull):
        outbox.submit("c", answers.append)


class OutboxInAnyWeather(RuleBasedStateMachine):
    """Connections come and go, answers get lost: every command is answered once, none is forgotten."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox = Outbox(lambda refusals: 0.5, requests_max=10_000)
        self.now = 0.0
        self.answers: dict[int, list[object]] = {}
        self.on_wire: list[Request] = []
        self.effects: set[int] = set()

    @rule(durable=st.booleans())
    def submit(self, durable: bool) -> None:
        number = len(self.answers)
        answers: list[object] = []
        self.answers[number] = answers
        self.outbox.submit(str(number), answers.append, durable=durable)

    @rule()
    def send(self) -> None:
        taken = self.outbox.take(self.now)
        assert not {request.id for request in taken} & {request.id for request in self.on_wire}
        self.on_wire += taken
        assert len(self.on_wire) <= self.outbox.in_flight_max

    @precondition(lambda self: self.on_wire)
    @rule(data=st.data(), how=st.sampled_from(["ok", "refused", "busy"]))
    def answer(self, data: st.DataObject, how: str) -> None:
        request = self.on_wire.pop(data.draw(st.integers(0, len(self.on_wire) - 1)))
        frame: Mapping[str, object] = {"t": "ok", "id": request.id, "d": {}}
        if how != "ok":
            frame = {"t": "err", "id": request.id, "d": BUSY if how == "busy" else REFUSED}
        self.outbox.answered(frame, self.now)

    @rule()
    def lose_connection(self) -> None:
        self.on_wire.clear()
        self.outbox.disconnected()

    @rule(seconds=st.floats(0, 2))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def every_request_waits_or_has_one_answer(self) -> None:
        waiting = [int(request.t) for request in self.outbox]
        assert len(waiting) == len(set(waiting))
        for number, answers in self.answers.items():
            assert len(answers) + waiting.count(number) == 1

    def teardown(self) -> None:
        self.outbox.abandon(Stopped(1000, ""))
        assert all(len(answers) == 1 for answers in self.answers.values())


TestOutboxInAnyWeather = OutboxInAnyWeather.TestCase


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_no_delay_exceeds_thirty_seconds(attempt: int, draw: float) -> None:
    assert 0 <= full_jitter(attempt, draw) <= BACK_OFF_MAX_S


def test_delays_double_from_half_a_second() -> None:
    back_off = BackOff(lambda: 1.0)
    assert [back_off.wait(0.0) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_only_a_stable_minute_resets_the_back_off() -> None:
    back_off = BackOff(lambda: 1.0)
    waits = []
    for lasted in (0, 59, 60, 59):
        back_off.opened(100.0)
        waits.append(back_off.wait(100.0 + lasted))
    assert waits == [0.5, 1.0, 0.5, 1.0]


@given(st.lists(st.integers(1, 2000), max_size=300), st.integers(1, 64), st.integers(100, 3000))
def test_messages_keep_order_and_both_limits(sizes: list[int], frames_max: int, bytes_max: int) -> None:
    frames = [bytes(size) for size in sizes]
    groups = list(messages(frames, frames_max=frames_max, bytes_max=bytes_max))
    assert list(itertools.chain(*groups)) == frames
    for group in groups:
        assert 0 < len(group) <= frames_max
        assert len(group) == 1 or len(MsgpackWire().join(group)) <= bytes_max
        assert len(group) == 1 or len(JsonWire().join(group)) <= bytes_max


@pytest.mark.parametrize("message", [b"\xc1", b"\x07", b"\x91\x07", b"\x81\x01\x02", b"", "text"])
def test_what_is_no_frame_is_no_frame_for_the_client_either(message: bytes | str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        MsgpackWire().decode(message)

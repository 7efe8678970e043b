"""Whatever arrives, a session raises nothing, answers clearly, and never ends without a code."""

import tracemalloc

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.close_codes import CloseCode
from protocol.codec import JSON, MSGPACK, Codec
from protocol.inbound import ActivityBatch, UnreadableActivity
from protocol.limits import (
    ACTIVITY_MESSAGE_BYTES_MAX,
    MALFORMED_FRAMES_MAX,
    MESSAGE_BYTES_MAX,
    UNAUTHENTICATED_MESSAGE_BYTES_MAX,
)
from protocol.session import Phase
from tests.protocol.examples import A_PURCHASE, A_WALK, KEY, Line, signed_in

codecs = st.sampled_from([MSGPACK, JSON])
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
almost_frames = st.fixed_dictionaries(
    {
        "t": st.sampled_from(["auth", "sub", "unsub", "ping", "refresh", "activity.log", "tickets.buy", "x"])
        | plain
    },
    optional={
        "id": st.integers() | st.text() | plain,
        "key": st.just(str(KEY)) | plain,
        "ch": st.sampled_from(["drawings", "ops", "drawing:x"]) | plain,
        "d": st.just(A_PURCHASE["d"]) | st.just({"activities": [A_WALK]}) | plain,
    },
)


@given(codec=codecs, messages=st.lists(st.binary(max_size=200), max_size=20), early=st.booleans())
def test_arbitrary_bytes_never_crash_a_session(codec: Codec, messages: list[bytes], early: bool) -> None:
    line = Line(codec) if early else signed_in(codec)
    for message in messages:
        line.say_raw(message)
    assert (line.session.phase is Phase.CLOSED) == bool(line.server.closed)


@given(messages=st.lists(st.text(max_size=200), max_size=20), codec=codecs)
def test_arbitrary_text_never_crashes_a_session(codec: Codec, messages: list[str]) -> None:
    line = signed_in(codec)
    for message in messages:
        line.say_raw(message)
    assert line.server.closed in ([], [CloseCode.MALFORMED])


@settings(max_examples=300)
@given(codec=codecs, frames=st.lists(almost_frames, min_size=1, max_size=8), early=st.booleans())
def test_each_almost_right_frame_is_answered_or_handed_over(
    codec: Codec, frames: list[dict[str, object]], early: bool
) -> None:
    line = Line(codec) if early else signed_in(codec)
    before = line.server.handled
    try:
        message = line.encode(frames)
    except (TypeError, ValueError, OverflowError, msgspec.MsgspecError):
        return  # the encoding itself cannot say this
    line.say_raw(message)
    assert line.server.closed or line.server.handled - before == len(frames)


@given(codec=codecs, data=st.data())
def test_a_damaged_command_never_crashes_a_session(codec: Codec, data: st.DataObject) -> None:
    line = signed_in(codec)
    message = bytearray(
        line.encode({"t": "activity.log", "id": 1, "key": str(KEY), "d": {"activities": [A_WALK]}})
    )
    for position in data.draw(st.lists(st.integers(0, len(message) - 1), min_size=1, max_size=4)):
        message[position] = data.draw(st.integers(0, 255))
    line.say_raw(bytes(message))
    assert line.server.sent or line.server.commands or line.server.subscribed


@pytest.mark.parametrize(
    "message",
    [
        b"\x91" * 60_000,
        b"\x83\xa1t\xa4ping\xa2id\x01\xa1d" + b"\x91" * 60_000 + b"\xc0",
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\x82\xa1t\xa4ping\xa1d\xdf\xff\xff\xff\xff",
        b"\x82\xa1t\xa4ping\xa1d\xdd\x7f\xff\xff\xff" + b"\xc0" * 1000,
        b"\x82\xa1t\xdb\xff\xff\xff\xffping",
        b"\x82\xa1t\xa4ping\xa2id\xc6\x7f\xff\xff\xff",
    ],
)
def test_depth_and_declared_lengths_cost_nothing(message: bytes) -> None:
    line = signed_in(MSGPACK)
    tracemalloc.start()
    try:
        line.say_raw(message)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert line.server.errors() == ["invalid-frame"]
    assert peak < 1_000_000


@pytest.mark.parametrize("deep", [b"[" * 60_000, b'{"t":"ping","d":' + b"[" * 30_000 + b"]" * 30_000 + b"}"])
def test_deep_json_is_refused(deep: bytes) -> None:
    line = signed_in(JSON)
    line.say_raw(deep)
    assert line.server.errors() == ["invalid-frame"]


def test_a_bad_frame_in_a_list_is_refused_alone_under_its_id() -> None:
    line = signed_in()
    line.say({"t": 5, "id": "bad"}, A_PURCHASE, {"id": "typeless"})
    assert [(frame.t, frame.id) for frame in line.server.sent] == [("err", "bad"), ("err", "typeless")]
    assert len(line.server.commands) == 1


@pytest.mark.parametrize("frames", [[], [{"t": "ping"}] * 65])
def test_a_message_holds_one_to_sixty_four_frames(frames: list[dict[str, object]]) -> None:
    line = signed_in()
    line.say_raw(line.encode(frames))
    assert line.server.errors() == ["invalid-frame"]


def test_too_many_unreadable_messages_end_the_session() -> None:
    line = signed_in()
    for _ in range(MALFORMED_FRAMES_MAX - 1):
        line.say_raw(b"?")
    assert not line.server.closed
    line.say_raw(b"?")
    assert line.server.errors() == ["invalid-frame"] * MALFORMED_FRAMES_MAX
    assert line.server.closed == [CloseCode.MALFORMED]


def test_strangers_may_send_four_kibibytes() -> None:
    line = Line()
    padding = "x" * UNAUTHENTICATED_MESSAGE_BYTES_MAX
    line.say({"t": "auth", "id": 1, "d": {"token": padding}})
    assert line.server.errors() == ["body-too-large"]
    assert line.session.message_bytes_max == UNAUTHENTICATED_MESSAGE_BYTES_MAX


def test_only_activities_may_need_more_than_sixty_four_kibibytes() -> None:
    line = signed_in()
    line.say({"t": "ping", "id": 1, "note": "x" * MESSAGE_BYTES_MAX})
    assert (line.server.errors(), line.server.last.id) == (["body-too-large"], 1)
    line.say({"t": "activity.log", "id": 2, "key": str(KEY), "d": {"activities": [A_WALK] * 450}})
    assert len(line.server.commands) == 1
    line.say_raw(b" " * (ACTIVITY_MESSAGE_BYTES_MAX + 1))
    assert line.server.errors() == ["body-too-large"] * 2


def test_a_message_the_transport_cannot_hold_ends_the_session() -> None:
    line = signed_in()
    line.session.too_large()
    assert line.server.errors() == ["body-too-large"]
    assert line.server.closed == [CloseCode.MALFORMED]


def test_text_where_binary_was_agreed_is_refused() -> None:
    line = signed_in(MSGPACK)
    line.say_raw('{"t":"ping"}')
    assert line.server.errors() == ["invalid-frame"]


def test_a_bad_activity_is_refused_alone() -> None:
    line = signed_in()
    bad: list[object] = [{**A_WALK, "points_earned": 9}, 5, {**A_WALK, "duration_minutes": -1}]
    line.say({"t": "activity.log", "id": 1, "key": str(KEY), "d": {"activities": [A_WALK, *bad, A_WALK]}})
    [(_, command)] = line.server.commands
    assert isinstance(command, ActivityBatch)
    assert [isinstance(item, UnreadableActivity) for item in command.items] == [
        False,
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "data", [{}, {"activities": []}, {"activities": [1] * 501}, {"activities": 1}, None, 7]
)
def test_a_batch_that_is_none_is_refused_whole(data: object) -> None:
    line = signed_in()
    line.say({"t": "activity.log", "id": 1, "key": str(KEY), "d": data})
    assert line.server.errors() == ["validation"]
    assert not line.server.commands

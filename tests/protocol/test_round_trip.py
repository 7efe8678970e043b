"""Every frame survives both encodings, and the common libraries read and write what the server does."""

import json
from typing import Any

import msgpack
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from protocol.client_wire import JsonWire, MsgpackWire
from protocol.codec import JSON, MSGPACK, Codec
from protocol.frames import Envelope, Payload, frame
from protocol.inbound import ActivityBatch, BuyTickets, LogActivities, ReadInbox
from protocol.limits import POSITION_MAX
from protocol.outbound import OUTBOUND, Ok
from protocol.reading import fingerprint, reader_for
from tests.protocol.strategies import activities, any_struct

codecs = [MSGPACK, JSON]
ids = st.none() | st.integers(0, 2**63) | st.text(st.characters(codec="utf-8"), max_size=64)


def plainly(codec: Codec, message: bytes) -> Any:
    """As a client without any of our code reads it."""
    return msgpack.unpackb(message) if codec.binary else json.loads(message)


@pytest.mark.parametrize("codec", codecs, ids=["msgpack", "json"])
@pytest.mark.parametrize("payload", OUTBOUND, ids=lambda payload: payload.__name__)
@settings(max_examples=25)
@given(data=st.data())
def test_every_outbound_frame_survives(codec: Codec, payload: type[Payload], data: st.DataObject) -> None:
    original = data.draw(any_struct(payload))
    id, seq = data.draw(ids), data.draw(st.none() | st.integers(0, 2**53))
    plain = plainly(codec, codec.encode(frame(original, id=id, ch="drawings", seq=seq)))
    assert plain["t"] == payload.TYPE
    assert (plain.get("id"), plain["ch"], plain.get("seq")) == (id, "drawings", seq)
    assert msgspec.convert(plain["d"], payload) == original


@given(data=st.data())
def test_both_encodings_say_the_same(data: st.DataObject) -> None:
    whole = frame(data.draw(st.sampled_from(OUTBOUND).flatmap(any_struct)))
    assert plainly(MSGPACK, MSGPACK.encode(whole)) == plainly(JSON, JSON.encode(whole))


@pytest.mark.parametrize("codec", codecs, ids=["msgpack", "json"])
@given(
    command=any_struct(BuyTickets).map(
        lambda c: msgspec.structs.replace(c, quantity=abs(c.quantity) % 1_000_000 + 1)
    )
    | st.builds(ReadInbox, up_to=st.integers(0, POSITION_MAX))
    | st.builds(LogActivities, activities=st.lists(activities, min_size=1, max_size=3)),
    id=ids,
    key=st.uuids(),
)
def test_every_command_survives(
    codec: Codec, command: BuyTickets | ReadInbox | LogActivities, id: object, key: object
) -> None:
    wire = MsgpackWire() if codec.binary else JsonWire()
    sent = {"t": command.TYPE, "id": id, "key": str(key), "d": msgspec.to_builtins(command)}
    envelope = codec.read(wire.join([wire.encode(sent)]))
    assert isinstance(envelope, Envelope)
    assert (envelope.t, envelope.id, envelope.key) == (command.TYPE, id, key)
    received = reader_for(codec).commands[envelope.t](envelope.d)
    assert received == (ActivityBatch(command.activities) if isinstance(command, LogActivities) else command)


@pytest.mark.parametrize("codec", codecs, ids=["msgpack", "json"])
@given(payloads=st.lists(st.sampled_from(OUTBOUND).flatmap(any_struct), min_size=1, max_size=20))
def test_frames_encoded_apart_are_joined_into_one_message(codec: Codec, payloads: list[Payload]) -> None:
    frames = [codec.encode(frame(payload)) for payload in payloads]
    wire = MsgpackWire() if codec.binary else JsonWire()
    message = codec.join(frames)
    assert wire.decode(message) == [plainly(codec, part) for part in frames]


def test_a_full_message_of_sixty_four_frames_is_read() -> None:
    for codec in codecs:
        message = codec.read(codec.join([codec.encode(frame(Ok()))] * 64))
        assert not isinstance(message, Envelope)
        assert [part.t for part in message if isinstance(part, Envelope)] == ["ok"] * 64


@given(batch=st.lists(activities, min_size=1, max_size=3))
def test_a_payload_has_one_fingerprint_in_both_encodings(batch: list[Any]) -> None:
    plain = msgspec.to_builtins(LogActivities(activities=batch))
    plain["activities"].append({"activity_type": "nap", "b": 1, "a": [None, "x"]})
    commands = [
        reader_for(MSGPACK).activity_batch(Raw(msgpack.packb(plain))),
        reader_for(JSON).activity_batch(Raw(json.dumps(plain).encode())),
    ]
    assert fingerprint(commands[0]) == fingerprint(commands[1])
    plain["activities"][-1]["b"] = 2
    assert fingerprint(reader_for(JSON).activity_batch(Raw(json.dumps(plain).encode()))) != fingerprint(
        commands[0]
    )

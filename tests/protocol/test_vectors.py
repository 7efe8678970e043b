"""Golden frames: what was once said stays readable, and both implementations say it alike."""

import json
from typing import Any

import msgpack
import msgspec
import pytest

from protocol.client_wire import JsonWire, MsgpackWire
from protocol.codec import JSON, MSGPACK, Codec
from protocol.frames import Envelope
from protocol.inbound import INBOUND
from protocol.outbound import OUTBOUND
from tests.protocol.examples import signed_in
from tests.protocol.golden import VECTORS, vectors

GOLDEN: list[dict[str, str]] = json.loads(VECTORS.read_text(encoding="utf-8"))
REFUSED: list[dict[str, str]] = json.loads(VECTORS.with_name("refused.json").read_text(encoding="utf-8"))
TYPES: dict[str, Any] = {type.__name__: type for type in (*INBOUND, *OUTBOUND)}


def named(row: dict[str, str]) -> str:
    return row["name"]


def test_the_protocol_says_exactly_what_the_golden_frames_say() -> None:
    assert vectors() == GOLDEN


@pytest.mark.parametrize("row", GOLDEN, ids=named)
def test_both_encodings_of_a_golden_frame_mean_the_same(row: dict[str, str]) -> None:
    plain = json.loads(row["json"])
    assert msgpack.unpackb(bytes.fromhex(row["msgpack"])) == plain
    assert plain["t"] == TYPES[row["name"]].TYPE
    msgspec.convert(plain.get("d", {}), TYPES[row["name"]])


@pytest.mark.parametrize("row", [row for row in GOLDEN if row["from"] == "client"], ids=named)
def test_the_client_writes_the_golden_frames(row: dict[str, str]) -> None:
    plain = json.loads(row["json"])
    assert MsgpackWire().encode(plain).hex() == row["msgpack"]
    assert JsonWire().encode(plain).decode() == row["json"]


@pytest.mark.parametrize("codec", [MSGPACK, JSON], ids=["msgpack", "json"])
@pytest.mark.parametrize("row", [row for row in GOLDEN if row["from"] == "client"], ids=named)
def test_the_server_takes_the_golden_frames(codec: Codec, row: dict[str, str]) -> None:
    data = bytes.fromhex(row["msgpack"]) if codec.binary else row["json"].encode()
    assert isinstance(codec.read(data), Envelope)
    line = signed_in(codec)
    line.say_raw(data)
    # The one refusal: this session has its `auth`.
    assert line.server.errors() == (["conflict"] if row["name"] == "Auth" else [])


@pytest.mark.parametrize("codec", [MSGPACK, JSON], ids=["msgpack", "json"])
@pytest.mark.parametrize("row", REFUSED, ids=named)
def test_the_server_refuses_what_is_wrong_by_the_same_code(codec: Codec, row: dict[str, str]) -> None:
    line = signed_in(codec)
    line.say_raw(bytes.fromhex(row["msgpack"]) if codec.binary else row["json"].encode())
    assert line.server.errors() == [row["code"]]
    assert not line.server.closed

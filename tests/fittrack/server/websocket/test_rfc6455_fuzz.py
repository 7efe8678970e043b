"""The parser against an independent one, wsproto, and against noise."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from wsproto import ConnectionType
from wsproto.connection import Connection
from wsproto.events import CloseConnection, Event, Message, Ping, TextMessage

from fittrack.server.ws_frames import CLOSE, FIN, PING, PONG
from tests.fittrack.server.websocket.wire import a_connection, masked

OPCODES = st.sampled_from((0x0, 0x1, 0x2, 0x8, 0x9, 0xA))
ANY_FIRST_BYTE = st.integers(0, 255)
PAYLOADS = st.one_of(
    st.binary(max_size=20),
    st.text(max_size=20).map(str.encode),
    st.integers(120, 130).map(lambda n: b"x" * n),
    st.integers(990, 5010).map(lambda code: code.to_bytes(2, "big")),
)


A_LAST_PING = masked(FIN | PING, b"last")
"""wsproto looks at an empty frame only when something follows it."""


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    first = draw(st.one_of(OPCODES.map(lambda op: op | FIN), OPCODES, ANY_FIRST_BYTE))
    return masked(first, draw(PAYLOADS), mask=draw(st.binary(min_size=4, max_size=4)))


def chunks(data: bytes, cuts: list[int]) -> list[bytes]:
    marks = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(marks)]


def by_wsproto(data: bytes) -> tuple[list[str | bytes], list[bytes], int | None]:
    """Messages, pings, and the code of the peer's close or of the failure."""
    peer = Connection(ConnectionType.SERVER)
    messages: list[str | bytes] = []
    pings: list[bytes] = []
    parts: list[Any] = []
    peer.receive_data(data)
    for event in peer.events():
        if isinstance(event, CloseConnection):
            return messages, pings, int(event.code)
        _collect(event, messages, pings, parts)
    return messages, pings, None


def _collect(event: Event, messages: list[str | bytes], pings: list[bytes], parts: list[Any]) -> None:
    match event:
        case Message():
            parts.append(event.data)
            if event.message_finished:
                empty = "" if isinstance(event, TextMessage) else b""
                messages.append(empty.join(parts))
                parts.clear()
        case Ping():
            pings.append(bytes(event.payload))


@given(st.lists(frames(), max_size=8), st.lists(st.integers(0, 10_000), max_size=6))
def test_it_reads_what_an_independent_parser_reads(sent: list[bytes], cuts: list[int]) -> None:
    data = b"".join(sent) + A_LAST_PING
    connection, transport, recorder = a_connection()
    for chunk in chunks(data, cuts):
        connection.data_received(chunk)
    answers = transport.take()
    closes = [int.from_bytes(payload[:2], "big") or 1005 for opcode, payload in answers if opcode == CLOSE]
    messages, pings, code = by_wsproto(data)
    assert recorder.messages == messages
    assert [payload for opcode, payload in answers if opcode == PONG] == pings
    assert closes == ([] if code is None else [code])


@given(st.lists(st.one_of(st.binary(max_size=200), frames()), max_size=20))
def test_noise_is_ended_by_a_close_code_or_waits_for_more(noise: list[bytes]) -> None:
    connection, transport, recorder = a_connection(bytes_max=1000)
    for chunk in noise:
        connection.data_received(chunk)
    closes = [payload for opcode, payload in transport.take() if opcode == CLOSE]
    assert len(closes) <= 1
    assert bool(closes) == (recorder.peer_closed or recorder.failed_with is not None)
    connection.connection_lost(None)
    assert recorder.closed_with is not None
    assert 1000 <= recorder.closed_with < 5000

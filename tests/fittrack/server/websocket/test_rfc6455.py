"""RFC 6455 as the server lives it: the cases of the well-known conformance suite, by their subjects."""

from dataclasses import dataclass

import pytest

from fittrack.server.ws_frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    FIN,
    PING,
    PONG,
    TEXT,
    build_close,
    build_frame,
)
from tests.fittrack.server.websocket.wire import a_connection, client_close, client_frame, masked

GREEK = "κόσμε 𝕎"


def close_payload(code: int, reason: str = "") -> bytes:
    return code.to_bytes(2, "big") + reason.encode()


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a client sends, and what comes of it."""

    name: str
    sent: bytes
    messages: tuple[str | bytes, ...] = ()
    answers: tuple[tuple[int, bytes], ...] = ()
    code: int | None = None
    """The close code the server answers or fails with; none: the connection stays open."""


def text(name: str, body: bytes) -> Case:
    return Case(name=name, sent=client_frame(TEXT, body), messages=(body.decode(),))


def invalid_text(name: str, body: bytes) -> Case:
    return Case(name=name, sent=client_frame(TEXT, body), code=1007)


def broken(name: str, sent: bytes, code: int = 1002) -> Case:
    return Case(name=name, sent=sent, code=code)


FRAMING = [
    *(text(f"text of {n} bytes", b"*" * n) for n in (0, 1, 125, 126, 127, 128, 65_535, 65_536)),
    *(
        Case(name=f"binary of {n} bytes", sent=client_frame(BINARY, b"\xfe" * n), messages=(b"\xfe" * n,))
        for n in (0, 125, 126, 127, 128, 65_535, 65_536)
    ),
    broken("an unmasked frame", build_frame(TEXT, b"hello")),
    broken("a 16-bit length that fits 7 bits", bytes((FIN | TEXT, 0xFE, 0, 5)) + bytes(4) + b"hello"),
    broken("a 64-bit length that fits 16 bits", bytes((FIN | TEXT, 0xFF)) + (300).to_bytes(8, "big")),
    broken("a length with its highest bit set", bytes((FIN | BINARY, 0xFF)) + b"\xff" * 8),
    broken("a message above the limit", bytes((FIN | BINARY, 0xFF)) + (1 << 30).to_bytes(8, "big"), 1009),
]
PINGS = [
    Case(name="a ping without payload", sent=client_frame(PING), answers=((PONG, b""),)),
    Case(name="a ping with payload", sent=client_frame(PING, b"echo"), answers=((PONG, b"echo"),)),
    Case(name="a ping with binary payload", sent=client_frame(PING, b"\0\xff"), answers=((PONG, b"\0\xff"),)),
    Case(name="a ping of 125 bytes", sent=client_frame(PING, b"p" * 125), answers=((PONG, b"p" * 125),)),
    broken("a ping of 126 bytes", client_frame(PING, b"p" * 126)),
    Case(name="an unsolicited pong", sent=client_frame(PONG, b"unasked")),
    Case(
        name="ten pings in a row",
        sent=b"".join(client_frame(PING, bytes((n,))) for n in range(10)),
        answers=tuple((PONG, bytes((n,))) for n in range(10)),
    ),
]
RESERVED = [
    *(
        broken(f"reserved bits {bits:#x}", masked(FIN | bits | TEXT, b"x"))
        for bits in (0x40, 0x20, 0x10, 0x70)
    ),
    *(broken(f"opcode {op}", masked(FIN | op, b"x")) for op in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)),
    broken("a reserved bit in a ping", masked(FIN | 0x40 | PING, b"")),
    Case(
        name="a good message before a bad one",
        sent=client_frame(TEXT, b"good") + masked(FIN | 0x40 | TEXT, b"bad"),
        messages=("good",),
        code=1002,
    ),
]
FRAGMENTS = [
    Case(
        name="text in two fragments",
        sent=client_frame(TEXT, b"frag", fin=False) + client_frame(CONTINUATION, b"ment"),
        messages=("fragment",),
    ),
    Case(
        name="a binary message in empty fragments",
        sent=client_frame(BINARY, fin=False)
        + client_frame(CONTINUATION, fin=False)
        + client_frame(CONTINUATION),
        messages=(b"",),
    ),
    Case(
        name="a ping between fragments",
        sent=client_frame(TEXT, b"fr", fin=False)
        + client_frame(PING, b"?")
        + client_frame(CONTINUATION, b"ag", fin=False)
        + client_frame(PING, b"!")
        + client_frame(CONTINUATION, b"ment"),
        messages=("fragment",),
        answers=((PONG, b"?"), (PONG, b"!")),
    ),
    Case(
        name="a message after a fragmented one",
        sent=client_frame(TEXT, b"one", fin=False)
        + client_frame(CONTINUATION, b"!")
        + client_frame(BINARY, b"two"),
        messages=("one!", b"two"),
    ),
    Case(
        name="a character cut by fragments",
        sent=client_frame(TEXT, GREEK.encode()[:5], fin=False)
        + client_frame(CONTINUATION, GREEK.encode()[5:13], fin=False)
        + client_frame(CONTINUATION, GREEK.encode()[13:]),
        messages=(GREEK,),
    ),
    broken("a fragmented ping", client_frame(PING, b"half", fin=False)),
    broken("a fragmented close", masked(CLOSE, close_payload(1000))),
    broken("a continuation of nothing", client_frame(CONTINUATION, b"of nothing")),
    broken("an open continuation of nothing", client_frame(CONTINUATION, b"of nothing", fin=False)),
    broken("text within fragments", client_frame(TEXT, b"a", fin=False) + client_frame(TEXT, b"b")),
    broken("a second beginning", client_frame(TEXT, b"a", fin=False) + client_frame(TEXT, b"b", fin=False)),
    Case(
        name="a continuation after the end",
        sent=client_frame(TEXT, b"a", fin=False)
        + client_frame(CONTINUATION, b"b")
        + client_frame(CONTINUATION),
        messages=("ab",),
        code=1002,
    ),
]
UTF8 = [
    text("greek", GREEK.encode()),
    text("the highest code point", b"\xf4\x8f\xbf\xbf"),
    text("a noncharacter", b"\xef\xbf\xbf"),
    text("a zero byte", b"\0"),
    *(
        invalid_text(name, body)
        for name, body in {
            "an overlong slash": b"\xc0\xaf",
            "an overlong zero": b"\xe0\x80\x80",
            "a surrogate": b"\xed\xa0\x80",
            "a pair of surrogates": b"\xed\xa0\xbd\xed\xb8\x80",
            "beyond the last code point": b"\xf4\x90\x80\x80",
            "a lonely continuation byte": b"\x80",
            "an incomplete sequence": b"\xce",
            "five bytes": b"\xf8\x88\x80\x80\x80",
            "a broken end": "hello µ".encode() + b"\xff",
        }.items()
    ),
    broken(
        "bad text in the first fragment, at once",
        client_frame(TEXT, b"\xce\xba\xe1\xff", fin=False),
        code=1007,
    ),
    broken(
        "text that ends inside a character",
        client_frame(TEXT, b"\xce", fin=False) + client_frame(CONTINUATION),
        code=1007,
    ),
]
CLOSING = [
    Case(name="a close without code", sent=client_frame(CLOSE), code=1005),
    Case(name="a close with the longest reason", sent=client_close(1000, b"*" * 123), code=1000),
    *(
        Case(name=f"close {code}", sent=client_close(code), code=code)
        for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 3000, 3999, 4000, 4999)
    ),
    *(
        broken(f"close {code}", client_close(code))
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)
    ),
    broken("a close of one byte", client_frame(CLOSE, b"\x03")),
    broken("a close that is too long", client_close(1000, b"*" * 124)),
    broken("a close with a reason that is no text", client_close(1000, b"\xce\xba\xe1\xff"), code=1007),
    Case(
        name="data after a close",
        sent=client_close(1000) + client_frame(TEXT, b"too late") + client_frame(PING),
        code=1000,
    ),
    Case(
        name="a close within fragments",
        sent=client_frame(TEXT, b"never", fin=False) + client_close(1001),
        code=1001,
    ),
]
CASES = [*FRAMING, *PINGS, *RESERVED, *FRAGMENTS, *UTF8, *CLOSING]


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1 << 20, 997, 7, 1], ids=lambda size: f"by-{size}")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conformance(case: Case, size: int) -> None:
    if size < 100 and len(case.sent) > 10_000:
        size = 251  # byte by byte says nothing more about a large one, and takes long
    connection, transport, recorder = a_connection()
    for chunk in cut(case.sent, size):
        connection.data_received(chunk)
    answers = transport.take()
    closing = [payload for opcode, payload in answers if opcode == CLOSE]
    assert tuple(recorder.messages) == case.messages
    assert tuple(frame for frame in answers if frame[0] != CLOSE) == case.answers
    if case.code is None:
        assert not closing
        assert not transport.closed
    elif case.code == 1005:
        assert closing == [b""]
    else:
        assert [payload[:2] for payload in closing] == [close_payload(case.code)]
    connection.connection_lost(None)
    assert recorder.closed_with == (1006 if case.code is None else case.code)


def test_a_whole_message_leaves_no_reader_behind() -> None:
    connection, _, recorder = a_connection()
    connection.data_received(client_frame(TEXT, b"one")[:5])
    assert connection._reader is not None
    connection.data_received(client_frame(TEXT, b"one")[5:])
    connection.data_received(client_frame(TEXT, b"two") + client_frame(BINARY, b"three"))
    assert recorder.messages == ["one", "two", b"three"]
    assert connection._reader is None


def test_fragments_together_obey_the_limit_of_a_message() -> None:
    connection, transport, recorder = a_connection(bytes_max=100)
    connection.data_received(client_frame(BINARY, b"x" * 60, fin=False))
    connection.data_received(client_frame(CONTINUATION, b"x" * 60))
    assert transport.take()[-1][1][:2] == close_payload(1009)
    assert recorder.failed_with == 1009


def test_after_its_own_close_the_server_waits_for_the_peers_and_hears_nothing_else() -> None:
    connection, transport, recorder = a_connection()
    connection.close(4001, "going away")
    connection.data_received(client_frame(TEXT, b"hello?") + client_frame(PING))
    assert transport.take() == [(CLOSE, close_payload(4001, "going away"))]
    assert recorder.messages == []
    assert not transport.closed
    connection.data_received(client_close(4001))
    assert transport.closed
    assert transport.take() == []
    connection.connection_lost(None)
    assert recorder.closed_with == 4001


def test_a_failed_connection_reads_on_without_looking_until_the_peer_closes() -> None:
    connection, transport, recorder = a_connection()
    connection.data_received(masked(FIN | 0x40 | TEXT, b"bad"))
    connection.data_received(client_frame(TEXT, b"more"))
    assert recorder.failed_with == 1002
    assert not transport.closed
    assert recorder.messages == []


def test_a_lost_connection_without_a_close_frame_is_1006() -> None:
    connection, _, recorder = a_connection()
    connection.connection_lost(ConnectionResetError())
    assert recorder.closed_with == 1006


def test_a_close_reason_is_cut_between_characters() -> None:
    frame = build_close(4503, "é" * 100)
    assert len(frame) <= 127
    assert frame[4:].decode() == "é" * 61


def test_the_servers_frames_use_the_shortest_length() -> None:
    assert build_frame(BINARY, b"x" * 125)[:2] == bytes((FIN | BINARY, 125))
    assert build_frame(BINARY, b"x" * 126)[:4] == bytes((FIN | BINARY, 126, 0, 126))
    assert build_frame(BINARY, b"x" * 65_536)[:10] == bytes((FIN | BINARY, 127)) + (65_536).to_bytes(8, "big")

"""From the first packet to a signed-in user: connect, capabilities and types, the two phases of signing in.

As Oracle 23ai does it with a client that knows fast authentication: the first request holds everything up to
the first phase. Only of `Wire` and `Users`: what a session is begins behind it.
"""

import re
from itertools import count
from typing import Protocol

from tests.oracle_net.auth import Challenge
from tests.oracle_net.codec import Reader, Writer
from tests.oracle_net.errors import OraError
from tests.oracle_net.messages import Header, Message, read_header, write_error, write_status
from tests.oracle_net.packets import SESSION_DATA_UNIT, Disconnected, Packet, Wire

PROTOCOL_VERSION = 319
NO_OUT_OF_BAND = 0x0001
FAST_AUTH, TELLS_END_OF_RESPONSE = 0x10000000, 0x02000000
"""What the server can, in ACCEPT."""
UTF_8 = 873
FIELD_VERSION = 24
"""That of 23.4 and later: which fields messages have."""
FIELD_VERSION_AT, REQUEST_BOUNDARIES_AT, REQUEST_BOUNDARIES = 7, 40, 0x40
STRINGS_AT, NO_SESSION_STATE = 6, 0x10
CAPABILITIES_BYTES, RUNTIME_BYTES = 56, 13
NATIONAL_CHARSET = (2_000).to_bytes(2, "big")
SERVER_VERSION = 23 << 24 | 9 << 16 | 0 << 12 | 25 << 4 | 7
UNKNOWN_SERVICE = 12514
FIRST_PHASE, SECOND_PHASE = 118, 115

WARNINGS = frozenset({28002})
"""Errors with which a user is let in: the password expires within days."""

_session_ids = count(101)


class Users(Protocol):
    """Who may sign in where."""

    service: str

    def password_of(self, user: str) -> str:
        """The user's; one that nobody knows for a user that is not there."""

    def refusal_of(self, user: str, *, is_right: bool) -> OraError | None:
        """What a user is answered who may not sign in, with a password that `is_right` or is not."""


def sign_in(wire: Wire, users: Users) -> str:
    """The name of the user who signed in. Raises `Disconnected` when nobody did, once it is answered."""
    _connect(wire, users)
    request = Reader(wire.data(), wire.data)
    reply = _agree(request)
    user, _ = _read_phase(request, FIRST_PHASE, Header.EARLY)
    challenge = Challenge(users.password_of(user))
    _write_pairs(reply, challenge.pairs())
    wire.reply(reply)
    request = Reader(wire.data(), wire.data)
    user, given = _read_phase(request, SECOND_PHASE, Header.FULL)
    proof = challenge.proof(given)
    reply = Writer()
    refusal = users.refusal_of(user, is_right=proof is not None)
    if refusal is not None and refusal.code in WARNINGS:
        _write_warning(reply, refusal)
        refusal = None
    if proof is None or refusal is not None:
        write_error(reply, refusal)
        wire.reply(reply)
        raise Disconnected
    _write_pairs(reply, _facts(users.service, proof))
    wire.reply(reply)
    return user.upper()


def _write_warning(reply: Writer, warning: OraError) -> None:
    text = str(warning)
    reply.u8(Message.WARNING)
    reply.whole(warning.code)
    reply.whole(len(text))
    reply.whole(0)
    reply.chunked(text.encode())


def _connect(wire: Wire, users: Users) -> None:
    kind, body = wire.receive()
    if kind != Packet.CONNECT:
        raise Disconnected
    length, offset = (int.from_bytes(body[at : at + 2], "big") for at in (16, 18))
    inline = body[offset - 8 : offset - 8 + length]
    text = (inline if len(inline) == length else wire.data()).decode()
    asked = re.search(r"SERVICE_NAME=([^)]*)", text, re.IGNORECASE)
    if asked is None or asked[1].upper() != users.service.upper():
        _refuse(wire, UNKNOWN_SERVICE)
        raise Disconnected
    wire.send(Packet.ACCEPT, _acceptance())
    wire.wide = True


def _refuse(wire: Wire, code: int) -> None:
    why = b"(DESCRIPTION=(TMP=)(VSNNUM=0)(ERR=%d)(ERROR_STACK=(ERROR=(CODE=%d)(EMFI=4))))" % (code, code)
    wire.send(Packet.REFUSE, bytes(2) + len(why).to_bytes(2, "big") + why)


def _acceptance() -> bytes:
    body = Writer()
    body.u16(PROTOCOL_VERSION)
    body.u16(NO_OUT_OF_BAND)
    body += bytes(20)
    body.u32(SESSION_DATA_UNIT)
    body += bytes(5)
    body.u32(FAST_AUTH | TELLS_END_OF_RESPONSE)
    body += bytes(4)
    return body


def _agree(request: Reader) -> Writer:
    """Read what the client can and how it represents types; what the server can is the reply's begin."""
    _expect(request, Message.FAST_AUTH)
    request.raw(3)
    _expect(request, Message.PROTOCOL)
    request.raw(2)
    while request.u8():  # the client's name
        pass
    request.raw(6)
    _expect(request, Message.DATA_TYPES)
    request.raw(5)
    request.chunked()
    request.chunked()
    while request.u16():
        if request.u16():  # a type that is converted: to what, in which representation
            request.raw(4)
    _expect(request, Message.FUNCTION)
    return _capabilities()


def _capabilities() -> Writer:
    reply = Writer()
    reply.u8(Message.PROTOCOL, 6, 0)
    reply += b"Linux x86_64 test server\0"
    reply.u16_little(UTF_8)
    reply.u8(1)
    reply.u16_little(0)
    charsets = bytes(9) + NATIONAL_CHARSET
    reply.u16(len(charsets))
    reply += charsets
    compiled, runtime = bytearray(CAPABILITIES_BYTES), bytearray(RUNTIME_BYTES)
    compiled[FIELD_VERSION_AT] = FIELD_VERSION
    compiled[REQUEST_BOUNDARIES_AT] = REQUEST_BOUNDARIES
    runtime[STRINGS_AT] = NO_SESSION_STATE  # and texts of 4,000 bytes: MAX_STRING_SIZE is STANDARD
    reply.chunked(bytes(compiled))
    reply.chunked(bytes(runtime))
    reply.u8(Message.DATA_TYPES, 0, 0)
    return reply


def _read_phase(request: Reader, phase: int, header: Header) -> tuple[str, dict[str, str]]:
    """Who signs in, and what is told in names and values."""
    if header is Header.FULL:
        _expect(request, Message.FUNCTION)
    function, _ = read_header(request, header)
    if function != phase:
        raise Disconnected
    has_user = request.u8()
    request.skip_wholes(2)  # the name's length; the mode
    request.u8()
    count_of_pairs = request.whole()
    request.raw(2)
    user = (request.chunked() or b"").decode() if has_user else ""
    pairs = {}
    for _ in range(count_of_pairs):
        name = request.text()
        pairs[name] = request.text()
        request.whole()
    return user, pairs


def _facts(service: str, proof: str) -> list[tuple[str, str, int]]:
    facts = {
        "AUTH_SVR_RESPONSE": proof,
        "AUTH_SESSION_ID": next(_session_ids),
        "AUTH_SERIAL_NUM": 7,
        "AUTH_VERSION_NO": SERVER_VERSION,
        "AUTH_SC_DBUNIQUE_NAME": "FREE",
        "AUTH_SC_REAL_DBUNIQUE_NAME": "FREE",
        "AUTH_SC_SERVICE_NAME": service.lower(),
        "AUTH_INSTANCENAME": "FREE",
        "AUTH_MAX_OPEN_CURSORS": 300,
        "AUTH_MAX_IDEN_LENGTH": 128,
        "AUTH_SC_DB_DOMAIN": "",
    }
    return [(name, str(value), 0) for name, value in facts.items()]


def _write_pairs(reply: Writer, pairs: list[tuple[str, str, int]]) -> None:
    reply.u8(Message.PARAMETERS)
    reply.whole(len(pairs))
    for name, value, flags in pairs:
        reply.text(name)
        reply.text(value)
        reply.whole(flags)
    write_status(reply)


def _expect(request: Reader, message: Message) -> None:
    if request.u8() != message:
        raise Disconnected

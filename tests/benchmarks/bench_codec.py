"""What reading a command and writing an answer costs, by the ways there are to do it."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgpack
import msgspec

from protocol.codec import JSON, MSGPACK, Codec
from protocol.exchange import Exchange
from protocol.frames import Envelope, Frame, frame
from protocol.inbound import BuyTickets, Command
from protocol.limits import Limits
from protocol.outbound import TicketsBought
from protocol.policy import SessionPolicy
from protocol.reading import reader_for
from protocol.session import Session
from tests.benchmarks.timing import microseconds
from tests.protocol.examples import A_PURCHASE, DRAWING, KEY, NOON, RecordingServer, signed_in

CALLS = 20_000
QUICK_CALLS = 200
UNLIMITED = 10**9
TARGET_US = 20.0
"""CPU of a turn: 20,000 commands a second leave 50 µs each, of which the protocol may take less than half."""


class _Tagged(msgspec.Struct, tag="tickets.buy", tag_field="t"):
    id: int | str
    key: UUID
    d: BuyTickets


class _OtherTagged(msgspec.Struct, tag="ping", tag_field="t"):
    id: int | str


class _PromptServer(RecordingServer):
    def command(self, exchange: Exchange, command: Command) -> None:
        exchange.ok(BOUGHT)

    def send(self, frame: Frame) -> None:
        MSGPACK.encode(frame)


BOUGHT = TicketsBought(
    transaction_id=KEY, drawing_id=DRAWING, quantity=3, points_spent=300, balance=7, my_tickets=3, odds=0.1
)


def run(*, quick: bool = False) -> list[dict[str, Any]]:
    """Rows of name, value, unit, target and note; CPU time, medians of five runs."""
    packed, text = msgpack.packb(A_PURCHASE), json.dumps(A_PURCHASE).encode()
    union = _Tagged | _OtherTagged
    tagged = msgspec.msgpack.Decoder(union)
    session = _session()
    whole = frame(BOUGHT, id=7)
    plain = msgspec.to_builtins(whole)
    bare_envelope = msgspec.msgpack.Decoder(Envelope)
    bare_purchase = msgspec.msgpack.Decoder(BuyTickets)
    ways: list[tuple[str, Callable[[], object], str]] = [
        ("bare: unpackb, convert d", lambda: msgspec.convert(msgpack.unpackb(packed)["d"], BuyTickets), ""),
        ("bare: unpackb, convert frame", lambda: msgspec.convert(msgpack.unpackb(packed), union), ""),
        ("bare: json.loads, convert frame", lambda: msgspec.convert(json.loads(text), union), ""),
        ("bare: msgspec, two steps", lambda: bare_purchase.decode(bare_envelope.decode(packed).d), ""),
        ("bare: msgspec, tagged union", lambda: tagged.decode(packed), "one bad frame spoils a list"),
        ("built: codec and reader, msgpack", lambda: _two_steps(MSGPACK, packed), "with every fallback"),
        ("built: codec and reader, JSON", lambda: _two_steps(JSON, text), "with every fallback"),
        ("built: encode an answer", lambda: MSGPACK.encode(whole), ""),
        ("msgpack.packb of plain maps", lambda: msgpack.packb(plain), "without making them"),
    ]
    calls = QUICK_CALLS if quick else CALLS
    rows = [_row(name, microseconds(call, calls), note) for name, call, note in ways]
    turn = microseconds(lambda: session.receive(packed, 1.0), calls)
    return [*rows, _row("built: session, command in, encoded answer out", turn, "all checks", TARGET_US)]


def _two_steps(codec: Codec, data: bytes) -> Command:
    envelope = codec.read(data)
    assert isinstance(envelope, Envelope)
    return reader_for(codec).commands[envelope.t](envelope.d)


def _session() -> Session:
    policy = SessionPolicy(
        now=lambda: NOON,
        server="bench",
        node="n",
        limits=Limits(commands_per_second=UNLIMITED, commands_burst=UNLIMITED),
    )
    return signed_in(MSGPACK, policy, server=_PromptServer()).session


def _row(name: str, value: float, note: str, target: float | None = None) -> dict[str, Any]:
    return {"name": name, "value": round(value, 2), "unit": "µs", "target": target, "note": note}


def main() -> None:
    """Print the rows."""
    for row in run():
        print(f"{row['name']:45} {row['value']:8.2f} {row['unit']}  {row['note']}")


if __name__ == "__main__":
    main()

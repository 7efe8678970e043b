"""The published record of a drawing: all that anybody needs to draw it again (FAIRNESS).

One JSON object. `drawing_id rules seed seed_commit entries beacon want expect` are the layout of the test
vectors; the rest says who won which prize, who was passed over, who followed whom, and when it all happened.
Bytes are lowercase hexadecimal, `rules` is the promised text itself, instants are RFC 3339 in UTC.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from fittrack.fairness.entries import Entries

_CHUNK_ENTRIES = 4_096
"""Entries rendered at a time (about 350 KB), so that a large record can be sent while it is written."""

SLOTS_MAX = 1_000_000
"""Prize slots that a record may speak of, so that a false one cannot ask for endless work."""


Hex16 = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
Hex32 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Signature = Annotated[str, Meta(pattern=r"^[0-9a-f]{2,192}\Z")]
UuidText = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
InstantText = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")]
Reason = Annotated[str, Meta(min_length=1, max_length=200)]
Number = Annotated[int, Meta(ge=0)]
Slots = Annotated[int, Meta(ge=0, le=SLOTS_MAX)]


class PassedOver(NamedTuple):
    """A holder who cannot win, frozen at the close: the tag and the reason's name."""

    tag: bytes
    reason: str


class DrawnTicket(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `Drawn` as published."""

    ticket: Number
    tag: Hex16
    word: Number


class WinnerRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who won prize slot `slot` (from 1)."""

    slot: Slots
    rank: int
    prize_id: UuidText
    ticket: Number
    tag: Hex16
    word: Number


class AlternateRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An `Alternate` as published."""

    slot: Slots
    ticket: Number
    tag: Hex16
    word: Number
    reason: Reason
    at: InstantText

    def __post_init__(self) -> None:
        datetime.fromisoformat(self.at)


class PassedOverRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `PassedOver` as published."""

    tag: Hex16
    reason: Reason


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a recomputation must arrive at."""

    root: Hex32
    total_tickets: Number
    drawn: list[DrawnTicket]


class BeaconRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The round that decided. `beacon` in the record is `H(signature)`."""

    chain: Hex32
    round: Number
    signature: Signature


class InstantsRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The planned and the actual instants."""

    planned_close_at: InstantText
    planned_draw_at: InstantText
    closed_at: InstantText
    beacon_at: InstantText | None
    drawn_at: InstantText

    def __post_init__(self) -> None:
        for text in msgspec.structs.astuple(self):
            datetime.fromisoformat(text or self.drawn_at)


class CoreFields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The layout of the test vectors, but for the entries: enough to draw again."""

    drawing_id: Hex16
    rules: str
    seed: Hex32
    seed_commit: Hex32
    beacon: Hex32 | None
    want: Slots
    expect: Expected
    passed_over: list[PassedOverRow] = []


class Fields(CoreFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields of a published record, but for its entries and its digest, in their order."""

    winners: list[WinnerRow]
    alternates: list[AlternateRow]
    beacon_round: BeaconRow | None
    instants: InstantsRow


FIELDS_BEFORE_ENTRIES = 4
"""`drawing_id rules seed seed_commit`, then `entries`, as in the test vectors."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record ready to be published."""

    fields: Fields
    entries: Entries

    @property
    def digest(self) -> str:
        """The record's fingerprint (see `record_digest`)."""
        return record_digest(msgspec.to_builtins(self.fields))

    def chunks(self) -> Iterator[bytes]:
        """The record as JSON, piece by piece."""
        fields: dict[str, object] = msgspec.to_builtins(self.fields)
        pairs = list(fields.items())
        head, tail = dict(pairs[:FIELDS_BEFORE_ENTRIES]), dict(pairs[FIELDS_BEFORE_ENTRIES:])
        yield msgspec.json.encode(head)[:-1] + b',"entries":['
        yield from entry_chunks(self.entries)
        yield b"]," + msgspec.json.encode(tail | {"digest": record_digest(fields)})[1:]

    def to_json(self) -> bytes:
        """The whole record as JSON."""
        return b"".join(self.chunks())


def entry_chunks(entries: Entries) -> Iterator[bytes]:
    """The entries as the inside of a JSON array, piece by piece."""
    separator = ""
    rows = iter(entries)
    while chunk := list(islice(rows, _CHUNK_ENTRIES)):
        texts = (
            f'[{first},{tickets},"{tag.hex()}","{receipt.hex()}"]' for first, tickets, tag, receipt in chunk
        )
        yield (separator + ",".join(texts)).encode()
        separator = ","


def record_digest(fields: Mapping[str, object]) -> str:
    """The fingerprint of a record: it covers every field but `digest` itself, the entries by `expect.root`.

    `H("FTD1/record\\0" ‖ J)`, where `J` is the record without `entries` and `digest`, as JSON with sorted
    keys, without spaces, in UTF-8 unescaped (RFC 8785 for the values that occur here).
    """
    covered = {name: value for name, value in fields.items() if name not in {"entries", "digest"}}
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(b"FTD1/record\0" + text.encode()).hexdigest()

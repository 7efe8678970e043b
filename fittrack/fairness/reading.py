"""Reads a published record that may be wrong, huge or hostile: says what is malformed, never raises."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import msgspec
from msgspec import Raw

from fittrack.fairness.entries import ROW_BYTES, BrokenEntries, Entries
from fittrack.fairness.record import CoreFields, Fields, Hex16, Hex32, Number

PROBLEMS_MAX = 20
"""Problems told of one record: beyond these it is simply not a record."""

_CHUNK_BYTES = 1 << 20
"""Entries are decoded about a megabyte at a time, lest a large record is held twice as objects."""

_FIELDS = {field.name: field.type for field in msgspec.structs.fields(Fields)} | {"digest": Hex32}
_CORE = frozenset(CoreFields.__struct_fields__) | {"entries"}
_PUBLISHED = frozenset(_FIELDS) | {"entries"}
_OPTIONAL = frozenset({"passed_over"})  # in a bare test vector only

_LOOSE_ROWS = msgspec.json.Decoder(list[tuple[int, int, str, str]])
_STRICT_ROWS = msgspec.json.Decoder(list[tuple[Number, Number, Hex16, Hex16]])
_HEX16_DIGITS = 32

# RecursionError: nested too deep. ValueError: an integer of more digits than Python reads, bad UTF-8.
_UNREADABLE = (msgspec.DecodeError, RecursionError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """A well-formed record: what it claims, not yet whether that is true."""

    fields: CoreFields
    """`Fields` of a published record, `CoreFields` of a bare test vector."""
    entries: Entries
    digest: str | None
    """`None` for a bare test vector."""
    plain: Mapping[str, object]
    """All fields but the entries as plain JSON values, for the digest."""


def read_record(data: bytes) -> Claims | list[str]:
    """What the record in `data` claims, or sentences that say what is malformed in it."""
    try:
        raw = msgspec.json.decode(data, type=dict[str, Raw])
    except _UNREADABLE as error:
        return [f"This is not a JSON object: {error}."]
    published = not raw.keys().isdisjoint(_PUBLISHED - _CORE)
    entries = Entries()
    problems = list(_name_problems(raw.keys(), published=published))
    problems += _field_problems({name: raw[name] for name in raw.keys() & _FIELDS.keys()})
    try:
        entries = _read_entries(raw.get("entries", Raw(b"[]")))
    except (*_UNREADABLE, BrokenEntries) as error:
        problems.append(f"entries: {error}.")
    if problems:
        return sorted(problems)[:PROBLEMS_MAX]
    return _claims(raw, entries, published=published)


def _name_problems(given: Collection[str], *, published: bool) -> Iterator[str]:
    for name in (_PUBLISHED if published else _CORE - _OPTIONAL).difference(given):
        yield f"{name}: missing."
    for name in set(given) - _PUBLISHED:
        yield f"{name[:40]!r}: no field of such a record."


def _field_problems(raw: Mapping[str, Raw]) -> Iterator[str]:
    for name, value in raw.items():
        try:
            msgspec.json.decode(value, type=_FIELDS[name])
        except _UNREADABLE as error:
            yield f"{name}: {error}."


def _claims(raw: Mapping[str, Raw], entries: Entries, *, published: bool) -> Claims:
    fields = msgspec.json.encode(
        {name: value for name, value in raw.items() if name in Fields.__struct_fields__}
    )
    return Claims(
        fields=msgspec.json.decode(fields, type=Fields if published else CoreFields),
        entries=entries,
        digest=msgspec.json.decode(raw["digest"], type=str) if published else None,
        plain=msgspec.json.decode(fields, type=dict[str, object]),
    )


def _read_entries(raw: Raw) -> Entries:
    entries = Entries()
    for chunk in _chunks(memoryview(raw)):
        entries.extend_packed(_pack(chunk))
    return entries


def _pack(chunk: bytes) -> bytes:
    """The rows in the JSON text `chunk` as `Entries` packs them.

    All hexadecimal digits of a chunk are checked and converted at once; a chunk that is not as it should
    be is read again with the strict decoder, which says where.
    """
    rows = _LOOSE_ROWS.decode(chunk)
    digits = "".join(["%016x%016x%s%s" % row for row in rows])  # noqa: UP031 - twice as fast as an f-string
    try:
        packed = bytes.fromhex(digits)
    except ValueError:
        packed = b""
    tidy = all(len(tag) == len(receipt) == _HEX16_DIGITS for _, _, tag, receipt in rows)
    if not tidy or len(packed) != ROW_BYTES * len(rows) or packed.hex() != digits:
        _STRICT_ROWS.decode(chunk)
        raise BrokenEntries("a ticket number or count has more than 8 bytes")
    return packed


def _chunks(array: memoryview) -> Iterator[bytes]:
    """Cut the JSON text of an array of arrays into the texts of shorter ones."""
    at, size = 0, _CHUNK_BYTES
    prefix = b""
    while len(array) - at > size:
        piece = bytes(array[at : at + size])
        cut = piece.rfind(b"],")
        if cut < 0:
            size *= 2  # no row ends here, if these are rows at all
            continue
        yield prefix + piece[: cut + 1] + b"]"
        at, size, prefix = at + cut + 2, _CHUNK_BYTES, b"["
    yield prefix + bytes(array[at:])

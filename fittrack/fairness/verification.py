"""Verifies a published record offline, by computing all of it again (FAIRNESS).

Whoever runs this trusts nothing but the record's bytes and this algorithm. A record that is wrong in any way
yields failed checks with a sentence each, never an exception.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from uuid import UUID

import msgspec

from fittrack.fairness import ftd1
from fittrack.fairness.beacon import CHAINS, Chain
from fittrack.fairness.checks import Check, Verification, check
from fittrack.fairness.ftd1 import Drawn, DrawTooLong
from fittrack.fairness.publication_checks import check_publication
from fittrack.fairness.reading import Claims, read_record
from fittrack.fairness.record import AlternateRow, DrawnTicket, Fields, Record
from fittrack.fairness.rules_text import read_beacon_promise

VERIFY_WORDS_MAX = 100_000_000
"""Words (2 µs each) that a verification will go through: a false record must not keep it busy for days."""

_WORDS_BEYOND_LAST = 16 * ftd1.REPEATS_BEFORE_COUNTING
"""After the last holder the stream needs some words to find that nobody is left."""

NO_BEACON = (
    "No public beacon took part. The draw follows from the entries and from a seed that was fixed before the "
    "first sale; but whoever knew the seed could have chosen the last entry so as to steer the draw. "
    "It can be audited; it does not exclude the operator."
)
"""What a draw without a beacon is worth, in the words of FAIRNESS for everybody."""


def verify_file(path: Path) -> Verification:
    """Verify the record in the file at `path`. Raises `OSError` when the file cannot be read."""
    return verify(path.read_bytes())


def verify(data: bytes, chains: Mapping[str, Chain] = CHAINS) -> Verification:
    """Verify a record, or a bare test vector, given as JSON. `chains`: the public beacons known, by hash."""
    claims = read_record(data)
    if isinstance(claims, list):
        return Verification(tuple(Check("layout", False, sentence) for sentence in claims))
    return Verification(tuple(_checks(claims, chains)))


def verify_record(record: Record, chains: Mapping[str, Chain] = CHAINS) -> Verification:
    """Verify a record before it is written: the same checks, without reading its text."""
    claims = Claims(
        fields=record.fields,
        entries=record.entries,
        digest=record.digest,
        plain=msgspec.to_builtins(record.fields),
    )
    return Verification(tuple(_checks(claims, chains)))


def _checks(claims: Claims, chains: Mapping[str, Chain]) -> Iterator[Check]:
    yield Check("layout", True, "Every field is there and well formed.")
    root = ftd1.root(UUID(hex=claims.fields.drawing_id), claims.entries)
    yield _check_commitment(claims)
    yield _check_tickets(claims)
    yield _check_root(claims, root)
    yield _check_beacon_promise(claims)
    drawn, check_of_draw = _draw_again(claims, root)
    yield check_of_draw
    if isinstance(claims.fields, Fields) and claims.digest is not None:
        yield from check_publication(claims.fields, claims, drawn, chains)


def _check_commitment(claims: Claims) -> Check:
    fields = claims.fields
    commit = ftd1.commit(UUID(hex=fields.drawing_id), bytes.fromhex(fields.seed)).hex()
    return check(
        "commitment",
        commit == fields.seed_commit,
        "The seed is the one that was committed to before the first sale.",
        f"The seed belongs to the commitment {commit}, not to {fields.seed_commit}.",
    )


def _check_tickets(claims: Claims) -> Check:
    # Entries that do not tile 1..N were refused while reading.
    total, expected = claims.entries.total, claims.fields.expect.total_tickets
    return check(
        "tickets",
        total == expected,
        f"{len(claims.entries):,} entries hold the tickets 1 to {total:,}, without gap or overlap."
        if total
        else "There are no tickets.",
        f"The entries hold {total:,} tickets, the record speaks of {expected}.",
    )


def _check_root(claims: Claims, root: bytes) -> Check:
    return check(
        "root",
        root.hex() == claims.fields.expect.root,
        f"The entries have the published root {root.hex()}.",
        f"The entries have the root {root.hex()}, published is {claims.fields.expect.root}.",
    )


def _check_beacon_promise(claims: Claims) -> Check:
    try:
        promised = read_beacon_promise(claims.fields.rules.encode()).beacon
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        return Check("rules", False, f"The rules are no rules of an FTD1 draw: {error}.")
    if promised is None:
        return check(
            "beacon",
            claims.fields.beacon is None,
            NO_BEACON,
            "The rules promise no beacon, but one took part.",
        )
    return check(
        "beacon",
        claims.fields.beacon is not None,
        f"The beacon promised before the first sale took part: drand chain {promised.chain}.",
        "The rules promise a beacon, but none took part.",
    )


def _draw_again(claims: Claims, root: bytes) -> tuple[list[Drawn], Check]:
    """Everybody drawn whom the record speaks of, and whether it says the same."""
    fields = claims.fields
    alternates = fields.alternates if isinstance(fields, Fields) else []
    claimed: list[DrawnTicket | AlternateRow] = [*fields.expect.drawn, *alternates]
    last_word = max((row.word for row in claimed), default=0)
    try:
        drawn = list(islice(_stream(claims, root, last_word), fields.want + len(alternates)))
    except DrawTooLong:
        return [], Check(
            "draw", False, f"The draw goes on beyond word {last_word}, where the record ends it."
        )
    same = [(row.ticket, bytes.fromhex(row.tag), row.word) for row in claimed] == drawn
    unfilled = fields.want - len(fields.expect.drawn)
    good = f"Drawing again gives the same {len(drawn):,} tickets in the same order."
    if unfilled:
        good += f" Nobody was left for {unfilled:,} of {fields.want:,} prizes."
    return drawn, check("draw", same, good, _first_difference(claimed, drawn))


def _stream(claims: Claims, root: bytes, last_word: int) -> Iterator[Drawn]:
    fields = claims.fields
    key = ftd1.draw_key(
        seed=bytes.fromhex(fields.seed),
        drawing_id=UUID(hex=fields.drawing_id),
        rules=fields.rules.encode(),
        root=root,
        total_tickets=claims.entries.total,
        beacon=bytes.fromhex(fields.beacon) if fields.beacon else None,
    )
    words_max = min(last_word + 1, VERIFY_WORDS_MAX) + _WORDS_BEYOND_LAST
    return ftd1.draw(
        claims.entries, key, {bytes.fromhex(row.tag) for row in fields.passed_over}, words_max=words_max
    )


def _first_difference(claimed: list[DrawnTicket | AlternateRow], drawn: list[Drawn]) -> str:
    for place, (row, holder) in enumerate(zip(claimed, drawn, strict=False), 1):
        ticket, tag, word = holder.ticket, holder.tag.hex(), holder.word
        if (row.ticket, row.tag, row.word) != (ticket, tag, word):
            return (
                f"Number {place} drawn is ticket {ticket} of {tag} by word {word}; "
                f"the record says ticket {row.ticket} of {row.tag} by word {row.word}."
            )
    return f"Drawing again gives {len(drawn)} tickets, the record names {len(claimed)}."

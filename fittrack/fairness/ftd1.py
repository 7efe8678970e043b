"""The algorithm FTD1 (FAIRNESS 1-4): commitment, tags, leaves, root, key, words and selection.

Pure functions of bytes; each names its formula. `H` is SHA-256, `M` HMAC-SHA-256, `U(n)` eight
bytes big-endian, `did` the 16 raw bytes of the drawing's id.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterator
from itertools import count
from typing import Final, NamedTuple
from uuid import UUID

from fittrack.fairness.entries import ROW_BYTES, TAG_BYTES, Entries
from fittrack.fairness.merkle import BLOCK_HEIGHT, PathFinder, RootBuilder, root_of

ALGORITHM: Final = "FTD1"

SEED_BYTES = 32
DRAWING_KEY_BYTES = 32

WORDS = 2**64
"""Words of the stream are 8 bytes: integers below this."""

_HMAC_BLOCK_BYTES = 64
_BLOCK_LEAVES = 1 << BLOCK_HEIGHT

REPEATS_BEFORE_COUNTING = 4_096
"""So many skipped words in a row suggest that every holder may be drawn: only then are holders counted,
which takes a large drawing half a second and 100 MB that most draws never need."""


def u64(number: int) -> bytes:
    """`U(number)`."""
    return number.to_bytes(8, "big")


def commit(drawing_id: UUID, seed: bytes) -> bytes:
    """`H("FTD1/commit\\0" ‖ did ‖ seed)`: published when scheduled."""
    assert len(seed) == SEED_BYTES, "a seed has 32 bytes"
    return hashlib.sha256(b"FTD1/commit\0" + drawing_id.bytes + seed).digest()


def tag(drawing_key: bytes, user_id: UUID) -> bytes:
    """`M(drawing_key, user_id)[:16]`: the pseudonym under which a holder is published."""
    return hmac.digest(drawing_key, user_id.bytes, "sha256")[:TAG_BYTES]


def leaves_of(drawing_id: UUID, packed_rows: bytes) -> list[bytes]:
    """The leaves of entries packed one after another (48 bytes each).

    `H(0x00 ‖ "FTD1/leaf\\0" ‖ did ‖ U(first) ‖ U(count) ‖ tag ‖ receipt)`
    """
    prefix = hashlib.sha256(b"\x00FTD1/leaf\0" + drawing_id.bytes)
    leaves = []
    for at in range(0, len(packed_rows), ROW_BYTES):
        state = prefix.copy()
        state.update(packed_rows[at : at + ROW_BYTES])
        leaves.append(state.digest())
    return leaves


def _blocks_of_leaves(drawing_id: UUID, entries: Entries) -> Iterator[list[bytes]]:
    for start in range(0, len(entries), _BLOCK_LEAVES):
        yield leaves_of(drawing_id, entries.packed(start, start + _BLOCK_LEAVES))


def root(drawing_id: UUID, entries: Entries) -> bytes:
    """The Merkle root over the entries."""
    builder = RootBuilder()
    for leaves in _blocks_of_leaves(drawing_id, entries):
        builder.extend(leaves)
    return builder.root()


def path_finder(drawing_id: UUID, entries: Entries) -> PathFinder:
    """What finds inclusion paths; costs what `root` costs, and knows the root too."""
    return PathFinder(len(entries), [root_of(leaves) for leaves in _blocks_of_leaves(drawing_id, entries)])


def draw_key(
    *, seed: bytes, drawing_id: UUID, rules: bytes, root: bytes, total_tickets: int, beacon: bytes | None
) -> bytes:
    """`S = M(seed, "FTD1/draw\\0" ‖ did ‖ H("FTD1/rules\\0" ‖ rules) ‖ root ‖ U(N) ‖ U(len(b)) ‖ b)`."""
    rules_hash = hashlib.sha256(b"FTD1/rules\0" + rules).digest()
    b = beacon or b""
    message = b"FTD1/draw\0" + drawing_id.bytes + rules_hash + root + u64(total_tickets) + u64(len(b)) + b
    return hmac.digest(seed, message, "sha256")


def words(key: bytes) -> Iterator[int]:
    """The first 8 bytes of `M(S, "FTD1/word\\0" ‖ U(j))` for j = 0, 1, 2 …, as integers below `WORDS`.

    HMAC is spelled out on prepared states: three times as fast as a call per word (RFC 2104).
    """
    assert len(key) <= _HMAC_BLOCK_BYTES, "longer keys would have to be hashed first"
    padded = key.ljust(_HMAC_BLOCK_BYTES, b"\0")
    inner_state = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + b"FTD1/word\0")
    outer_state = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))
    for j in count():
        inner = inner_state.copy()
        inner.update(j.to_bytes(8, "big"))
        outer = outer_state.copy()
        outer.update(inner.digest())
        yield int.from_bytes(outer.digest()[:8], "big")


class Drawn(NamedTuple):
    """A holder drawn: by which word of the stream (from 0), with which ticket."""

    ticket: int
    tag: bytes
    word: int


class DrawTooLong(Exception):  # noqa: N818 - says what happened
    """The stream went on beyond the words that the caller wanted to pay for."""


def draw(
    entries: Entries, key: bytes, passed_over: Collection[bytes] = (), *, words_max: int | None = None
) -> Iterator[Drawn]:
    """Draw holders, each once, lazily: the first fill the prize slots, the rest are the alternates in order.

    `passed_over`: tags that count as drawn from the start. Ends when every tag is drawn. A long stream
    (a holder with nearly everything) costs about 2 µs a word; with `words_max`, `DrawTooLong` ends it.
    """
    if not entries.total:
        return
    total, unbiased_below = entries.total, WORDS - WORDS % entries.total
    drawn, outstanding, repeats = set(passed_over), None, 0
    for word, x in enumerate(words(key)):
        if word == words_max:
            raise DrawTooLong(f"more than {words_max:,} words")
        if x >= unbiased_below:
            continue
        ticket = x % total + 1
        holder = entries.tag_of(ticket)
        if holder not in drawn:
            drawn.add(holder)
            repeats = 0
            yield Drawn(ticket, holder, word)
            if outstanding is not None:
                outstanding.discard(holder)
        else:
            repeats += 1
            if outstanding is None and repeats == REPEATS_BEFORE_COUNTING:
                outstanding = entries.tags() - drawn
        if outstanding is not None and not outstanding:
            return

"""Checking the chain, row after row, in bounded memory: the first broken row, and why."""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from fittrack.audit.chain import LINK_BYTES, Facts, Head, commit_address, commit_content, follow


class SealedRow(NamedTuple):
    """A row with its link, and what of its personal values is still there."""

    facts: Facts
    seq: int
    prev_link: bytes
    link: bytes
    ip_salt: bytes | None
    ip_address: str | None
    content_salt: bytes | None
    before: bytes | None
    after: bytes | None
    reason: str | None

    @property
    def content(self) -> tuple[bytes | None, bytes | None, str | None]:
        """The values behind the content's commitment."""
        return self.before, self.after, self.reason


class Waiting(NamedTuple):
    """Rows that are not sealed yet: nothing protects them."""

    rows: int = 0
    since: datetime | None = None


class Broken(NamedTuple):
    """The first place where the chain does not hold."""

    seq: int
    audit_id: UUID | None
    sentence: str

    def __str__(self) -> str:
        row = "" if self.audit_id is None else f" ({self.audit_id})"
        return f"row {self.seq}{row}: {self.sentence}"


class Verdict(NamedTuple):
    """What was found. `rows` are sound, up to `head`."""

    head: Head
    broken: Broken | None
    contents_erased: int
    addresses_erased: int

    @property
    def rows(self) -> int:
        """Sealed rows that were examined and hold."""
        return self.head.seq


_MISSING: Final = "it is missing: rows were deleted, or put elsewhere in the chain"
_NOT_BEHIND: Final = "it does not follow the row before it"
_NOT_SEALED_SO: Final = "it is not what was sealed"
_OTHER_HEAD: Final = "it is not the head that was kept: the chain was computed anew"
_CUT_OFF: Final = "the head that was kept lies behind the end of the chain: its last rows were deleted"


def verify(rows: Iterable[SealedRow], kept: Iterable[Head] = ()) -> Verdict:
    """Follow the chain through `rows`, which come in its order, and compare with heads that were kept."""
    known: dict[int, set[bytes]] = {}
    for keeper in kept:
        known.setdefault(keeper.seq, set()).add(keeper.link)
    head, contents, addresses = Head(), 0, 0
    for row in rows:
        sentence = next(_faults(head, row, known), None)
        if sentence is not None:
            missing = row.seq != head.seq + 1
            at = Broken(head.seq + 1, None if missing else row.facts.audit_id, sentence)
            return Verdict(head, at, contents, addresses)
        head = Head(row.seq, row.link)
        contents += row.facts.content_commit is not None and row.content_salt is None
        addresses += row.facts.ip_commit is not None and row.ip_salt is None
    beyond = [seq for seq in known if seq > head.seq]
    cut_off = Broken(min(beyond), None, _CUT_OFF) if beyond else None
    return Verdict(head, cut_off, contents, addresses)


def parse_head(text: str) -> Head:
    """Read `SEQ:HASH`, as `fittrack audit head` writes it. Raises ValueError with a sentence."""
    seq, _, link = text.partition(":")
    if not (seq.isascii() and seq.isdigit()):
        raise ValueError(f"{text!r} is no head: a head is SEQ:HASH")
    try:
        head = Head(int(seq), bytes.fromhex(link))
    except ValueError as error:
        raise ValueError(f"The hash of {text!r} is not hexadecimal") from error
    if len(head.link) != LINK_BYTES:
        raise ValueError(f"The hash of {text!r} has not {LINK_BYTES} bytes")
    return head


def _faults(head: Head, row: SealedRow, known: Mapping[int, set[bytes]]) -> Iterator[str]:
    if row.seq != head.seq + 1:
        yield _MISSING
    if row.prev_link != head.link:
        yield _NOT_BEHIND
    if follow(head, row.facts).link != row.link:
        yield _NOT_SEALED_SO
    if known.get(row.seq, {row.link}) != {row.link}:
        yield _OTHER_HEAD
    yield from _address_faults(row)
    yield from _content_faults(row)


def _address_faults(row: SealedRow) -> Iterator[str]:
    commit, salt, address = row.facts.ip_commit, row.ip_salt, row.ip_address
    if commit is None or salt is None:
        if salt is not None or address is not None:
            yield "an address was added to it"
    elif address is None or not hmac.compare_digest(commit_address(salt, address), commit):
        yield "its address was changed"


def _content_faults(row: SealedRow) -> Iterator[str]:
    commit, salt = row.facts.content_commit, row.content_salt
    if commit is None or salt is None:
        if salt is not None or any(value is not None for value in row.content):
            yield "states or a reason were added to it"
    elif not hmac.compare_digest(commit_content(salt, *row.content), commit):
        yield "its states or its reason were changed"

"""The hash chain over the audit log: canonical encoding, commitments, links. Values only.

A row is encoded as a fixed list of fields, each `0x00` when there is none, else `0x01`, its length (8
bytes, big-endian) and its bytes: text is UTF-8, a UUID its 16 bytes, a number 8 bytes (big-endian, signed),
an instant the milliseconds since 1970 as a number. No two lists of values have the same encoding.

    link   = SHA-256("fittrack/audit/row/1"     ‖ fields: seq, previous link, audit_id, created_at, actor_id,
                     action, subject_type, subject_id, request_id, ip_commit, content_commit)
    ip_commit      = HMAC-SHA-256(ip_salt,      "fittrack/audit/ip/1"      ‖ fields: ip_address)
    content_commit = HMAC-SHA-256(content_salt, "fittrack/audit/content/1" ‖ fields: before, after, reason)

The link covers the commitments, not the personal values behind them. A salt is random and belongs to one
value of one row: once value and salt are erased, the commitment tells nobody anything, and the chain holds.
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

SALT_BYTES: Final = 16
LINK_BYTES: Final = 32

FIRST_LINK: Final = bytes(LINK_BYTES)
"""What the first row of the chain follows."""

Field = bytes | str | int | UUID | datetime | None

_ROW: Final = b"fittrack/audit/row/1"
_IP: Final = b"fittrack/audit/ip/1"
_CONTENT: Final = b"fittrack/audit/content/1"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class Facts(NamedTuple):
    """What the chain covers of a row: nothing in it is personal."""

    audit_id: UUID
    created_at: datetime
    actor_id: UUID | None
    action: str
    subject_type: str
    subject_id: str | None
    request_id: str | None
    ip_commit: bytes | None
    content_commit: bytes | None


class Head(NamedTuple):
    """The end of the chain: it stands for every row up to it."""

    seq: int = 0
    link: bytes = FIRST_LINK


def follow(head: Head, facts: Facts) -> Head:
    """The head after `facts` is sealed behind `head`."""
    seq = head.seq + 1
    return Head(seq, hashlib.sha256(_ROW + encode(seq, head.link, *facts)).digest())


def commit_address(salt: bytes, address: str) -> bytes:
    """What the chain covers of an address."""
    return hmac.digest(salt, _IP + encode(address), hashlib.sha256)


def commit_content(salt: bytes, before: bytes | None, after: bytes | None, reason: str | None) -> bytes:
    """What the chain covers of the states and the reason."""
    return hmac.digest(salt, _CONTENT + encode(before, after, reason), hashlib.sha256)


def encode(*fields: Field) -> bytes:
    """The canonical encoding of a list of fields."""
    return b"".join(map(_encode, fields))


def _encode(value: Field) -> bytes:
    if value is None:
        return b"\x00"
    plain = _bytes(value)
    return b"\x01" + len(plain).to_bytes(8, "big") + plain


def _bytes(value: bytes | str | int | UUID | datetime) -> bytes:
    match value:
        case bytes():
            return value
        case str():
            return value.encode()
        case UUID():
            return value.bytes
        case datetime():
            return _bytes((value - _EPOCH) // _MILLISECOND)
        case int():
            return value.to_bytes(8, "big", signed=True)

"""The canonical encoding is exact: what differs in anything has another encoding, and another link."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from fittrack.audit.chain import (
    FIRST_LINK,
    Facts,
    Field,
    Head,
    commit_address,
    commit_content,
    encode,
    follow,
)

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
FACTS = Facts(
    audit_id=UUID(int=7),
    created_at=NOON,
    actor_id=UUID(int=1),
    action="drawing.open",
    subject_type="drawing",
    subject_id="d",
    request_id="r",
    ip_commit=bytes(32),
    content_commit=bytes(32),
)

raw = st.none() | st.binary(max_size=20)


def decode(encoded: bytes) -> list[bytes | None]:
    """Written apart from the product, by its description."""
    fields: list[bytes | None] = []
    at = 0
    while at < len(encoded):
        if encoded[at] == 0:
            fields.append(None)
            at += 1
            continue
        size = int.from_bytes(encoded[at + 1 : at + 9], "big")
        fields.append(encoded[at + 9 : at + 9 + size])
        at += 9 + size
    return fields


@given(st.lists(raw))
def test_an_encoding_can_be_read_back_and_so_no_two_lists_share_one(fields: list[bytes | None]) -> None:
    assert decode(encode(*fields)) == fields


@given(st.text(), st.uuids(), st.integers(-(2**63), 2**63 - 1))
def test_values_are_encoded_as_described(text: str, identifier: UUID, number: int) -> None:
    assert decode(encode(text, identifier, number)) == [
        text.encode(),
        identifier.bytes,
        number.to_bytes(8, "big", signed=True),
    ]


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_is_its_milliseconds(instant: datetime) -> None:
    milliseconds = (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert encode(instant) == encode(milliseconds)


@given(st.sampled_from(Facts._fields), st.none() | st.text(max_size=5) | st.binary(max_size=5) | st.uuids())
def test_a_row_that_differs_in_anything_has_another_link(name: str, value: Field) -> None:
    changed = FACTS._replace(**{name: value})
    same = encode(*changed) == encode(*FACTS)
    assert (follow(Head(), changed) == follow(Head(), FACTS)) == same


def test_a_link_depends_on_its_place_and_on_all_before_it() -> None:
    first = follow(Head(), FACTS)
    assert first.seq == 1
    assert follow(Head(1, FIRST_LINK), FACTS).link != first.link
    assert follow(first, FACTS).link != follow(Head(1, bytes(31) + b"\x01"), FACTS).link


@given(raw, raw, st.none() | st.text(max_size=5))
def test_content_is_committed_to_as_a_whole(
    before: bytes | None, after: bytes | None, reason: str | None
) -> None:
    salt = bytes(16)
    known = commit_content(salt, b"{}", None, "why")
    assert (commit_content(salt, before, after, reason) == known) == (
        (before, after, reason) == (b"{}", None, "why")
    )
    assert commit_content(b"\x01" * 16, b"{}", None, "why") != known


def test_a_commitment_to_an_address_is_none_to_content() -> None:
    assert commit_address(bytes(16), "::1") != commit_content(bytes(16), b"::1", None, None)

"""What tells one request from another."""

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from fittrack.kit.idempotency import intend, request_hash
from fittrack.kit.ids import uuid7

DRAWING = UUID("0190b5b0-0000-7000-8000-000000000000")


class Bought(Struct):
    pass


@dataclass(frozen=True)
class Buy:
    ANSWER: ClassVar[type[Struct]] = Bought
    drawing_id: UUID
    quantity: int
    tags: frozenset[str] = field(default_factory=frozenset)


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.sets(st.text()))
def test_equal_commands_have_equal_hashes_and_others_have_not(one, other, tags):
    hashes = [request_hash("Buy", Buy(DRAWING, n, frozenset(tags))) for n in (one, other)]
    assert (hashes[0] == hashes[1]) == (one == other)
    assert len(hashes[0]) == 16


def test_the_same_payload_of_another_command_is_another_request():
    assert request_hash("Buy", Buy(DRAWING, 1)) != request_hash("Sell", Buy(DRAWING, 1))


def test_the_hash_does_not_change_from_release_to_release():
    """It is stored: a client that repeats a command after an update must not be refused."""
    assert request_hash("Buy", Buy(DRAWING, 3)).hex() == "d7ec3835c1dcb0ec0d1743c2142d1306"


def test_only_an_intention_with_a_key_is_hashed():
    key = uuid7()
    assert intend(Buy(DRAWING, 1), None).request_hash is None
    kept = intend(Buy(DRAWING, 1), key)
    assert (kept.key, kept.request_hash) == (key, request_hash("Buy", Buy(DRAWING, 1)))

"""Sealed values open only with their key, for their context, unaltered."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.kit.sealing import SealBroken, Sealer

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
SEALER = Sealer({"k1": OLD})


@given(st.binary(max_size=500), st.binary(max_size=60))
def test_what_is_sealed_opens_again_for_the_same_context(plaintext: bytes, context: bytes) -> None:
    assert SEALER.open(SEALER.seal(plaintext, context), context) == plaintext


@given(st.binary(max_size=100), st.data())
def test_any_altered_bit_is_noticed(plaintext: bytes, data: st.DataObject) -> None:
    sealed = bytearray(SEALER.seal(plaintext, b"row 1"))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        SEALER.open(bytes(sealed), b"row 1")


@given(st.binary(max_size=100))
def test_arbitrary_bytes_are_refused(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        SEALER.open(sealed, b"")


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_a_value_moved_to_another_place_does_not_open(context: bytes, other: bytes) -> None:
    sealed = SEALER.seal(b"seed", context)
    if context != other:
        with pytest.raises(SealBroken):
            SEALER.open(sealed, other)


def test_the_same_plaintext_is_never_sealed_alike() -> None:
    assert len({SEALER.seal(b"seed", b"") for _ in range(100)}) == 100


def test_after_a_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    old = SEALER.seal(b"seed", b"row")
    rotated = Sealer({"k2": NEW, "k1": OLD})
    assert rotated.open(old, b"row") == b"seed"
    assert not rotated.is_current(old)
    assert rotated.is_current(rotated.seal(b"seed", b"row"))
    with pytest.raises(SealBroken, match="not configured"):
        SEALER.open(rotated.seal(b"seed", b"row"), b"row")


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_keys_are_read_from_configuration_in_either_alphabet(encode: object) -> None:
    assert callable(encode)
    key = bytes([255] * 32)
    sealer = Sealer.from_text(f"k2:{encode(key).decode().rstrip('=')}, k1:{encode(OLD).decode()}")
    assert Sealer({"k2": key}).open(sealer.seal(b"x", b""), b"") == b"x"
    assert sealer.open(SEALER.seal(b"y", b""), b"") == b"y"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "At least one key"),
        ("c2VjcmV0", "id:base64"),
        ("k1:c2VjcmV0", "6 bytes instead of 32"),
        ("k1:***", "not base64"),
        (f"k1:{base64.b64encode(OLD).decode()},k1:{base64.b64encode(NEW).decode()}", "twice"),
        (f"{'k' * 17}:{base64.b64encode(OLD).decode()}", "1 to 16"),
    ],
)
def test_bad_keys_are_refused_with_a_sentence_that_shows_no_key(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as refusal:
        Sealer.from_text(text)
    assert "c2VjcmV0" not in str(refusal.value)

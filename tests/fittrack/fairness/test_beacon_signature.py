"""Who signed a round: quicknet's own rounds as vectors, and everything that only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_arkworks_bls12381 import G1Point

from fittrack.fairness.beacon import QUICKNET, Beacon
from fittrack.fairness.beacon_signature import ROUND_MAX, is_genuine
from tests.beacons import OWN_CHAIN, ROUND_1000, ROUND_657413, signed

SIGNATURE = ROUND_1000.signature
OTHER_POINT = (G1Point.from_compressed_bytes(SIGNATURE) + G1Point()).to_compressed_bytes()
NEGATIVE = (-G1Point.from_compressed_bytes(SIGNATURE)).to_compressed_bytes()

INFINITY = bytes([0xC0]) + bytes(47)
OUTSIDE_THE_SUBGROUP = bytes([0x80]) + bytes(46) + bytes([4])
"""A point of the curve, by its x, in none of whose multiples the generator is found."""


@pytest.mark.parametrize("beacon", [ROUND_1000, ROUND_657413])
def test_quicknets_published_rounds_are_genuine(beacon: Beacon) -> None:
    assert is_genuine(QUICKNET, beacon)


def test_the_randomness_of_the_test_vector_is_that_of_a_genuine_round() -> None:
    assert ROUND_657413.randomness.hex() == "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587"


@pytest.mark.parametrize("number", [999, 1001, 657413, 0, -1, ROUND_MAX, ROUND_MAX + 1, 10**30])
def test_a_signature_is_of_one_round(number: int) -> None:
    assert not is_genuine(QUICKNET, Beacon(number, SIGNATURE))


def test_a_signature_is_of_one_chain() -> None:
    assert is_genuine(OWN_CHAIN, signed(1000))
    assert not is_genuine(QUICKNET, signed(1000))
    assert not is_genuine(OWN_CHAIN, ROUND_1000)


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        SIGNATURE[:-1],
        SIGNATURE + b"\0",
        bytes(48),
        b"\xff" * 48,
        INFINITY,
        INFINITY[:-1] + b"\1",
        OUTSIDE_THE_SUBGROUP,
        OTHER_POINT,
        NEGATIVE,
    ],
    ids=lambda signature: signature.hex()[:12] or "empty",
)
def test_what_only_looks_like_a_signature_is_refused(signature: bytes) -> None:
    assert not is_genuine(QUICKNET, Beacon(1000, signature))


@given(place=st.integers(0, 48 * 8 - 1))
def test_no_bit_of_a_signature_can_be_changed(place: int) -> None:
    changed = int.from_bytes(SIGNATURE, "big") ^ (1 << place)
    assert not is_genuine(QUICKNET, Beacon(1000, changed.to_bytes(48, "big")))


@given(st.binary(max_size=100))
def test_noise_is_no_signature_and_no_error(noise: bytes) -> None:
    assert not is_genuine(QUICKNET, Beacon(1000, noise))


@given(st.integers(1, ROUND_MAX))
def test_every_round_can_be_signed(number: int) -> None:
    assert is_genuine(OWN_CHAIN, signed(number))

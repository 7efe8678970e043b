"""Whether a chain's group really signed a round: what makes a beacon worth more than the server it came from.

drand's scheme `bls-unchained-g1-rfc9380` (FAIRNESS, drand quicknet): BLS12-381 with the public key in G2, the
signature in G1, over `H(U(round))`. Takes about 4 ms.
"""

import hashlib
from typing import Final

from py_arkworks_bls12381 import GT, G1Point, G2Point

from fittrack.fairness.beacon import Beacon, Chain
from fittrack.fairness.ftd1 import u64

DOMAIN: Final = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
"""The domain separation tag of RFC 9380's suite, as quicknet uses it."""

ROUND_MAX: Final = 2**64 - 1
"""Rounds are signed as 8 bytes."""


def signed_point(round_number: int) -> G1Point:
    """The point of G1 that the group's secret key multiplies to sign round `round_number`."""
    return G1Point.hash_to_curve(hashlib.sha256(u64(round_number)).digest(), DOMAIN)


def is_genuine(chain: Chain, beacon: Beacon) -> bool:
    """Whether `beacon` is signed with the key of `chain`; false for bytes that are no signature at all.

    One signature has one encoding: the draw hashes its bytes, so whoever could write the same point in
    another way could choose between outcomes.
    """
    if not 1 <= beacon.round <= ROUND_MAX:
        return False
    try:
        signature = G1Point.from_compressed_bytes(beacon.signature)  # on the curve, in the subgroup
    except ValueError:
        return False
    if signature.to_compressed_bytes() != beacon.signature:
        return False
    key = G2Point.from_compressed_bytes(chain.public_key)
    return GT.pairing_check([signature, -signed_point(beacon.round)], [G2Point(), key])

"""A buyer can prove that their entry took part."""

import random
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.fairness import ftd1
from fittrack.fairness.inclusion import InclusionProof, InclusionProofs, verify_inclusion
from tests.fittrack.fairness.examples import some_entries

DRAWING = UUID(int=7)
ENTRIES = some_entries(2_500, 50, random.Random(7))
PROOFS = InclusionProofs(DRAWING, ENTRIES)


@given(st.integers(0, len(ENTRIES) - 1))
def test_every_entry_has_a_proof(index: int) -> None:
    proof = PROOFS.of_receipt(ENTRIES[index].receipt)
    assert proof is not None
    assert (proof.index, proof.first, proof.count) == (index, ENTRIES[index].first, ENTRIES[index].tickets)
    assert proof.root == ftd1.root(DRAWING, ENTRIES).hex()
    assert verify_inclusion(proof)


def test_a_stranger_has_no_proof() -> None:
    assert PROOFS.of_receipt(bytes(16)) is None
    with pytest.raises(IndexError):
        PROOFS.of_entry(len(ENTRIES))


PROOF = PROOFS.of_entry(1_234)
OTHER = PROOFS.of_entry(1_235)


@pytest.mark.parametrize(
    "forged",
    [
        msgspec.structs.replace(PROOF, count=PROOF.count + 1),
        msgspec.structs.replace(PROOF, first=PROOF.first + 1),
        msgspec.structs.replace(PROOF, tag=OTHER.tag),
        msgspec.structs.replace(PROOF, receipt=OTHER.receipt),
        msgspec.structs.replace(PROOF, drawing_id=UUID(int=8).hex),
        msgspec.structs.replace(PROOF, index=OTHER.index),
        msgspec.structs.replace(PROOF, path=OTHER.path),
        msgspec.structs.replace(PROOF, path=PROOF.path[:-1]),
        msgspec.structs.replace(PROOF, root=bytes(32).hex()),
        msgspec.structs.replace(PROOF, tag=PROOF.tag[:-2]),
        msgspec.structs.replace(PROOF, tag="not hexadecimal"),
        msgspec.structs.replace(PROOF, first=-1),
        msgspec.structs.replace(PROOF, count=2**64),
        msgspec.structs.replace(PROOF, index=-1),
        msgspec.structs.replace(PROOF, drawing_id="drawing"),
    ],
)
def test_a_forged_proof_proves_nothing(forged: InclusionProof) -> None:
    assert not verify_inclusion(forged)

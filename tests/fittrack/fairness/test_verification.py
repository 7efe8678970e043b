"""A record that was published verifies; one that was touched does not."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.fairness import verification
from fittrack.fairness.beacon import Beacon
from fittrack.fairness.checks import Verification
from fittrack.fairness.record import record_digest
from fittrack.fairness.verification import NO_BEACON, verify_file
from tests.beacons import OWN_CHAINS, signed
from tests.fittrack.fairness.examples import (
    CLOSE,
    DRAW,
    a_beacon,
    a_closing,
    a_quicknet_record,
    a_record,
    vector,
    vector_names,
)
from tests.fittrack.fairness.reference import recompute

RECORD = a_record(a_closing(seed=2)).to_json()
"""A published record with winners, an alternate and a beacon; one of those passed over would have won."""

Fields = dict[str, Any]


def verify(data: bytes) -> Verification:
    """Verify with the key of our own chain."""
    return verification.verify(data, OWN_CHAINS)


def failures(verification: Verification) -> set[str]:
    assert verification.ok == (not verification.failed)
    assert all(check.sentence for check in verification.checks)
    return {check.name for check in verification.failed}


def forged(change: Callable[[Fields], object]) -> set[str]:
    """What fails in a record that was changed by somebody who knows how to make its fingerprint anew."""
    fields: Fields = json.loads(RECORD)
    change(fields)
    return failures(verify(json.dumps(fields | {"digest": record_digest(fields)}).encode()))


@pytest.mark.parametrize("with_beacon", [True, False])
@pytest.mark.parametrize(("number", "holders"), [(40, 12), (3, 2), (1, 1), (5_000, 900), (0, 6)])
def test_a_published_record_verifies(number: int, holders: int, with_beacon: bool) -> None:
    closing = a_closing(number=number, holders=holders, with_beacon=with_beacon)
    record = a_record(closing, alternates=min(1, number // 10), with_beacon=with_beacon)
    assert failures(verify(record.to_json())) == set()


def test_a_published_record_has_the_layout_of_the_vectors() -> None:
    fields = json.loads(RECORD)
    assert fields.keys() >= vector("ftd1").keys()
    assert recompute(fields) == fields["expect"]
    assert [(row["slot"], row["rank"]) for row in fields["winners"]] == [(1, 1), (2, 2), (3, 2), (4, 2)]
    assert len(fields["passed_over"]) == 2
    assert len(fields["alternates"]) == 1


@pytest.mark.parametrize("name", vector_names())
def test_a_bare_vector_verifies(name: str) -> None:
    assert failures(verify(json.dumps(vector(name)).encode())) == set()


def test_a_record_is_verified_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    file.write_bytes(a_quicknet_record().to_json())
    assert verify_file(file).ok
    with pytest.raises(FileNotFoundError):
        verify_file(tmp_path / "nothing.json")


def test_how_a_record_is_laid_out_in_whitespace_is_no_matter() -> None:
    assert verify(json.dumps(json.loads(RECORD), indent=4, sort_keys=True).encode()).ok


def test_without_a_beacon_the_verification_says_what_that_means() -> None:
    record = a_record(a_closing(with_beacon=False), with_beacon=False)
    said = {check.name: check.sentence for check in verify(record.to_json()).checks}
    assert said["beacon"] == NO_BEACON


def test_a_round_of_quicknet_verifies_with_the_key_that_everybody_knows() -> None:
    said = {check.name: check for check in verification.verify(a_quicknet_record().to_json()).checks}
    assert said["beacon-signature"].ok
    assert "nobody made it up" in said["beacon-signature"].sentence


@pytest.mark.parametrize("signature", [signed(1).signature, b"\1" * 48, b"\xff" * 48, b"\1"])
def test_a_draw_with_a_made_up_signature_fails_however_well_it_is_recorded(signature: bytes) -> None:
    record = a_record(a_closing(), beacon=Beacon(a_beacon().round, signature))
    assert failures(verify(record.to_json())) == {"beacon-signature"}


def test_a_chain_whose_key_nobody_knows_proves_nothing() -> None:
    assert failures(verification.verify(RECORD, {})) == {"beacon-round", "beacon-signature"}


def test_an_early_or_late_close_is_told() -> None:
    record = a_record(a_closing(), closed_at=CLOSE - timedelta(minutes=2))
    said = {check.name: check.sentence for check in verify(record.to_json()).checks}
    assert "closed 120 s early" in said["instants"]


def test_after_a_late_close_a_fallback_round_decides() -> None:
    record = a_record(a_closing(), closed_at=DRAW + timedelta(minutes=3))
    verified = verify(record.to_json())
    said = {check.name: check.sentence for check in verified.checks}
    assert verified.ok
    assert "closed 480 s late" in said["instants"]


@settings(max_examples=400)
@given(place=st.integers(0, len(RECORD) - 1), byte=st.integers(0, 255))
def test_no_byte_of_a_record_can_be_changed(place: int, byte: int) -> None:
    changed = bytearray(RECORD)
    if changed[place] != byte:
        changed[place] = byte
        assert not verify(bytes(changed)).ok


@given(st.integers(0, len(RECORD) - 1))
def test_a_truncated_record_is_refused(length: int) -> None:
    assert failures(verify(RECORD[:length])) == {"layout"}


def drop_last_entry(fields: Fields) -> None:
    _, count, *_ = fields["entries"].pop()
    fields["expect"]["total_tickets"] -= count


def swap_winners(fields: Fields) -> None:
    first, second = fields["winners"][:2]
    first["prize_id"], second["prize_id"] = second["prize_id"], first["prize_id"]


def promise_less(fields: Fields) -> None:
    rules = json.loads(fields["rules"])
    rules["prizes"].pop()
    fields["rules"] = json.dumps(rules)


@pytest.mark.parametrize(
    ("change", "fails"),
    [
        (lambda r: r.update(seed="00" * 32), "commitment"),
        (lambda r: r.update(seed_commit="00" * 32), "commitment"),
        (lambda r: r.update(drawing_id="00" * 16), "commitment"),
        (lambda r: r.update(rules=r["rules"] + " "), "draw"),
        (promise_less, "rules"),
        (lambda r: r.update(rules="{}"), "rules"),
        (lambda r: r.update(rules="[]"), "rules"),
        (lambda r: r["entries"][3].__setitem__(2, "ab" * 16), "root"),
        (lambda r: r["entries"][3].__setitem__(3, "ab" * 16), "root"),
        (drop_last_entry, "root"),
        (lambda r: r["expect"].update(root="00" * 32), "root"),
        (lambda r: r["expect"].update(total_tickets=1), "tickets"),
        (lambda r: r["expect"]["drawn"].pop(), "draw"),
        (lambda r: r["expect"]["drawn"][0].update(word=10**30), "draw"),
        (lambda r: r["expect"]["drawn"].reverse(), "draw"),
        (lambda r: r.update(want=5), "draw"),
        (lambda r: r["winners"].pop(), "winners"),
        (swap_winners, "winners"),
        (lambda r: r["winners"][0].update(tag="ab" * 16), "winners"),
        (lambda r: r["passed_over"].pop(), "draw"),
        (lambda r: r["passed_over"].append({"tag": "ab" * 16, "reason": "banned"}), "passed-over"),
        (lambda r: r["passed_over"].append(r["passed_over"][0]), "passed-over"),
        (lambda r: r["passed_over"].append({"tag": r["winners"][0]["tag"], "reason": "banned"}), "draw"),
        (lambda r: r["alternates"][0].update(ticket=1), "draw"),
        (lambda r: r["alternates"][0].update(slot=5), "alternates"),
        (lambda r: r["alternates"][0].update(at="2026-06-02T00:59:59.000Z"), "alternates"),
        (lambda r: r.update(beacon="00" * 32), "beacon-round"),
        (lambda r: r.update(beacon=None), "beacon"),
        (lambda r: r.update(beacon_round=None), "beacon-round"),
        (lambda r: r["beacon_round"].update(round=r["beacon_round"]["round"] + 1), "beacon-round"),
        (lambda r: r["beacon_round"].update(chain="00" * 32), "beacon-round"),
        (lambda r: r["beacon_round"].update(signature="abc"), "beacon-round"),
        (lambda r: r["instants"].update(planned_close_at="2026-06-02T00:54:00.000Z"), "instants"),
        (lambda r: r["instants"].update(closed_at="2026-06-02T01:54:00.000Z"), "instants"),
        (lambda r: r["instants"].update(drawn_at="2026-06-02T00:59:59.999Z"), "instants"),
        (lambda r: r["instants"].update(beacon_at="2026-06-02T00:59:59.000Z"), "beacon-round"),
        (lambda r: r["instants"].update(closed_at="9999-12-31T23:59:59.999Z"), "beacon-round"),
    ],
)
def test_a_forger_who_mends_the_fingerprint_is_found_out(
    change: Callable[[Fields], object], fails: str
) -> None:
    assert fails in forged(change)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda r: r.pop("seed"), "seed: missing."),
        (lambda r: r.pop("instants"), "instants: missing."),
        (lambda r: r.update(extra=1), "'extra': no field of such a record."),
        (lambda r: r.update(seed=r["seed"].upper()), "seed: "),
        (lambda r: r.update(seed=r["seed"] + "\n"), "seed: "),
        (lambda r: r.update(want=-1), "want: "),
        (lambda r: r.update(want=10**9), "want: "),
        (lambda r: r.update(want="4"), "want: "),
        (lambda r: r.update(entries=None), "entries: "),
        (lambda r: r.update(entries={"a": 1}), "entries: "),
        (lambda r: r["entries"][5].append(1), "entries: "),
        (lambda r: r["entries"][5].__setitem__(0, 1), "entries: entry 5 starts at ticket 1"),
        (lambda r: r["entries"][5].__setitem__(1, 0), "entries: entry 5 cannot have 0 tickets"),
        (lambda r: r["entries"][5].__setitem__(1, 2**64), "entries: a ticket number or count"),
        (lambda r: r["entries"][5].__setitem__(2, "ab"), "entries: "),
        (lambda r: r["winners"][0].update(extra=1), "winners: "),
        (lambda r: r["winners"][0].update(tag=None), "winners: "),
        (lambda r: r["instants"].update(closed_at="2026-13-02T00:54:00.000Z"), "instants: "),
        (lambda r: r["alternates"][0].update(at="yesterday"), "alternates: "),
        (lambda r: r["beacon_round"].update(round=-3), "beacon_round: "),
    ],
)
def test_what_is_malformed_is_named(change: Callable[[Fields], object], sentence: str) -> None:
    fields: Fields = json.loads(RECORD)
    change(fields)
    verification = verify(json.dumps(fields).encode())
    assert failures(verification) == {"layout"}
    assert any(check.sentence.startswith(sentence) for check in verification.failed)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)


@given(name=st.sampled_from(sorted(json.loads(RECORD))), value=JSON_VALUES)
def test_hostile_fields_never_raise(name: str, value: object) -> None:
    fields = json.loads(RECORD)
    if fields[name] != value:
        assert not verify(json.dumps(fields | {name: value}).encode()).ok


@given(st.binary())
def test_hostile_bytes_never_raise(data: bytes) -> None:
    assert failures(verify(data)) == {"layout"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"want":' + b"9" * 10_000 + b"}",
        b'{"rules":"\\ud800"}',
        b'{"entries":' + b"[" * 3_000_000 + b"]" * 3_000_000 + b"}",
        b'{"entries":[' + b'"' + b"a" * 3_000_000 + b'"' + b"]}",
    ],
)
def test_abysses_are_survived(data: bytes) -> None:
    assert failures(verify(data)) == {"layout"}


def test_a_false_record_cannot_ask_for_endless_work() -> None:
    """Two holders, one with nearly all of 2^63 tickets: the second would not come up in a lifetime."""
    record = vector("ftd1-one-ticket")
    record["entries"] = [[1, 2**63, "11" * 16, "22" * 16], [2**63 + 1, 1, "33" * 16, "44" * 16]]
    record["want"] = 2
    assert "draw" in failures(verify(json.dumps(record).encode()))


def test_entries_beyond_one_chunk_are_all_read() -> None:
    closing = a_closing(number=30_000, holders=5_000)
    record = a_record(closing)
    data = record.to_json()
    assert len(data) > 2 << 20
    said = {check.name: check.sentence for check in verify(data).checks}
    assert said["tickets"].startswith("30,000 entries")
    assert verify(data).ok

"""The algorithm against its vectors and against the plain reference."""

import hmac
from itertools import islice
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.fairness import ftd1
from fittrack.fairness.entries import Entries
from tests.fittrack.fairness import make_vectors
from tests.fittrack.fairness.examples import entries_of, vector, vector_names
from tests.fittrack.fairness.reference import recompute, seed_commit


def compute(record: dict[str, Any]) -> dict[str, Any]:
    """`expect` of a record, by the product."""
    drawing_id, entries = UUID(hex=record["drawing_id"]), entries_of(record)
    root = ftd1.root(drawing_id, entries)
    key = ftd1.draw_key(
        seed=bytes.fromhex(record["seed"]),
        drawing_id=drawing_id,
        rules=record["rules"].encode(),
        root=root,
        total_tickets=entries.total,
        beacon=bytes.fromhex(record["beacon"]) if record["beacon"] else None,
    )
    barred = {bytes.fromhex(row["tag"]) for row in record.get("passed_over", [])}
    drawn = islice(ftd1.draw(entries, key, barred), record["want"])
    return {
        "root": root.hex(),
        "total_tickets": entries.total,
        "drawn": [{"ticket": ticket, "tag": tag.hex(), "word": word} for ticket, tag, word in drawn],
    }


@pytest.mark.parametrize("name", vector_names())
def test_the_vectors_come_out(name: str) -> None:
    record = vector(name)
    assert compute(record) == record["expect"]
    commit = ftd1.commit(UUID(hex=record["drawing_id"]), bytes.fromhex(record["seed"]))
    assert commit.hex() == record["seed_commit"] == seed_commit(record["drawing_id"], record["seed"])


@pytest.mark.parametrize("name", vector_names())
def test_the_reference_agrees_with_the_vectors(name: str) -> None:
    assert recompute(vector(name)) == vector(name)["expect"]


def test_the_vectors_are_what_their_maker_makes() -> None:
    made = make_vectors.vectors()
    assert {f"ftd1-{name}" for name in made} | {"ftd1"} == set(vector_names())
    assert all(vector(f"ftd1-{name}") == content for name, content in made.items())


def test_the_vector_of_rejected_words_has_some() -> None:
    record = vector("ftd1-rejected-words")
    drawn = record["expect"]["drawn"]
    skipped = drawn[-1]["word"] + 1 - len(drawn)
    assert record["expect"]["total_tickets"] > 2**63
    assert skipped > 0


def holdings(max_holders: int = 8) -> st.SearchStrategy[list[tuple[int, int]]]:
    return st.lists(st.tuples(st.integers(0, max_holders - 1), st.integers(1, 50)), max_size=40)


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    entries, first = [], 1
    for number, (holder, count) in enumerate(draw(holdings())):
        entries.append([first, count, f"{holder:032x}", f"{number:032x}"])
        first += count
    barred = draw(st.sets(st.integers(0, 7), max_size=4))
    hexadecimal = st.binary(min_size=32, max_size=32).map(bytes.hex)
    return {
        "drawing_id": draw(st.uuids()).hex,
        "rules": draw(st.text(max_size=20)),
        "seed": draw(hexadecimal),
        "entries": entries,
        "beacon": draw(st.none() | hexadecimal),
        "want": draw(st.integers(0, 12)),
        "passed_over": [{"tag": f"{holder:032x}", "reason": "banned"} for holder in sorted(barred)],
    }


@given(records())
def test_any_drawing_comes_out_as_the_reference_says(record: dict[str, Any]) -> None:
    assert compute(record) == recompute(record)


@given(records())
def test_nobody_is_drawn_twice_and_nobody_barred(record: dict[str, Any]) -> None:
    tags = [row["tag"] for row in compute(record | {"want": 100})["drawn"]]
    holders = {tag for _, _, tag, _ in record["entries"]}
    barred = {row["tag"] for row in record["passed_over"]}
    assert len(tags) == len(set(tags))
    assert set(tags) == holders - barred


@given(records())
def test_alternates_continue_the_same_sequence(record: dict[str, Any]) -> None:
    everybody = compute(record | {"want": 100})["drawn"]
    assert compute(record)["drawn"] == everybody[: record["want"]]


@given(st.binary(min_size=32, max_size=32))
def test_words_are_the_leading_bytes_of_the_hmac(key: bytes) -> None:
    for j, word in enumerate(islice(ftd1.words(key), 5)):
        digest = hmac.digest(key, b"FTD1/word\0" + j.to_bytes(8, "big"), "sha256")
        assert word == int.from_bytes(digest[:8], "big")


def test_a_draw_is_lazy() -> None:
    entries = Entries([(1, 1_000, b"\1" * 16, bytes(16)), (1_001, 1, b"\2" * 16, bytes(16))])
    stream = ftd1.draw(entries, bytes(32), words_max=10)
    assert next(stream).tag == b"\1" * 16
    with pytest.raises(ftd1.DrawTooLong):
        next(stream)


def test_each_ticket_is_as_likely_as_any_other() -> None:
    """Chi-square over 10 tickets and 20,000 draws: fixed keys, so it passes always or never."""
    entries = Entries((ticket, 1, bytes([ticket]) * 16, bytes(16)) for ticket in range(1, 11))
    wins = [0] * 10
    draws = 20_000
    for number in range(draws):
        wins[next(ftd1.draw(entries, number.to_bytes(32, "big"))).ticket - 1] += 1
    chi_square = sum((won - draws / 10) ** 2 / (draws / 10) for won in wins)
    assert chi_square < 27.9, "beyond the 99.9 % quantile for 9 degrees of freedom"


@given(st.binary(min_size=32, max_size=32), st.uuids())
def test_a_tag_is_the_head_of_the_hmac_of_the_player(drawing_key: bytes, user_id: UUID) -> None:
    assert ftd1.tag(drawing_key, user_id) == hmac.digest(drawing_key, user_id.bytes, "sha256")[:16]

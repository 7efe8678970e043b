"""Addresses are tidied, and refused where no parcel could go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.fulfilments.addresses import Address, tidy
from fittrack.fulfilments.zip_codes import _FIRSTS, _RANGES, states_of
from fittrack.kit.problems import Validation
from fittrack.kit.states import US_STATES

GOOD = {"street": "1 Main St", "city": "Austin", "state": "TX", "zip_code": "78701"}


def address(**changes: str) -> Address:
    return Address(**(GOOD | changes))


def pointers(**changes: str) -> list[str]:
    with pytest.raises(Validation) as refused:
        tidy(address(**changes))
    return [error.pointer for error in refused.value.errors]


def test_an_address_is_tidied() -> None:
    untidy = address(street=" 1   Main\tSt ", state="tx", zip_code=" 78701 1234 ", recipient=" ")
    assert tidy(untidy) == address(zip_code="78701-1234")


@pytest.mark.parametrize("zip_code", ["78701", "78701-1234", "787011234"])
def test_zip_codes_have_five_digits_or_nine(zip_code: str) -> None:
    assert tidy(address(zip_code=zip_code)).zip_code[:5] == "78701"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zip_code", ""),
        ("zip_code", "7870"),
        ("zip_code", "78701-12"),
        ("zip_code", "７８７０１"),
        ("zip_code", "10001"),
        ("zip_code", "00000"),
        ("zip_code", "09001"),
        ("state", "XX"),
        ("state", "PR"),
        ("street", "   "),
        ("street", "---"),
        ("street", "1 Main\u202e St"),
        ("street", "x" * 121),
        ("city", ""),
        ("city", "42"),
        ("recipient", "a" * 81),
    ],
)
def test_what_is_wrong_is_named(field: str, value: str) -> None:
    assert pointers(**{field: value}) == [f"/{field}"]


def test_everything_wrong_is_told_at_once() -> None:
    assert pointers(street="", city="", state="", zip_code="") == ["/street", "/city", "/state", "/zip_code"]


@pytest.mark.parametrize(
    ("zip_code", "state"),
    [
        ("02108", "MA"),
        ("05501", "MA"),
        ("20001", "DC"),
        ("20101", "VA"),
        ("33101", "FL"),
        ("73301", "TX"),
        ("88510", "TX"),
        ("90210", "CA"),
        ("96813", "HI"),
        ("99501", "AK"),
        ("06390", "NY"),
        ("83414", "WY"),
    ],
)
def test_well_known_codes_are_in_their_states(zip_code: str, state: str) -> None:
    assert state in states_of(zip_code)


def test_every_state_has_codes_and_no_code_has_two_ranges() -> None:
    assert {state for _, _, state in _RANGES} == US_STATES.keys()
    assert sorted(_FIRSTS) == _FIRSTS
    ends = [last for _, last, _ in _RANGES]
    assert all(last < first for last, first in zip(ends, _FIRSTS[1:], strict=False))


@given(st.text(max_size=130), st.text(max_size=70), st.text(max_size=3), st.text(max_size=12))
def test_whatever_is_sent_is_tidy_or_refused(street: str, city: str, state: str, zip_code: str) -> None:
    try:
        tidied = tidy(Address(street=street, city=city, state=state, zip_code=zip_code))
    except Validation:
        return
    assert tidy(tidied) == tidied

from fittrack.kit.states import DEFAULT_EXCLUDED_STATES, US_STATES, is_eligible_state, is_state


def test_there_are_fifty_states_and_the_district_of_columbia() -> None:
    assert len(US_STATES) == 51
    assert is_state("DC")


def test_excluded_and_unknown_states_are_not_eligible() -> None:
    assert {"NY", "FL", "RI"} == DEFAULT_EXCLUDED_STATES
    assert not any(is_eligible_state(code) for code in (*DEFAULT_EXCLUDED_STATES, "ZZ", "", "ca"))
    assert is_eligible_state("CA")


def test_the_list_of_excluded_states_is_configuration() -> None:
    assert is_eligible_state("NY", excluded={"CA"})
    assert not is_eligible_state("CA", excluded={"CA"})

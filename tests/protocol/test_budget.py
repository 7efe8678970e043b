"""Twenty frames a second, a hundred at once."""

from hypothesis import given
from hypothesis import strategies as st

from protocol.budget import Budget

BUDGET = Budget(per_second=20, burst=100)


def spend(times: int, now: float, spent_until: float = 0.0) -> tuple[int, float]:
    paid = 0
    for _ in range(times):
        if (until := BUDGET.spend(spent_until, now)) is not None:
            spent_until, paid = until, paid + 1
    return paid, spent_until


def test_a_burst_of_a_hundred_passes_and_no_more() -> None:
    paid, spent_until = spend(150, now=500.0)
    assert paid == 100
    assert BUDGET.after_ms(spent_until, 500.0) in (50, 51)


def test_a_second_later_twenty_more_pass() -> None:
    _, spent_until = spend(150, now=500.0)
    assert spend(50, now=501.0, spent_until=spent_until)[0] == 20


@given(st.lists(st.floats(0, 60), max_size=400))
def test_no_history_lets_more_through_than_burst_and_rate(instants: list[float]) -> None:
    spent_until, paid = 0.0, []
    for now in sorted(instants):
        if (until := BUDGET.spend(spent_until, now)) is not None:
            spent_until = until
            paid.append(now)
    for index, first in enumerate(paid):
        assert all(count <= 100 + 20 * (last - first) + 1 for count, last in enumerate(paid[index:], start=1))


@given(st.floats(0, 1e6), st.integers(100, 300))
def test_who_waits_as_told_is_let_through(now: float, times: int) -> None:
    _, spent_until = spend(times, now)
    later = now + BUDGET.after_ms(spent_until, now) / 1000
    assert BUDGET.spend(spent_until, later) is not None

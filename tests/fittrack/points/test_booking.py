from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fittrack.points.booking import Booked, BookingType, DayAccount, DayDue, book

DAY = date(2026, 7, 6)
NEXT = DAY + timedelta(1)
TIER, OTHER_TIER = "F-30-39-INT", "F-40-49-INT"


def due(points: int, account: DayAccount | None = None, *, bonus: int = 0, day: date = DAY) -> DayDue:
    return DayDue(day, points, bonus, account or DayAccount())


def book_one(due: DayDue, *, balance: int = 0, tier_code: str = TIER) -> tuple[Booked, DayAccount]:
    booked = book([due], balance=balance, tier_code=tier_code)
    return booked, booked.accounts[due.day]


def test_what_is_booked_is_the_difference_to_what_was_booked() -> None:
    booked, _ = book_one(due(120, DayAccount(100, 0, 100, 0, TIER)), balance=500)
    (entry,) = booked.bookings
    assert (entry.transaction_type, entry.amount, entry.balance_after) == (BookingType.EARN, 20, 520)


def test_activities_and_streak_bonus_of_a_day_share_one_entry() -> None:
    booked, account = book_one(due(100, bonus=250))
    (entry,) = booked.bookings
    assert (entry.amount, entry.activity_points, entry.streak_points) == (350, 100, 250)
    assert entry.description == "Activities and Streak bonus of 2026-07-06"
    assert account == DayAccount(100, 250, 350, 0, TIER)


def test_nothing_changed_books_nothing() -> None:
    booked, _ = book_one(due(100, DayAccount(100, 0, 100, 0, TIER)), balance=100)
    assert booked.bookings == []


def test_a_correction_takes_the_balance_to_zero_at_the_lowest_and_forgives_the_rest() -> None:
    booked, account = book_one(due(20, DayAccount(100, 0, 100, 0, TIER)), balance=30)
    (entry,) = booked.bookings
    assert (entry.transaction_type, entry.amount, entry.balance_after) == (BookingType.ADJUST, -30, 0)
    assert (account.booked, account.forgiven) == (70, 50)


def test_what_was_forgiven_is_not_asked_for_again() -> None:
    forgiven = DayAccount(20, 0, 70, 50, TIER)
    booked, account = book_one(due(20, forgiven), balance=1_000)
    assert booked.bookings == []
    assert account == forgiven


def test_a_later_increase_first_makes_up_for_what_was_forgiven() -> None:
    booked, account = book_one(due(90, DayAccount(20, 0, 70, 50, TIER)), balance=0)
    assert [entry.amount for entry in booked.bookings] == [20]
    assert (account.booked, account.forgiven) == (90, 0)


def test_points_that_move_from_one_day_to_another_are_never_forgiven() -> None:
    was_active = DayAccount(300, 0, 300, 0, TIER)
    booked = book([due(0, was_active), due(300, day=NEXT)], balance=0, tier_code=TIER)
    assert [(entry.day, entry.amount) for entry in booked.bookings] == [(NEXT, 300), (DAY, -300)]
    assert booked.balance == 0
    assert all(account.forgiven == 0 for account in booked.accounts.values())


def test_corrections_count_in_the_tier_in_which_the_points_were_earned() -> None:
    earned = DayAccount(100, 0, 100, 0, TIER)
    booked, account = book_one(due(40, earned), balance=100, tier_code=OTHER_TIER)
    assert booked.bookings[0].tier_code == account.tier_code == TIER


def test_points_earned_after_a_change_of_profile_count_in_the_new_tier() -> None:
    earned = DayAccount(100, 0, 100, 0, TIER)
    booked, account = book_one(due(150, earned), balance=100, tier_code=OTHER_TIER)
    assert booked.bookings[0].tier_code == account.tier_code == OTHER_TIER


WORTHS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 1_000), st.sampled_from([0, 250]), st.integers(0, 1_500)),
    max_size=40,
)


@given(WORTHS)
def test_with_spending_between_the_sums_hold_and_no_day_is_overpaid(
    steps: list[tuple[int, int, int, int]],
) -> None:
    accounts: dict[date, DayAccount] = {}
    best: dict[date, int] = {}
    balance = spent = 0
    for offset, points, bonus, spend in steps:
        day = DAY + timedelta(offset)
        change = due(points, accounts.get(day), bonus=bonus, day=day)
        booked = book([change], balance=balance, tier_code=TIER)
        accounts |= booked.accounts
        best[day] = max(best.get(day, 0), points + bonus)
        balance = booked.balance - min(spend, booked.balance)
        spent += min(spend, booked.balance)

        account = accounts[day]
        assert booked.balance >= 0
        assert account.forgiven >= 0
        assert account.booked - account.forgiven == points + bonus
        assert account.booked <= best[day]
        assert balance + spent == sum(account.booked for account in accounts.values())


@given(WORTHS)
def test_without_spending_nothing_is_ever_forgiven(steps: list[tuple[int, int, int, int]]) -> None:
    accounts: dict[date, DayAccount] = {}
    balance = 0
    for offset, points, bonus, _ in steps:
        day = DAY + timedelta(offset)
        booked = book([due(points, accounts.get(day), bonus=bonus, day=day)], balance=balance, tier_code=TIER)
        accounts |= booked.accounts
        balance = booked.balance
    assert all(account.forgiven == 0 for account in accounts.values())
    assert balance == sum(account.activity_points + account.streak_points for account in accounts.values())

"""Who may enter a drawing, and who is passed over at its close."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.drawings.eligibility import (
    Holder,
    NotEligible,
    PassedOverReason,
    check_eligible,
    passed_over,
    passed_over_reason,
)
from fittrack.drawings.model import Drawing, Eligibility, Player, UserType
from fittrack.kit.standing import AccountStatus, Role
from tests.fittrack.drawings.examples import CALENDAR, EXCLUDED_STATES, MS, NOON, a_drawing, a_player


def check(player: Player, drawing: Drawing | None = None, now: datetime = NOON) -> None:
    check_eligible(drawing or a_drawing(), player, now, calendar=CALENDAR, excluded_states=EXCLUDED_STATES)


def refusal(player: Player, drawing: Drawing | None = None, now: datetime = NOON) -> NotEligible:
    with pytest.raises(NotEligible) as caught:
        check(player, drawing, now)
    assert (caught.value.code, caught.value.status) == ("not-eligible", 403)
    return caught.value


def test_an_ordinary_player_may_enter() -> None:
    check(a_player())


@pytest.mark.parametrize(
    ("rule", "facts"),
    [
        ("role", {"role": Role.ADMIN}),
        ("status", {"status": AccountStatus.PENDING}),
        ("status", {"status": AccountStatus.SUSPENDED}),
        ("status", {"status": AccountStatus.BANNED}),
        ("email_verified", {"email_verified": False}),
        ("age", {"date_of_birth": date(2010, 1, 1)}),
        ("state", {"state": "NY"}),
        ("state", {"state": ""}),
        ("profile_complete", {"profile_complete": False}),
        ("min_account_age_days", {"created_at": NOON - timedelta(days=7) + MS}),
    ],
)
def test_a_refusal_names_the_failed_rule(rule: str, facts: dict[str, Any]) -> None:
    problem = refusal(a_player(**facts))
    assert problem.rule == rule
    assert problem.detail.startswith(rule)
    assert [error.pointer for error in problem.errors] == [f"/eligibility/{rule}"]


def test_a_refusal_names_every_failed_rule() -> None:
    problem = refusal(a_player(state="FL", profile_complete=False))
    assert [error.pointer for error in problem.errors] == [
        "/eligibility/state",
        "/eligibility/profile_complete",
    ]


def test_one_is_of_age_on_the_birthday_as_the_platform_counts_days() -> None:
    player = a_player(date_of_birth=date(2008, 6, 2))
    midnight_in_new_york = datetime(2026, 6, 2, 4, 0, tzinfo=UTC)
    assert refusal(player, now=midnight_in_new_york - MS).rule == "age"
    check(player, now=midnight_in_new_york)


def test_an_account_is_old_enough_after_full_days() -> None:
    check(a_player(created_at=NOON - timedelta(days=7)))
    check(a_player(created_at=NOON), a_drawing(eligibility=Eligibility(min_account_age_days=0)))


def test_premium_is_read_at_the_moment_of_the_purchase() -> None:
    drawing = a_drawing(eligibility=Eligibility(user_type=UserType.PREMIUM))
    member = a_player(role=Role.PREMIUM, premium_expires_at=NOON)
    check(member, drawing, now=NOON - MS)
    assert refusal(member, drawing, now=NOON).rule == "user_type"
    assert refusal(a_player(), drawing).rule == "user_type"
    check(a_player(role=Role.PREMIUM), drawing)


def test_expired_premium_still_enters_drawings_for_all() -> None:
    check(a_player(role=Role.PREMIUM, premium_expires_at=NOON - timedelta(days=1)))


HOLDERS = st.builds(
    Holder,
    tag=st.binary(min_size=16, max_size=16),
    status=st.sampled_from(AccountStatus),
    under_review=st.booleans(),
)


@given(st.lists(HOLDERS, unique_by=lambda holder: holder.tag))
def test_exactly_the_suspended_banned_deleted_and_reviewed_are_passed_over(holders: list[Holder]) -> None:
    barred = {AccountStatus.SUSPENDED, AccountStatus.BANNED, AccountStatus.DELETED}
    expected = {holder.tag for holder in holders if holder.status in barred or holder.under_review}
    frozen = passed_over(holders)
    assert [tag for tag, _ in frozen] == sorted(expected)
    assert frozen == passed_over(reversed(holders))


def test_the_gravest_reason_is_recorded() -> None:
    banned = Holder(tag=bytes(16), status=AccountStatus.BANNED, under_review=True)
    deleted = Holder(tag=bytes(16), status=AccountStatus.DELETED, under_review=True)
    suspended = Holder(tag=bytes(16), status=AccountStatus.SUSPENDED, under_review=True)
    reviewed = Holder(tag=bytes(16), status=AccountStatus.ACTIVE, under_review=True)
    holders = (banned, deleted, suspended, reviewed)
    assert [passed_over_reason(holder) for holder in holders] == list(PassedOverReason)

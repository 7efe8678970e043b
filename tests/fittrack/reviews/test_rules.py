"""What may become of a review."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.kit.ids import ReviewId, uuid7
from fittrack.reviews.problems import AlreadyAppealed, ReviewResolved
from fittrack.reviews.rules import (
    Appeal,
    Review,
    ReviewStatus,
    check_appeal,
    check_resolution,
    keeps_account_under_review,
    shared_device,
)

REVIEW = Review(ReviewId(uuid7()), ReviewStatus.OPEN, Appeal.NONE)
STATUSES = st.sampled_from(ReviewStatus)
APPEALS = st.sampled_from(Appeal)


def allows(review: Review, resolution: str) -> bool:
    try:
        check_resolution(review, resolution)  # type: ignore[arg-type]
    except ReviewResolved:
        return False
    return True


def test_what_is_open_may_end_either_way() -> None:
    assert allows(REVIEW, "cleared")
    assert allows(REVIEW, "confirmed")


@given(APPEALS)
def test_what_is_cleared_is_final(appeal: Appeal) -> None:
    cleared = REVIEW._replace(status=ReviewStatus.CLEARED, appeal=appeal)
    assert not allows(cleared, "cleared")
    assert not allows(cleared, "confirmed")
    with pytest.raises(ReviewResolved):
        check_appeal(cleared)


@given(APPEALS)
def test_what_is_confirmed_may_be_cleared_and_is_confirmed_again_to_answer_an_appeal(appeal: Appeal) -> None:
    confirmed = REVIEW._replace(status=ReviewStatus.CONFIRMED, appeal=appeal)
    assert allows(confirmed, "cleared")
    assert allows(confirmed, "confirmed") == (appeal is Appeal.WAITING)


@pytest.mark.parametrize("status", [ReviewStatus.OPEN, ReviewStatus.CONFIRMED])
def test_there_is_one_appeal(status: ReviewStatus) -> None:
    review = REVIEW._replace(status=status)
    check_appeal(review)
    for appeal in (Appeal.WAITING, Appeal.ANSWERED):
        with pytest.raises(AlreadyAppealed):
            check_appeal(review._replace(appeal=appeal))


@given(st.lists(STATUSES))
def test_an_account_is_under_review_while_anything_is_not_cleared(statuses: list[ReviewStatus]) -> None:
    reviews = [REVIEW._replace(status=status) for status in statuses]
    assert keeps_account_under_review(reviews) == (set(statuses) - {ReviewStatus.CLEARED} != set())


def test_a_device_of_one_account_is_nobodys_business() -> None:
    assert shared_device("phone", 1) is None
    reason = shared_device("phone", 2)
    assert reason is not None
    assert reason.name == ("shared-device", "phone")

"""What may become of a review, and what it means while it is open (SPEC 3, anti-gaming). Pure.

```
        ┌──────────────────────────────┐
open ───┤                              ├──► cleared     final: this reason and subject are not looked at again
        └──► confirmed ────────────────┘
```

An account is under review while any review of it is not cleared. A confirmed one stays so until an admin
clears it after all, for instance on the player's appeal; what else follows (a suspension, points taken
back) an admin decides for itself.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Literal, NamedTuple

from fittrack.activities.review import Evidence, ReviewKind, ReviewReason
from fittrack.kit.ids import ReviewId
from fittrack.reviews.problems import AlreadyAppealed, ReviewResolved

DEVICE_ACCOUNTS_MAX: Final = 1
"""Accounts that one device may serve before somebody looks at all of them."""

Resolution = Literal["cleared", "confirmed"]


class ReviewStatus(StrEnum):
    """Where a review stands."""

    OPEN = "open"
    CLEARED = "cleared"
    CONFIRMED = "confirmed"


class Appeal(StrEnum):
    """Whether the player had a say."""

    NONE = "none"
    WAITING = "waiting"
    ANSWERED = "answered"


class Review(NamedTuple):
    """A review as decisions need it."""

    review_id: ReviewId
    status: ReviewStatus
    appeal: Appeal


def keeps_account_under_review(reviews: Iterable[Review]) -> bool:
    """Whether any of an account's reviews is not cleared."""
    return any(review.status is not ReviewStatus.CLEARED for review in reviews)


def check_resolution(review: Review, resolution: Resolution) -> None:
    """Raises `ReviewResolved` when there is nothing left to decide.

    A confirmed review may still be cleared, and confirmed again in answer to an appeal.
    """
    if review.status is ReviewStatus.CLEARED:
        raise ReviewResolved("It is cleared, and that is final.")
    confirmed_again = review.status is ReviewStatus.CONFIRMED and resolution == "confirmed"
    if confirmed_again and review.appeal is not Appeal.WAITING:
        raise ReviewResolved("It is confirmed already, and no appeal waits.")


def check_appeal(review: Review) -> None:
    """Raises `ReviewResolved` when it is cleared, `AlreadyAppealed` when the player had a say."""
    if review.status is ReviewStatus.CLEARED:
        raise ReviewResolved("It is cleared: there is nothing to appeal against.")
    if review.appeal is not Appeal.NONE:
        raise AlreadyAppealed


def shared_device(device_id: str, accounts: int) -> ReviewReason | None:
    """For a device that so many accounts use: due for each of them when they are too many."""
    if accounts <= DEVICE_ACCOUNTS_MAX:
        return None
    detail = f"One device is used by {accounts} accounts."
    evidence: Evidence = {"device_id": device_id, "detail": detail, "accounts": accounts}
    return ReviewReason(ReviewKind.SHARED_DEVICE, device_id, evidence)

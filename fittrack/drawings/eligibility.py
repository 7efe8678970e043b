"""Who may enter a drawing, and who is passed over when it closes (SPEC 5, FAIRNESS 4). Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fittrack.drawings.model import Drawing, Player, UserType
from fittrack.fairness.record import PassedOver
from fittrack.kit.calendar import PlatformCalendar, age_on
from fittrack.kit.problems import FieldError, Problem
from fittrack.kit.standing import AccountStatus, Role

MINIMUM_AGE_YEARS = 18
"""Sweepstakes are for adults (SPEC, market)."""


class EligibilityRule(StrEnum):
    """A rule of entry, by the name under which a refusal cites it."""

    ROLE = "role"
    STATUS = "status"
    EMAIL_VERIFIED = "email_verified"
    AGE = "age"
    STATE = "state"
    PROFILE_COMPLETE = "profile_complete"
    USER_TYPE = "user_type"
    MIN_ACCOUNT_AGE_DAYS = "min_account_age_days"


class NotEligible(Problem):
    """Names the failed rules: the first in `rule` and `detail`, each in `errors` at `/eligibility/<rule>`."""

    code, status, title = "not-eligible", 403, "Not eligible for this drawing"

    def __init__(self, failed: Collection[tuple[EligibilityRule, str]]) -> None:
        (self.rule, sentence), *_ = failed
        super().__init__(
            f"{self.rule}: {sentence}",
            errors=[FieldError(f"/eligibility/{rule}", detail) for rule, detail in failed],
        )


def check_eligible(
    drawing: Drawing,
    player: Player,
    now: datetime,
    *,
    calendar: PlatformCalendar,
    excluded_states: Collection[str],
) -> None:
    """Raise `NotEligible` unless `player` may enter `drawing` at `now`.

    Age counts on the platform's day, the account's age in full days of 24 hours, the premium role
    at `now` itself.
    """
    failed = list(_failed_rules(drawing, player, now, calendar, excluded_states))
    if failed:
        raise NotEligible(failed)


def _failed_rules(
    drawing: Drawing,
    player: Player,
    now: datetime,
    calendar: PlatformCalendar,
    excluded_states: Collection[str],
) -> Iterator[tuple[EligibilityRule, str]]:
    if player.role is Role.ADMIN:
        yield EligibilityRule.ROLE, "Admins do not buy tickets."
    if player.status is not AccountStatus.ACTIVE:
        yield EligibilityRule.STATUS, f"The account is {player.status}."
    if not player.email_verified:
        yield EligibilityRule.EMAIL_VERIFIED, "The email address is not verified."
    if age_on(calendar.day_of(now), player.date_of_birth) < MINIMUM_AGE_YEARS:
        yield EligibilityRule.AGE, f"Players must be {MINIMUM_AGE_YEARS} or older."
    if not player.state or player.state in excluded_states:
        yield EligibilityRule.STATE, "Residents of this state cannot take part."
    if not player.profile_complete:
        yield EligibilityRule.PROFILE_COMPLETE, "The profile is not complete."
    if drawing.eligibility.user_type is UserType.PREMIUM and not player.is_premium(now):
        yield EligibilityRule.USER_TYPE, "This drawing is for premium players."
    days = drawing.eligibility.min_account_age_days
    if now - player.created_at < timedelta(days=days):
        yield EligibilityRule.MIN_ACCOUNT_AGE_DAYS, f"The account must be at least {days} days old."


class PassedOverReason(StrEnum):
    """Why a holder's tickets cannot win, frozen at the close."""

    BANNED = "banned"
    DELETED = "deleted"  # nobody is there to be sent a prize
    SUSPENDED = "suspended"
    UNDER_REVIEW = "under_review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The standing, at the close, of somebody who holds tickets. `tag`: their pseudonym (FAIRNESS 2)."""

    tag: bytes
    status: AccountStatus
    under_review: bool = False


def passed_over(holders: Iterable[Holder]) -> tuple[PassedOver, ...]:
    """The holders who cannot win, with the gravest reason each, in the order of their tags."""
    found = {holder.tag: reason for holder in holders if (reason := passed_over_reason(holder))}
    return tuple(PassedOver(tag, found[tag]) for tag in sorted(found))


def passed_over_reason(holder: Holder) -> PassedOverReason | None:
    """Why `holder` cannot win, or `None`."""
    if holder.status is AccountStatus.BANNED:
        return PassedOverReason.BANNED
    if holder.status is AccountStatus.DELETED:
        return PassedOverReason.DELETED
    if holder.status is AccountStatus.SUSPENDED:
        return PassedOverReason.SUSPENDED
    return PassedOverReason.UNDER_REVIEW if holder.under_review else None

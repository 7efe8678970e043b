"""Who may register, with which password, and how often somebody may try to sign in (SPEC 1). Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from fittrack.accounts.problems import InvalidToken
from fittrack.kit.ids import UserId
from fittrack.kit.problems import FieldError
from fittrack.kit.standing import AccountStatus, Role
from fittrack.kit.states import is_eligible_state, is_state
from fittrack.profiles.rules import check_date_of_birth

RULES_VERSION: Final = "2026-01"
"""Of the sweepstakes rules that a registration accepts; recorded with it."""

PASSWORD_CHARACTERS: Final = (12, 128)
VERIFY_EMAIL: Final = "verify-email"
RESET_PASSWORD: Final = "reset-password"  # noqa: S105 - a purpose
"""What a code that was mailed is for."""

VERIFICATION_LIFETIME: Final = timedelta(hours=24)
INVITATION_LIFETIME: Final = timedelta(days=7)
"""Longer than a verification: nobody waits for it with the app open."""
RESET_LIFETIME: Final = timedelta(hours=1)

FAILED_LOGINS_MAX: Final = 5
LOCK_FIRST: Final = timedelta(minutes=15)
LOCK_MAX: Final = timedelta(hours=24)
MAILS_MAX: Final = 5
"""Letters to one address that one kind of request causes before it must wait: enough for a lost one."""

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# The HTML standard's form of an address, with a dot in the domain: no quotes, comments or lists, so that
# it goes into a letter's header as it is.
_EMAIL: Final = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What everybody declares who opens an account, whichever way they sign in."""

    date_of_birth: date
    state: str
    accepted_terms: bool
    accepted_rules: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(Declaration):
    """What somebody who registers told us."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failures since the last success or lock, locks so far, and until when it is locked."""

    failures: int = 0
    locks: int = 0
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailToken:
    """A token that was sent by mail, as the database knows it."""

    user_id: UserId
    expires_at: datetime
    used_at: datetime | None
    invited: bool = False
    """Whether the account waits for its holder to accept terms and rules."""


def email_key(email: str) -> str:
    """What is compared: emails compare case-insensitively."""
    return email.strip().lower()


def check_registration(form: Registration, today: date, excluded_states: Collection[str]) -> list[FieldError]:
    """Everything that keeps `form` from becoming an account; empty when nothing does."""
    return [
        *check_email(form.email),
        *check_password(form.password, email=form.email),
        *check_declaration(form, today, excluded_states),
    ]


def check_invitation(
    email: str, date_of_birth: date, state: str, today: date, excluded_states: Collection[str]
) -> list[FieldError]:
    """Everything that keeps an account from being made for somebody, who accepts terms and rules later."""
    return [
        *check_email(email),
        *check_date_of_birth(date_of_birth, today),
        *_check_state(state, excluded_states),
    ]


def check_acceptance(*, accepted_terms: bool, accepted_rules: bool) -> list[FieldError]:
    """Terms and rules are accepted explicitly."""
    return [
        *_check_accepted("/accepted_terms", accepted_terms, "The terms must be accepted"),
        *_check_accepted("/accepted_rules", accepted_rules, "The sweepstakes rules must be accepted"),
    ]


def check_correction(
    email: str | None, date_of_birth: date | None, state: str | None, today: date
) -> list[FieldError]:
    """What an administrator cannot correct an account to.

    People move to any state, also where they cannot take part.
    """
    return [
        *(check_email(email) if email is not None else []),
        *(check_date_of_birth(date_of_birth, today) if date_of_birth is not None else []),
        *(_check_state(state, ()) if state is not None else []),
    ]


def check_declaration(
    declared: Declaration, today: date, excluded_states: Collection[str]
) -> list[FieldError]:
    """Everything that keeps somebody who declares this from having an account."""
    return [
        *check_date_of_birth(declared.date_of_birth, today),
        *_check_state(declared.state, excluded_states),
        *check_acceptance(accepted_terms=declared.accepted_terms, accepted_rules=declared.accepted_rules),
    ]


def check_email(email: str) -> list[FieldError]:
    """Whether it looks like an address; only a letter to it tells."""
    return [] if _EMAIL.fullmatch(email.strip()) else [FieldError("/email", "That is not an email address")]


def check_password(password: str, pointer: str = "/password", *, email: str = "") -> list[FieldError]:
    """What a password lacks: length, upper and lower case, a digit, a special character.

    One that holds the account's own address is the first that anybody would try.
    """
    least, most = PASSWORD_CHARACTERS
    errors = []
    if not least <= len(password) <= most:
        errors.append(FieldError(pointer, f"Between {least} and {most} characters"))
    if email and email_key(email) in password.lower():
        errors.append(FieldError(pointer, "Not the email address"))
    wanted = (
        (any(map(str.isupper, password)), "At least one upper case letter"),
        (any(map(str.islower, password)), "At least one lower case letter"),
        (any(map(str.isdecimal, password)), "At least one digit"),
        (any(map(_is_special, password)), "At least one special character"),
    )
    return errors + [FieldError(pointer, sentence) for present, sentence in wanted if not present]


def after_failure(attempts: Attempts, now: datetime, limit: int = FAILED_LOGINS_MAX) -> Attempts:
    """One more failure: the last allowed one locks, each time twice as long, up to a day."""
    failures = attempts.failures + 1
    if failures < limit:
        return replace(attempts, failures=failures)
    # Seven doublings are more than a day: the exponent is bounded so that nothing overflows.
    length = min(LOCK_FIRST * 2 ** min(attempts.locks, 7), LOCK_MAX)
    return Attempts(0, attempts.locks + 1, now + length)


def is_locked(attempts: Attempts, now: datetime) -> bool:
    """Whether trying is in vain for now."""
    return attempts.locked_until is not None and now < attempts.locked_until


def can_sign_in(status: AccountStatus) -> bool:
    """Pending accounts sign in (to read, and to complete their profile); suspended ones do not."""
    return status in {AccountStatus.PENDING, AccountStatus.ACTIVE}


def check_token(token: EmailToken | None, now: datetime) -> None:
    """Raise `InvalidToken` unless `token` exists, is unused and in time."""
    if token is None or token.used_at is not None or now >= token.expires_at:
        raise InvalidToken


def status_after_verification(status: AccountStatus) -> AccountStatus:
    """A pending account becomes active; a suspended one stays what it is."""
    return AccountStatus.ACTIVE if status is AccountStatus.PENDING else status


def status_after_new_email(status: AccountStatus) -> AccountStatus:
    """An active account waits until the new address is verified; a suspended one stays what it is."""
    return AccountStatus.PENDING if status is AccountStatus.ACTIVE else status


def status_to_be(wanted: AccountStatus, *, is_verified: bool) -> AccountStatus:
    """What an admin's `active`, `suspended` or `banned` comes to: an unverified email is `pending`."""
    return AccountStatus.PENDING if wanted is AccountStatus.ACTIVE and not is_verified else wanted


def is_active_admin(role: Role, status: AccountStatus) -> bool:
    """Whether an account is one of those of which one must be left."""
    return role is Role.ADMIN and status is AccountStatus.ACTIVE


def premium_end(role: Role, premium_expires_at: datetime | None) -> datetime | None:
    """Only premium ends by itself."""
    return premium_expires_at if role is Role.PREMIUM else None


def _is_special(character: str) -> bool:
    return not character.isalnum() and not character.isspace() and character.isprintable()


def _check_state(state: str, excluded: Collection[str]) -> list[FieldError]:
    code = state.strip().upper()
    if not is_state(code):
        return [FieldError("/state", "That is not a state of the United States")]
    if not is_eligible_state(code, excluded):
        return [FieldError("/state", "Sweepstakes are not offered in this state")]
    return []


def _check_accepted(pointer: str, accepted: bool, sentence: str) -> list[FieldError]:
    return [] if accepted else [FieldError(pointer, sentence)]

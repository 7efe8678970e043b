"""Passwords, emails, locks and refresh tokens, by their rules alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.accounts.rules import (
    LOCK_MAX,
    Attempts,
    after_failure,
    check_email,
    check_password,
    email_key,
    is_locked,
    status_after_verification,
)
from fittrack.kit.ids import SessionId, UserId, uuid7
from fittrack.kit.standing import AccountStatus
from fittrack.sessions.rules import PresentedToken, Verdict, judge_refresh
from fittrack.sessions.tokens import REFRESH_PREFIX, hash_token, new_salt, new_token, successor

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
UPPER, LOWER, DIGITS, SPECIAL = "ABCXYZ", "abcxyz", "0123456789", "!?-_#€"


@given(st.data(), st.integers(12, 128))
def test_every_password_with_all_four_kinds_of_characters_is_accepted(
    data: st.DataObject, length: int
) -> None:
    needed = [data.draw(st.sampled_from(kind)) for kind in (UPPER, LOWER, DIGITS, SPECIAL)]
    rest = data.draw(
        st.lists(st.sampled_from(UPPER + LOWER + DIGITS + SPECIAL), min_size=length - 4, max_size=length - 4)
    )
    assert check_password("".join(data.draw(st.permutations(needed + rest)))) == []


@given(st.sets(st.sampled_from([UPPER, LOWER, DIGITS, SPECIAL]), min_size=1, max_size=3), st.data())
def test_a_password_is_told_each_kind_that_it_lacks(kinds: set[str], data: st.DataObject) -> None:
    alphabet = "".join(sorted(kinds))
    password = "".join(kind[0] for kind in kinds) + data.draw(st.text(alphabet, min_size=12, max_size=100))
    assert len(check_password(password)) == 4 - len(kinds)


@given(st.text(max_size=200))
def test_no_password_of_another_length_is_accepted(password: str) -> None:
    if not 12 <= len(password) <= 128:
        assert check_password(password)


@pytest.mark.parametrize("email", ["a@b.co", "first.last+tag@sub.example.com", " padded@example.com "])
def test_ordinary_emails_are_accepted(email: str) -> None:
    assert check_email(email) == []


@pytest.mark.parametrize(
    "email",
    ["", "a", "a@b", "@b.co", "a@.co", "a b@c.de", "a@b.c,d@e.fg", "a@b.co\r\nTo: x@y.zz", "ü@example.com"],
)
def test_what_is_no_email_is_refused(email: str) -> None:
    assert check_email(email)


@given(st.emails())
def test_emails_compare_case_insensitively(email: str) -> None:
    assert email_key(email.upper()) == email_key(email.lower())


@given(st.integers(1, 100))
def test_locks_double_from_15_minutes_up_to_a_day(failures: int) -> None:
    attempts, now, lengths = Attempts(), NOW, []
    for _ in range(failures):
        attempts = after_failure(attempts, now)
        if attempts.locked_until and is_locked(attempts, now):
            lengths.append(attempts.locked_until - now)
            now = attempts.locked_until
            assert not is_locked(attempts, now)
    expected = [min(timedelta(minutes=15 * 2**n), LOCK_MAX) for n in range(failures // 5)]
    assert lengths == expected


@pytest.mark.parametrize("status", AccountStatus)
def test_verifying_the_email_lifts_no_suspension(status: AccountStatus) -> None:
    after = status_after_verification(status)
    assert after is (AccountStatus.ACTIVE if status is AccountStatus.PENDING else status)


@given(st.timedeltas(timedelta(0), timedelta(days=40)), st.booleans(), st.booleans())
def test_a_used_token_is_good_again_only_for_the_same_device_within_the_grace(
    since: timedelta, same_device: bool, successor_used: bool
) -> None:
    token = PresentedToken(
        session_id=SessionId(uuid7()),
        user_id=UserId(uuid7()),
        user_agent="phone",
        session_ended=False,
        expires_at=NOW + timedelta(days=30),
        used_at=NOW,
        successor_used=successor_used,
    )
    verdict = judge_refresh(token, "phone" if same_device else "thief", NOW + since)
    if since >= timedelta(days=30):
        assert verdict is Verdict.REFUSE
    elif same_device and not successor_used and since <= timedelta(seconds=10):
        assert verdict is Verdict.REPEAT
    else:
        assert verdict is Verdict.REPLAYED


def test_a_successor_follows_from_token_and_salt_and_from_neither_alone() -> None:
    token, salt = new_token(REFRESH_PREFIX), new_salt()
    assert successor(token, salt) == successor(token, salt)
    others = {successor(token, new_salt()), successor(new_token(REFRESH_PREFIX), salt)}
    assert successor(token, salt) not in others
    assert hash_token(successor(token, salt)) != hash_token(token)

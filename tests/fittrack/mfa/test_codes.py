"""Which code is right, and when: RFC 6238's own vectors, the skew, the way codes are written."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyotp import TOTP

from fittrack.mfa import rules, secret

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
"""RFC 6238, appendix B, SHA-1: eight digits, of which ours are the last six."""

instants = st.integers(1_577_836_800, 2_840_140_800).map(lambda s: datetime.fromtimestamp(s, UTC))
secrets_ = st.binary(min_size=20, max_size=20).map(lambda raw: base64.b32encode(raw).decode())


@pytest.mark.parametrize(("seconds", "digits"), VECTORS.items())
def test_the_vectors_of_the_rfc_match_at_their_instants(seconds: int, digits: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert rules.matching_step(RFC_SECRET, digits[-6:], now) == seconds // 30


@given(secrets_, instants, st.integers(-5, 5))
def test_a_code_is_taken_one_step_around_its_own_and_no_further(key: str, now: datetime, away: int) -> None:
    around = {TOTP(key).at(now, counter_offset=steps): rules.time_step(now) + steps for steps in (-1, 0, 1)}
    code = TOTP(key).at(now, counter_offset=away)
    found = rules.matching_step(key, code, now)
    assert (found is not None) == (code in around)
    if abs(away) <= 1 and len(around) == 3:
        assert found == rules.time_step(now) + away


@given(secrets_, instants, st.text(max_size=64))
def test_anything_else_is_no_code(key: str, now: datetime, typed: str) -> None:
    right = {TOTP(key).at(now, counter_offset=steps) for steps in (-1, 0, 1)}
    assert (rules.matching_step(key, rules.bare(typed), now) is None) == (rules.bare(typed) not in right)


@given(instants, st.timedeltas(timedelta(0), timedelta(hours=1)))
def test_an_enrolled_secret_waits_a_quarter_of_an_hour(now: datetime, later: timedelta) -> None:
    assert rules.is_waiting(now, now + later) == (later < timedelta(minutes=15))


def test_recovery_codes_are_many_random_and_read_as_they_are_shown() -> None:
    codes = secret.new_recovery_codes()
    assert len(set(codes)) == 10
    for code in codes:
        assert len(base64.b32decode(code)) * 8 >= 112, "OWASP ASVS 5, 6.5.2"
        shown = rules.in_groups(code)
        assert len(shown.split("-")) == 6
        assert rules.bare(shown) == rules.bare(f" {shown.lower()} ") == code


def test_a_secret_has_the_bits_that_the_rfc_recommends_and_says_whose_it_is() -> None:
    key = secret.new_secret()
    assert len(base64.b32decode(key)) * 8 == 160
    uri = secret.otpauth_uri(key, "boss@test.example")
    assert uri.startswith("otpauth://totp/FitTrack:boss%40test.example?")
    assert f"secret={key}" in uri and "issuer=FitTrack" in uri

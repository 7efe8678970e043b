"""The second factor as REST takes and gives it (SPEC 1)."""

from typing import Annotated

from msgspec import Meta

from fittrack.accounts.schemas import Password
from fittrack.server.schemas import Answer, Input
from protocol.shapes import Instant

CODE_LENGTH_MAX = 64  # a recovery code has 24 characters, and whatever separates them


class Enroll(Input, frozen=True, kw_only=True):
    """`POST auth/mfa/enroll`. The first enrolment needs the password; another one a fresh check instead."""

    password: Password | None = None


class Enrolled(Answer, frozen=True, kw_only=True):
    """What the authenticator app needs. Shown once; it waits 15 minutes for its first code."""

    secret: str
    otpauth_uri: str


class Code(Input, frozen=True, kw_only=True):
    """A code of the authenticator; `mfa/verify` takes a recovery code as well."""

    code: Annotated[str, Meta(min_length=1, max_length=CODE_LENGTH_MAX)]


class Confirmed(Answer, frozen=True, kw_only=True):
    """The second factor is in force. The recovery codes work once each and are shown only here."""

    recovery_codes: list[str]
    checked_at: Instant
    valid_until: Instant


class Checked(Answer, frozen=True, kw_only=True):
    """This session has shown its second factor, which counts until `valid_until`."""

    checked_at: Instant
    valid_until: Instant
    recovery_codes_left: int

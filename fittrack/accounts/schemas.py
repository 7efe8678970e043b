"""Accounts as REST takes and gives them (SPEC 10)."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from fittrack.integrations.oidc import ID_TOKEN_LENGTH_MAX
from fittrack.kit.standing import AccountStatus, Role
from fittrack.profiles.schemas import Profile
from protocol.shapes import Instant

EMAIL_LENGTH_MAX = 254  # RFC 5321, a path without its brackets
PASSWORD_BYTES_MAX = 1_024  # what is longer is not even looked at
TOKEN_LENGTH_MAX = 200
DEVICE_ID_LENGTH_MAX = 200
NONCE_LENGTH_MAX = 200
REASON_LENGTH_MAX = 500  # what the audit log keeps

Email = Annotated[str, Meta(max_length=EMAIL_LENGTH_MAX)]
Password = Annotated[str, Meta(max_length=PASSWORD_BYTES_MAX)]
Token = Annotated[str, Meta(min_length=1, max_length=TOKEN_LENGTH_MAX)]
Reason = Annotated[str, Meta(min_length=3, max_length=REASON_LENGTH_MAX, pattern=r"\S")]
State = Annotated[str, Meta(max_length=50, description="State of residence, two letters")]
DeviceId = Annotated[str, Meta(min_length=1, max_length=DEVICE_ID_LENGTH_MAX, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Register(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST auth/register`. Terms and rules must be accepted explicitly."""

    email: Email
    password: Password
    date_of_birth: date
    state: State
    accepted_terms: bool
    accepted_rules: bool
    device_id: DeviceId | None = None


class Registered(Struct, frozen=True, kw_only=True):
    user_id: UUID
    email: str
    status: AccountStatus
    message: str


class Invite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST users`: an account for somebody who gets an invitation instead of a password."""

    email: Email
    date_of_birth: date
    state: State
    reason: Reason | None = None


class Invited(Struct, frozen=True, kw_only=True):
    user_id: UUID
    email: str
    status: AccountStatus
    role: Role
    invitation_expires_at: Instant


class AcceptInvitation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST auth/accept-invitation`: the token from the mail."""

    token: Token
    password: Password
    accepted_terms: bool
    accepted_rules: bool


class Correction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`PATCH users/{id}`: what is given is changed. The reason goes to the audit log."""

    email: Email | UnsetType = UNSET
    date_of_birth: date | UnsetType = UNSET
    state: State | UnsetType = UNSET
    reason: Reason


class Account(Struct, frozen=True, kw_only=True):
    """Whose an account is, after an admin corrected it."""

    user_id: UUID
    email: str
    email_verified: bool
    date_of_birth: date
    state_of_residence: str
    status: AccountStatus
    role: Role


class TokenBody(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST auth/verify-email`: the token from the mail."""

    token: Token


class Verified(Struct, frozen=True, kw_only=True):
    user_id: UUID
    email: str
    status: AccountStatus


class EmailBody(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST auth/resend-verification` and `auth/forgot-password`."""

    email: Email


class Message(Struct, frozen=True):
    """A sentence for the person who asked."""

    message: str


class Login(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    email: Email
    password: Password
    device_id: DeviceId | None = None


class SocialSignIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST auth/social/google` and `/apple`. Who has no account gets one by the fields below `device_id`."""

    id_token: Annotated[str, Meta(min_length=1, max_length=ID_TOKEN_LENGTH_MAX)]
    nonce: Annotated[str, Meta(min_length=1, max_length=NONCE_LENGTH_MAX)] | None = None
    device_id: DeviceId | None = None
    email: Annotated[Email, Meta(description="Where the ID token has none")] | None = None
    date_of_birth: date | None = None
    state: State | None = None
    accepted_terms: bool | None = None
    accepted_rules: bool | None = None


class Refresh(Struct, frozen=True, forbid_unknown_fields=True):
    refresh_token: Token


class SignedInUser(Struct, frozen=True, kw_only=True):
    user_id: UUID
    email: str
    role: Role
    status: AccountStatus
    point_balance: int


class SignedIn(Struct, frozen=True, kw_only=True):
    """Login and refresh. `expires_in` is in seconds, of the access token."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"]
    expires_in: int
    user: SignedInUser


class ResetPassword(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST auth/reset-password`: the token from the mail."""

    token: Token
    new_password: Password


class ChangePassword(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    current_password: Password
    new_password: Password


class AccountStanding(Struct, frozen=True, kw_only=True):
    """What an account may do, after an admin changed it."""

    user_id: UUID
    status: AccountStatus
    role: Role
    premium_expires_at: Instant | None


class Session(Struct, frozen=True, kw_only=True):
    """A sign-in on one device."""

    session_id: UUID
    device_id: str | None
    user_agent: str | None
    ip_address: str | None
    created_at: Instant
    last_used_at: Instant
    expires_at: Instant
    current: bool


class Sessions(Struct, frozen=True):
    items: list[Session]


class Connection(Struct, frozen=True, kw_only=True):
    """A tracker, as `GET users/me` shows it."""

    provider: str
    is_primary: bool
    sync_status: str
    last_sync_at: Instant | None


class Stats(Struct, frozen=True, kw_only=True):
    total_points_earned: int
    drawings_entered: int
    prizes_won: int


class Me(Struct, frozen=True, kw_only=True):
    """`GET users/me` and `GET auth/me`."""

    user_id: UUID
    email: str
    status: AccountStatus
    role: Role
    premium_expires_at: Instant | None
    email_verified: bool
    point_balance: int
    profile: Profile | None
    connections: list[Connection]
    stats: Stats
    created_at: Instant


class PublicProfile(Struct, frozen=True, kw_only=True):
    """What everybody signed in may see of a player, and nothing else (SPEC 1, privacy)."""

    user_id: UUID
    display_name: str
    tier_code: str
    tier_name: str
    rank: int | None
    """Of all time, among everybody; null without points."""
    member_since: str

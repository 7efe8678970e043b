"""Accounts and ledgers as administrators read and change them (SPEC 10)."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from fittrack.accounts.schemas import EMAIL_LENGTH_MAX, Me, Reason
from fittrack.kit.standing import AccountStatus, Role
from fittrack.profiles.tiers import TIER_PATTERN
from fittrack.server.schemas import Answer, CursorQuery, Input, PageQuery
from protocol.shapes import InboundInstant, Instant, Transaction, TransactionType

ADJUSTMENT_MAX = 1_000_000
"""Points in one adjustment: nearly three years of days at the cap. More is a slip of the finger."""

Text = Annotated[str, Meta(min_length=1, max_length=EMAIL_LENGTH_MAX)]
TierCode = Annotated[str, Meta(pattern=TIER_PATTERN, max_length=12)]


class Sort(StrEnum):
    """By what accounts are sorted; a minus turns it round."""

    NEWEST = "-created_at"
    OLDEST = "created_at"
    EMAIL = "email"
    EMAIL_DOWN = "-email"
    NAME = "display_name"
    NAME_DOWN = "-display_name"


class UsersQuery(PageQuery, frozen=True, kw_only=True):
    """Parameters of `GET admin/users`. `q` is part of email or display name, in any case."""

    q: Text | None = None
    email: Text | None = None
    name: Text | None = None
    status: AccountStatus | None = None
    role: Role | None = None
    tier: TierCode | None = None
    under_review: bool | None = None
    sort: Sort = Sort.NEWEST


class UserRow(Answer, frozen=True, kw_only=True):
    """An account in the list. A deleted one has no email any more."""

    user_id: UUID
    email: str | None
    display_name: str | None
    status: AccountStatus
    role: Role
    premium_expires_at: Instant | None
    tier_code: str | None
    under_review: bool
    created_at: Instant


class UserDetail(Me, frozen=True, kw_only=True):
    """An account as its owner sees it, and what only administrators see."""

    under_review: bool
    mfa_enrolled: bool
    live_sessions: int
    last_seen_at: Instant | None
    """When a session was last begun or refreshed."""
    standing_changed_at: Instant
    """The version of status and role; the `ETag` says the same."""


class ActionsQuery(CursorQuery, frozen=True, kw_only=True):
    """Parameters of `GET admin/users/{id}/actions`."""


class StatusChange(Input, frozen=True, kw_only=True):
    """`PUT admin/users/{id}/status`. The reason goes to the audit log."""

    status: Literal["active", "suspended", "banned"]
    reason: Reason


class RoleChange(Input, frozen=True, kw_only=True):
    """`PUT admin/users/{id}/role`. `premium` needs its end, the others have none."""

    role: Role
    premium_expires_at: InboundInstant | None = None
    reason: Reason | None = None


Points = Annotated[int, Meta(ge=-ADJUSTMENT_MAX, le=ADJUSTMENT_MAX, description="Signed, not zero")]


class Adjustment(Input, frozen=True, kw_only=True):
    """`POST admin/users/{id}/adjust-points`. The player reads the reason too."""

    amount: Points
    reason: Reason


class AdjustmentOf(Adjustment, frozen=True, kw_only=True):
    """`POST transactions`."""

    user_id: UUID


class TransactionsQuery(CursorQuery, frozen=True, kw_only=True):
    """Parameters of `GET transactions`; `from` is included, `to` is not."""

    user_id: UUID | None = None
    type: TransactionType | None = None
    reference_type: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    since: InboundInstant | None = msgspec.field(default=None, name="from")
    until: InboundInstant | None = msgspec.field(default=None, name="to")


class PlayersTransaction(Transaction, frozen=True, kw_only=True):
    """A ledger entry, and whose it is."""

    user_id: UUID
    display_name: str | None

"""Export and deletion as REST takes and gives them (SPEC 10)."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from fittrack.accounts.schemas import Password
from fittrack.server.schemas import Answer, Input
from protocol.shapes import Instant


class DeletionForm(Input, frozen=True, kw_only=True):
    """`DELETE users/me`: the password, or nothing for an account that has none and signed in just now."""

    password: Password | None = None


class AdminDeletionForm(Input, frozen=True, kw_only=True):
    """`DELETE users/{id}`: why."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class AccountDeleted(Answer, frozen=True, kw_only=True):
    """The account is gone; what is left of it is erased within seconds."""

    user_id: UUID
    deleted_at: Instant

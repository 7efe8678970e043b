"""`GET /admin/audit`: parameters and answers (SPEC 10)."""

from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Meta

from fittrack.audit.action import NAME_LENGTH_MAX
from fittrack.server.schemas import Answer, CursorQuery
from protocol.shapes import InboundInstant, Instant

Name = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX)]
SubjectType = Annotated[str, Meta(min_length=1, max_length=40)]
SubjectId = Annotated[str, Meta(min_length=1, max_length=64)]


class AuditQuery(CursorQuery, frozen=True, kw_only=True):
    """Parameters of `GET admin/audit`; `from` is included, `to` is not."""

    actor: UUID | None = None
    action: Name | None = None
    subject_type: SubjectType | None = None
    subject_id: SubjectId | None = None
    since: InboundInstant | None = msgspec.field(default=None, name="from")
    until: InboundInstant | None = msgspec.field(default=None, name="to")


class Position(NamedTuple):
    """Where a record stands in the list."""

    created_at: InboundInstant
    audit_id: UUID


class Record(Answer, frozen=True, kw_only=True):
    """One action: who did what, to what, what was before and after, why, from where."""

    audit_id: UUID
    created_at: Instant
    actor_id: UUID | None
    """Null: the system itself, or somebody at the command line."""
    actor_email: str | None
    """As the account has it now."""
    action: str
    subject_type: str
    subject_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None
    request_id: str | None
    address: str | None
    content_erased: bool
    """States and reason were personal and are gone."""
    address_erased: bool
    chain_seq: int | None
    """Null until it is sealed, about a second."""
    row_hash: str | None

"""Making the row that records an action, to be written in the transaction of its effect.

- An actor's unit: `unit.inserts = [..., audit_row(action, intention.origin, now)]`.
- Elsewhere (`journal.transact`, the command line): `statements.record(conn, action, origin, now)`.
"""

import os
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from fittrack.audit.action import NAME_LENGTH_MAX, REASON_LENGTH_MAX, Action, State
from fittrack.audit.chain import SALT_BYTES, commit_address, commit_content
from fittrack.db.handles import Table
from fittrack.db.tables.operations import audit_log
from fittrack.kit.clock import whole_milliseconds
from fittrack.kit.ids import uuid7_of
from fittrack.kit.origin import Origin

ADDRESS_LENGTH_MAX: Final = 45
"""Characters: the longest IPv6 address."""

_encode = msgspec.json.Encoder(order="deterministic").encode


def audit_row(action: Action, origin: Origin, now: datetime) -> tuple[Table, tuple[Any, ...]]:
    """The row of `action`, in the table's column order. Safe on any thread and in any process."""
    assert 0 < len(action.name) <= NAME_LENGTH_MAX, "an action has a short name"
    created_at = whole_milliseconds(now)
    address = (origin.address or "")[:ADDRESS_LENGTH_MAX] or None
    ip_salt = None if address is None else os.urandom(SALT_BYTES)
    ip_commit = None if address is None or ip_salt is None else commit_address(ip_salt, address)
    before, after, reason = _document(action.before), _document(action.after), _reason(action)
    content_salt = content_commit = None
    if (before, after, reason) != (None, None, None):
        content_salt = os.urandom(SALT_BYTES)
        content_commit = commit_content(content_salt, before, after, reason)
    return audit_log, (
        uuid7_of(created_at),
        origin.actor_id,
        action.name,
        action.subject_type,
        _subject(action.subject_id),
        before,
        after,
        reason,
        content_salt,
        content_commit,
        origin.request_id or None,
        address,
        ip_salt,
        ip_commit,
        created_at,
        None,
        None,
        None,
    )


def _document(state: State | None) -> bytes | None:
    return None if state is None else _encode(state)


def _subject(subject_id: UUID | str | None) -> str | None:
    return None if subject_id is None else str(subject_id) or None


def _reason(action: Action) -> str | None:
    return (action.reason or "")[:REASON_LENGTH_MAX] or None

"""What the audit log says of second factors: how they stood and stand, never what is secret of them."""

from datetime import datetime

from msgspec import Struct

from fittrack.audit.action import Action
from fittrack.audit.statements import record
from fittrack.db.handles import Connection
from fittrack.kit.ids import UserId
from fittrack.kit.origin import Origin
from fittrack.mfa import queries
from protocol.shapes import WireInstant, instant


class FactorState(Struct, frozen=True, kw_only=True):
    """An account's second factor as others may know it."""

    in_force_since: WireInstant | None
    waits_for_first_code: bool
    recovery_codes_left: int


def state_of(conn: Connection, user_id: UserId) -> FactorState:
    """How the account's second factor stands in the transaction under way."""
    factor = queries.find(conn, user_id)
    return FactorState(
        in_force_since=None if factor.confirmed_at is None else instant(factor.confirmed_at),
        waits_for_first_code=factor.sealed_candidate is not None,
        recovery_codes_left=queries.recovery_codes_left(conn, user_id),
    )


def record_change(
    conn: Connection, name: str, user_id: UserId, before: FactorState, *, origin: Origin, now: datetime
) -> None:
    """Record what was done to an account's second factor, once it is done."""
    after = state_of(conn, user_id)
    action = Action(name=name, subject_type="user", subject_id=user_id, before=before, after=after)
    record(conn, action, origin, now)

"""Taking away the second factor of an admin who lost it, from the command line (SPEC 1)."""

from datetime import datetime

import structlog

from fittrack.accounts import attempt_queries, rules
from fittrack.accounts import queries as accounts
from fittrack.accounts.attempts import MFA
from fittrack.accounts.services import subject_hash
from fittrack.db.handles import Engine
from fittrack.kit.ids import UserId
from fittrack.kit.origin import SYSTEM, Origin
from fittrack.kit.problems import NotFound
from fittrack.kit.standing import Role
from fittrack.mail.letters import SecurityNotice
from fittrack.mail.postbox import Postbox
from fittrack.mail.queries import put
from fittrack.mfa import queries
from fittrack.mfa.actions import record_change, state_of
from fittrack.sessions import queries as sessions
from fittrack.sessions.queries import EndReason

log = structlog.get_logger(__name__)

TAKEN_AWAY = "An operator took away the second factor of your account. Enrol another after signing in."


def reset_mfa(
    engine: Engine, postbox: Postbox, email: str, *, now: datetime, origin: Origin = SYSTEM
) -> UserId:
    """Forget the factor and its recovery codes, and end every session. Raises `NotFound`.

    For use beside a running server too: it is one short transaction, and nodes see ended sessions within a
    second.
    """
    with engine.begin() as connection:
        account = accounts.credentials(connection, rules.email_key(email))
        if account is None or account.role is not Role.ADMIN:
            raise NotFound("There is no administrator with this email")
        user_id = account.user_id
        sessions.hold_account(connection, user_id)
        before = state_of(connection, user_id)
        queries.erase(connection, user_id)
        attempt_queries.clear(connection, MFA, subject_hash(str(user_id)))
        sessions.end_all(connection, user_id, now, EndReason.MFA)
        put(connection, postbox.row(user_id, SecurityNotice(TAKEN_AWAY), now))
        record_change(connection, "mfa.reset", user_id, before, origin=origin, now=now)
    log.warning("mfa.reset", user_id=str(user_id))
    return user_id

"""What is erased for its age, a bounded number of rows in each transaction.

None of it is state that a decision relies on any more, so that no actor is asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Connection, Table, and_, delete, exists, or_, select, update

from fittrack.db.log_queries import FORGOTTEN, KEY_LIFETIME
from fittrack.db.row_queries import insert_unless_there
from fittrack.db.tables.accounts import users
from fittrack.db.tables.activities import activities
from fittrack.db.tables.drawings import fulfillments
from fittrack.db.tables.logs import drawing_log
from fittrack.db.tables.messages import (
    mail_outbox,
    webhook_attempts,
    webhook_deliveries,
    webhook_endpoints,
    webhook_events,
)
from fittrack.db.tables.operations import (
    account_devices,
    account_reviews,
    audit_log,
    idempotency,
    retention_marks,
    review_appeals,
)
from fittrack.db.tables.partners import api_client_usage, oauth_states
from fittrack.db.tables.prizes import shipping_addresses
from fittrack.db.tables.sessions import (
    attempts,
    email_tokens,
    mfa_used_codes,
    refresh_tokens,
    sessions,
    used_id_tokens,
)
from fittrack.kit.ids import least_uuid7
from fittrack.privacy import rules
from fittrack.server.queries import KEPT_FOR
from fittrack.webhooks.rules import KEPT as WEBHOOKS_KEPT

ROWS_PER_TRANSACTION: Final = 900
"""Some milliseconds of the writer's time, and few enough for any database's `IN`."""

ACTIVITIES: Final = "activities"
KEYS: Final = "keys of players"
"""Subjects of the marks that say up to which day activities are erased, and keys of players' units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Rows of `table` that are old at an instant: they go, or lose `values`."""

    table: Table
    key: Column[Any]
    old: Callable[[datetime], Any]
    values: Mapping[str, None] = field(default_factory=dict)


def _of_messages(table: Table) -> Rule:
    """Rows about webhooks, which age with what they tell of: ids of messages begin with its instant."""
    message_id = table.c.message_id
    return Rule(table=table, key=message_id, old=lambda now: message_id < least_uuid7(now - WEBHOOKS_KEPT))


def _old_review(now: datetime) -> Any:
    # One that is open or confirmed keeps its account under review, however old it is.
    return and_(
        account_reviews.c.status == "cleared",
        account_reviews.c.resolved_at <= now - rules.CLEARED_REVIEWS_KEPT,
    )


def _old_session(now: datetime) -> Any:
    # Their last use is the last time that the address was seen. The second condition has an index.
    return and_(
        sessions.c.last_used_at <= now - rules.ADDRESSES_OF_CLIENTS_KEPT, sessions.c.expires_at <= now
    )


RULES: Final[Mapping[str, Rule]] = {
    "emails of deleted accounts": Rule(
        table=users,
        key=users.c.user_id,
        old=lambda now: and_(users.c.deleted_at <= now - rules.EMAILS_KEPT, users.c.email.is_not(None)),
        values={"email": None},
    ),
    "refresh tokens": Rule(
        table=refresh_tokens,
        key=refresh_tokens.c.token_hash,
        old=lambda now: refresh_tokens.c.session_id.in_(
            select(sessions.c.session_id).where(_old_session(now))
        ),
    ),
    "sessions": Rule(
        table=sessions,
        key=sessions.c.session_id,
        old=lambda now: and_(
            _old_session(now), ~exists().where(refresh_tokens.c.session_id == sessions.c.session_id)
        ),
    ),
    "addresses in the audit log": Rule(
        table=audit_log,
        key=audit_log.c.audit_id,
        old=lambda now: and_(
            audit_log.c.created_at <= now - rules.ADDRESSES_OF_CLIENTS_KEPT, audit_log.c.ip_salt.is_not(None)
        ),
        values={"ip_address": None, "ip_salt": None},
    ),
    "shipping addresses": Rule(
        table=shipping_addresses,
        key=shipping_addresses.c.fulfillment_id,
        old=lambda now: shipping_addresses.c.erase_at <= now,
    ),
    "parcels of deleted accounts": Rule(
        table=fulfillments,
        key=fulfillments.c.fulfillment_id,
        old=lambda now: and_(
            fulfillments.c.status.in_(rules.FULFILLMENT_OVER),
            or_(fulfillments.c.carrier.is_not(None), fulfillments.c.tracking_number.is_not(None)),
            fulfillments.c.user_id.in_(select(users.c.user_id).where(users.c.deleted_at <= now)),
        ),
        values={"carrier": None, "tracking_number": None},
    ),
    "codes sent by mail": Rule(
        table=email_tokens,
        key=email_tokens.c.token_hash,
        old=lambda now: email_tokens.c.expires_at <= now - rules.EMAIL_TOKENS_KEPT,
    ),
    "used codes": Rule(
        table=mfa_used_codes,
        key=mfa_used_codes.c.time_step,
        old=lambda now: mfa_used_codes.c.used_at <= now - rules.USED_CODES_KEPT,
    ),
    "attempts": Rule(
        table=attempts,
        key=attempts.c.subject_hash,
        old=lambda now: attempts.c.updated_at <= now - rules.ATTEMPTS_KEPT,
    ),
    "letters": Rule(
        table=mail_outbox,
        key=mail_outbox.c.mail_id,
        old=lambda now: and_(
            mail_outbox.c.mail_id < least_uuid7(now - rules.LETTERS_KEPT), mail_outbox.c.next_due_at.is_(None)
        ),
    ),
    "appeals": Rule(
        table=review_appeals,
        key=review_appeals.c.appeal_id,
        old=lambda now: review_appeals.c.review_id.in_(
            select(account_reviews.c.review_id).where(_old_review(now))
        ),
    ),
    "reviews": Rule(
        table=account_reviews,
        key=account_reviews.c.review_id,
        old=lambda now: and_(
            _old_review(now), ~exists().where(review_appeals.c.review_id == account_reviews.c.review_id)
        ),
    ),
    "devices": Rule(
        table=account_devices,
        key=account_devices.c.device_id,
        old=lambda now: account_devices.c.noted_at <= now - rules.DEVICES_KEPT,
    ),
    "sign-ins at providers": Rule(
        table=oauth_states,
        key=oauth_states.c.state_hash,
        old=lambda now: oauth_states.c.expires_at <= now - rules.OAUTH_STATES_KEPT,
    ),
    "usage of clients": Rule(
        table=api_client_usage,
        key=api_client_usage.c.day,
        old=lambda now: api_client_usage.c.day <= (now - rules.USAGE_OF_CLIENTS_KEPT).date(),
    ),
    "attempts at webhooks": _of_messages(webhook_attempts),
    "deliveries of webhooks": _of_messages(webhook_deliveries),
    "webhooks": _of_messages(webhook_events),
    "answers to requests": Rule(
        table=idempotency,
        key=idempotency.c.idem_key,
        old=lambda now: idempotency.c.created_at < now - KEPT_FOR,
    ),
    "keys of drawings": Rule(
        table=drawing_log,
        key=drawing_log.c.idem_key,
        old=lambda now: and_(
            drawing_log.c.idem_key.is_not(None), drawing_log.c.created_at < now - KEY_LIFETIME
        ),
        values=FORGOTTEN,
    ),
    # What is refused for its age need not be remembered.
    "used ID tokens": Rule(
        table=used_id_tokens,
        key=used_id_tokens.c.token_hash,
        old=lambda now: used_id_tokens.c.token_ends <= now,
    ),
    "endpoints of webhooks": Rule(
        table=webhook_endpoints,
        key=webhook_endpoints.c.endpoint_id,
        old=lambda now: and_(
            webhook_endpoints.c.deleted_at <= now,
            ~exists().where(webhook_deliveries.c.endpoint_id == webhook_endpoints.c.endpoint_id),
        ),
    ),
}
"""By name, in order: sessions go after their tokens, reviews after their appeals, endpoints at last."""


def erase_old(conn: Connection, name: str, now: datetime) -> int:
    """Erase some of what a rule calls old; returns how many rows. Fewer than the bound: that was all."""
    rule = RULES[name]
    old = rule.old(now)
    these = and_(old, rule.key.in_(select(rule.key).where(old).limit(ROWS_PER_TRANSACTION)))
    if rule.values:
        return conn.execute(update(rule.table).where(these).values(rule.values)).rowcount
    return conn.execute(delete(rule.table).where(these)).rowcount


def erased_before(conn: Connection, subject: str) -> date | None:
    """The first day of which all is kept; None: nothing was erased yet."""
    mark = retention_marks.c
    return conn.execute(select(mark.erased_before).where(mark.subject == subject)).scalar_one_or_none()


def mark_erased(conn: Connection, subject: str, before: date, now: datetime) -> None:
    """From now on what is of days before `before` may be gone."""
    mark = retention_marks.c
    first = {"subject": subject, "erased_before": before, "updated_at": now}
    if erased_before(conn, subject) is None and insert_unless_there(conn, retention_marks, first):
        return
    earlier = (mark.subject == subject, mark.erased_before < before)
    conn.execute(update(retention_marks).where(*earlier).values(erased_before=before, updated_at=now))


def forget_mark(conn: Connection, subject: str) -> None:
    """It is not known any more of which days all is kept."""
    conn.execute(delete(retention_marks).where(retention_marks.c.subject == subject))


def have_activities_before(conn: Connection, owners: Sequence[UUID], before: date) -> bool:
    """Whether any of these players has activities of days before that one."""
    found = select(activities.c.user_id).where(activities.c.user_id.in_(owners), activities.c.day < before)
    return conn.execute(found.limit(1)).first() is not None


def erase_activities(conn: Connection, owners: Sequence[UUID], before: date) -> int:
    """Erase some activities of these players; returns how many. The totals of their days stay."""
    rows = conn.execute(
        select(activities.c.user_id, activities.c.activity_id)
        .where(activities.c.user_id.in_(owners), activities.c.day < before)
        .order_by(activities.c.user_id)
        .limit(ROWS_PER_TRANSACTION)
    ).all()
    for user_id, group in groupby(rows, key=lambda row: row.user_id):
        ids = [row.activity_id for row in group]
        conn.execute(
            delete(activities).where(activities.c.user_id == user_id, activities.c.activity_id.in_(ids))
        )
    return len(rows)

"""Ending an account and erasing what is personal: statements for units of the player's own log.

The first unit (`ending`) makes the account unusable and erases what is little; `STEPS` erase what may be
much, a bounded number of rows in each unit, again and again until nothing is left.

What stays: the ledger, the totals of days, entries and draws, under ids that name nobody any more; when
terms and rules were accepted, and which; that actions were recorded. Kept for its time: the address.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    Executable,
    Select,
    Table,
    Update,
    and_,
    case,
    delete,
    exists,
    null,
    or_,
    select,
    update,
)

from fittrack.connections.statements import revoke_all
from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.activities import activities
from fittrack.db.tables.drawings import fulfillments, winners
from fittrack.db.tables.logs import drawing_log, effects, inbox, user_log
from fittrack.db.tables.messages import mail_outbox, notification_preferences
from fittrack.db.tables.operations import (
    account_devices,
    account_reviews,
    audit_log,
    idempotency,
    review_appeals,
)
from fittrack.db.tables.partners import oauth_states, tracker_connections
from fittrack.db.tables.prizes import fulfillment_transitions, shipping_addresses
from fittrack.db.tables.sessions import (
    attempts,
    email_tokens,
    identities,
    mfa_recovery_codes,
    mfa_secrets,
    mfa_used_codes,
    refresh_tokens,
    sessions,
)
from fittrack.kit.ids import UserId
from fittrack.kit.standing import AccountStatus, Role
from fittrack.privacy.rules import ERASED_BIRTH, ERASED_STATE, FULFILLMENT_OVER

ERASURE: Final = "erasure"
"""The effect that erases what `ending` left. The subject is the account, so it ends once."""

DELETION: Final = "user.delete"
"""The action by which the audit log tells of it."""

ROWS_PER_UNIT: Final = 1_000
"""Rows erased in one transaction: some milliseconds of the writer's time."""

_SMALL: Final = (
    profiles,
    identities,
    mfa_secrets,
    mfa_used_codes,
    mfa_recovery_codes,
    email_tokens,
    oauth_states,
    tracker_connections,
    notification_preferences,
    review_appeals,  # before the reviews that they refer to
    account_reviews,
    account_devices,
)
"""Tables of which somebody has a few rows."""


def ending(
    user_id: UserId,
    now: datetime,
    *,
    subjects: Iterable[bytes],
    scopes: Iterable[UUID],
    last_letter: UUID,
) -> list[Executable]:
    """The account is over: nobody signs in, nobody is written to but by `last_letter`.

    `subjects` are what the account's attempts are counted under, `scopes` those of its idempotency keys.
    The first statement breaks a constraint when no administrator would be left. Prizes that are not under
    way are forfeited by the unit that ends the account (`actors.user_privacy`), before what was written of
    them goes.
    """
    return [
        _end_account(user_id, now),
        update(sessions)
        .where(sessions.c.user_id == user_id)
        .values(live_device=None, device_id=None, user_agent=None, ip_address=None),
        revoke_all(user_id, now),  # before the connections go
        *(delete(table).where(table.c.user_id == user_id) for table in _SMALL),
        delete(attempts).where(attempts.c.subject_hash.in_(list(subjects))),
        delete(idempotency).where(idempotency.c.scope_id.in_(list(scopes))),
        update(mail_outbox)
        .where(
            mail_outbox.c.user_id == user_id,
            mail_outbox.c.next_due_at.is_not(None),
            mail_outbox.c.mail_id != last_letter,
        )
        .values(sealed_letter=None, next_due_at=None, failed_at=now),
        delete(shipping_addresses).where(shipping_addresses.c.fulfillment_id.in_(_prizes_of(user_id))),
        update(fulfillment_transitions)
        .where(fulfillment_transitions.c.fulfillment_id.in_(_prizes_of(user_id)))
        .values(note=None),
        update(fulfillments)
        .where(fulfillments.c.user_id == user_id, fulfillments.c.notes.is_not(None))
        .values(notes=None),
    ]


def erasure_row(user_id: UserId, now: datetime) -> tuple[Table, tuple[Any, ...]]:
    """The effect that is owed to somebody who left."""
    return effects, (ERASURE, user_id, user_id, b"{}", now)


class Step(NamedTuple):
    """A kind of rows to erase: whether any are left, and a statement that erases some of them."""

    name: str
    left: Callable[[UserId], Select[Any]]
    erase: Callable[[UserId], Executable]


def _rows(name: str, table: Table, key: Column[Any], which: Callable[[UserId], Any]) -> Step:
    """Rows of `table` that go."""

    def erase(user_id: UserId) -> Executable:
        return delete(table).where(which(user_id), key.in_(_some(key, which(user_id))))

    return Step(name, lambda user_id: _some(key, which(user_id), 1), erase)


def _values(name: str, table: Table, key: Column[Any], which: Callable[[UserId], Any], **values: Any) -> Step:
    """Rows of `table` that stay without what is personal in them."""

    def erase(user_id: UserId) -> Executable:
        return update(table).where(which(user_id), key.in_(_some(key, which(user_id)))).values(**values)

    return Step(name, lambda user_id: _some(key, which(user_id), 1), erase)


def _some(key: Column[Any], which: Any, limit: int = ROWS_PER_UNIT) -> Select[Any]:
    # From the end: positions in the inbox stay without gaps while they go.
    return select(key).where(which).order_by(key.desc()).limit(limit)


_NO_KEY: Final = {"idem_key": None, "request_hash": None, "answer": None}

STEPS: Final = (
    _rows(
        "activities", activities, activities.c.activity_id, lambda user_id: activities.c.user_id == user_id
    ),
    _rows("inbox", inbox, inbox.c.seq, lambda user_id: inbox.c.user_id == user_id),
    _values(
        "answers",
        user_log,
        user_log.c.rev,
        lambda user_id: and_(user_log.c.user_id == user_id, user_log.c.idem_key.is_not(None)),
        **_NO_KEY,
    ),
    # What an admin was answered who drew: it names the winners.
    _values(
        "answers to draws",
        drawing_log,
        drawing_log.c.unit_id,
        lambda user_id: and_(
            drawing_log.c.drawing_id.in_(select(winners.c.drawing_id).where(winners.c.user_id == user_id)),
            drawing_log.c.kind == "completed",
            drawing_log.c.idem_key.is_not(None),
        ),
        **_NO_KEY,
    ),
    _rows(
        "refresh tokens",
        refresh_tokens,
        refresh_tokens.c.token_hash,
        lambda user_id: refresh_tokens.c.session_id.in_(
            select(sessions.c.session_id).where(sessions.c.user_id == user_id)
        ),
    ),
    _rows(
        "letters",
        mail_outbox,
        mail_outbox.c.mail_id,
        lambda user_id: and_(mail_outbox.c.user_id == user_id, mail_outbox.c.next_due_at.is_(None)),
    ),
    _values(
        "what is recorded of them",
        audit_log,
        audit_log.c.audit_id,
        lambda user_id: and_(
            audit_log.c.subject_type == "user",
            audit_log.c.subject_id == str(user_id),
            audit_log.c.content_salt.is_not(None),
            audit_log.c.action != DELETION,  # why it was deleted is what the record is for
        ),
        before_state=None,
        after_state=None,
        reason=None,
        content_salt=None,
    ),
    _values(
        "where they acted from",
        audit_log,
        audit_log.c.audit_id,
        lambda user_id: and_(audit_log.c.actor_id == user_id, audit_log.c.ip_salt.is_not(None)),
        ip_address=None,
        ip_salt=None,
    ),
    _values(
        "parcels",
        fulfillments,
        fulfillments.c.fulfillment_id,
        lambda user_id: and_(
            fulfillments.c.user_id == user_id,
            fulfillments.c.status.in_(FULFILLMENT_OVER),
            or_(fulfillments.c.carrier.is_not(None), fulfillments.c.tracking_number.is_not(None)),
        ),
        carrier=None,
        tracking_number=None,
    ),
)
"""In order. Each is done when nothing of its kind is left."""


def _end_account(user_id: UserId, now: datetime) -> Update:
    other = users.alias("other")
    another_admin = exists().where(
        other.c.role == Role.ADMIN.value,
        other.c.status == AccountStatus.ACTIVE.value,
        other.c.user_id != user_id,
    )
    last = and_(users.c.role == Role.ADMIN.value, ~another_admin)
    return (
        update(users)
        .where(users.c.user_id == user_id)
        .values(
            # NOT NULL refuses it: two administrators who leave at once cannot both have looked in time.
            status=case((last, null()), else_=AccountStatus.DELETED.value),
            role=Role.USER.value,
            email_key=None,  # whoever owns the address may register again
            password_hash=None,
            premium_expires_at=None,
            date_of_birth=ERASED_BIRTH,
            state_of_residence=ERASED_STATE,
            email_verified_at=None,
            under_review=False,
            standing_changed_at=now,
            deleted_at=now,
        )
    )


def _prizes_of(user_id: UserId) -> Select[Any]:
    return select(fulfillments.c.fulfillment_id).where(fulfillments.c.user_id == user_id)

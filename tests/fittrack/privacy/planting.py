"""Values planted in every personal column, and looking for them in the whole database."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Engine, Table, insert, select, text, update

from fittrack.db.tables import metadata
from fittrack.db.tables.drawings import fulfillments
from fittrack.db.tables.logs import inbox
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
    email_tokens,
    identities,
    mfa_recovery_codes,
    mfa_secrets,
    mfa_used_codes,
    sessions,
)
from fittrack.kit import seal_contexts
from fittrack.kit.clock import Clock
from fittrack.kit.ids import DrawingId, uuid7
from fittrack.kit.sealing import Sealer
from tests.rest_house import Person

MARK = "~planted~"


def mark(table: Table, column: str) -> str:
    """What is planted in a column: nothing else contains it."""
    return f"{MARK}{table.name}.{column}~"


def document(table: Table, column: str) -> bytes:
    return msgspec.json.encode({"value": mark(table, column)})


def plant(engine: Engine, person: Person, drawing_id: DrawingId, clock: Clock, sealer: Sealer) -> set[str]:
    """Rows about `person`, who won in the drawing, in every table that tests do not fill by the doors.

    Returns what was planted and must be in the export.
    """
    now, user_id = clock.now(), person.user_id
    planted: set[str] = set()

    def word(table: Table, column: str) -> str:
        planted.add(mark(table, column))
        return mark(table, column)

    def json(table: Table, column: str) -> bytes:
        planted.add(mark(table, column))
        return document(table, column)

    with engine.begin() as conn:

        def add(table: Table, **values: Any) -> None:
            conn.execute(insert(table).values(**values))

        conn.execute(
            update(sessions)
            .where(sessions.c.user_id == user_id)
            .values(
                device_id=word(sessions, "device_id"),
                user_agent=word(sessions, "user_agent"),
                ip_address=word(sessions, "ip_address"),
            )
        )
        add(
            email_tokens,
            token_hash=b"t" * 32,
            user_id=user_id,
            purpose="verify-email",
            issued_at=now,
            expires_at=now,
        )
        add(
            identities,
            issuer="google",
            subject=word(identities, "subject"),
            user_id=user_id,
            email=word(identities, "email"),
            created_at=now,
            last_used_at=now,
        )
        add(mfa_secrets, user_id=user_id, sealed_secret=mark(mfa_secrets, "s").encode(), updated_at=now)
        add(mfa_used_codes, user_id=user_id, time_step=1, used_at=now)
        add(mfa_recovery_codes, user_id=user_id, code_hash=b"c" * 32, created_at=now)
        add(
            notification_preferences,
            user_id=user_id,
            category="general",
            in_app=True,
            by_email=False,
            updated_at=now,
        )
        last = conn.execute(select(inbox.c.seq).where(inbox.c.user_id == user_id)).scalars()
        add(
            inbox,
            user_id=user_id,
            seq=max(last, default=0) + 1,
            notification_id=uuid7(),
            notification_type="general",
            title=word(inbox, "title"),
            body=word(inbox, "body"),
            reference_id=word(inbox, "reference_id"),
            created_at=now,
        )
        add(
            mail_outbox,
            mail_id=uuid7(),
            user_id=user_id,
            template="general",
            sealed_letter=mark(mail_outbox, "sealed_letter").encode(),
            attempts=3,
            next_due_at=now + timedelta(days=9),
            last_error=word(mail_outbox, "last_error"),
            created_at=now,
        )
        add(
            tracker_connections,
            connection_id=uuid7(),
            user_id=user_id,
            provider="fitbit",
            is_primary=False,
            provider_user_id=word(tracker_connections, "provider_user_id"),
            scopes=word(tracker_connections, "scopes"),
            sealed_access_token=mark(tracker_connections, "sealed_access_token").encode(),
            sealed_refresh_token=mark(tracker_connections, "sealed_refresh_token").encode(),
            sync_status="idle",
            sync_cursor=json(tracker_connections, "sync_cursor"),
            sync_error=word(tracker_connections, "sync_error"),
            sync_failures=0,
            created_at=now,
            updated_at=now,
        )
        add(
            oauth_states,
            state_hash=b"o" * 32,
            user_id=user_id,
            provider="fitbit",
            sealed_verifier=mark(oauth_states, "sealed_verifier").encode(),
            redirect_uri=word(oauth_states, "redirect_uri"),
            created_at=now,
            expires_at=now,
        )
        fulfillment_id = _prize(conn, person, word, now)
        add(
            fulfillment_transitions,
            fulfillment_id=fulfillment_id,
            step_number=2,
            from_status="winner_notified",
            to_status="delivered",
            note=word(fulfillment_transitions, "note"),
            created_at=now,
        )
        add(
            shipping_addresses,
            fulfillment_id=fulfillment_id,
            sealed_address=sealer.seal(
                json(shipping_addresses, "sealed_address"), seal_contexts.shipping_address(fulfillment_id)
            ),
            confirmed_at=now,
        )
        review_id = uuid7()
        add(
            account_reviews,
            review_id=review_id,
            user_id=user_id,
            reason="shared-device",
            subject=word(account_reviews, "subject"),
            evidence=json(account_reviews, "evidence"),
            status="cleared",
            opened_at=now,
            resolved_at=now,
            resolution=word(account_reviews, "resolution"),
        )
        add(
            review_appeals,
            appeal_id=uuid7(),
            review_id=review_id,
            user_id=user_id,
            statement=word(review_appeals, "statement"),
            created_at=now,
            answered_at=now,
            answer=word(review_appeals, "answer"),
        )
        add(account_devices, user_id=user_id, device_id=word(account_devices, "device_id"), noted_at=now)
        add(
            idempotency,
            scope_id=user_id,
            idem_key=uuid7(),
            request_hash=b"h" * 16,
            status_code=200,
            answer=document(idempotency, "answer"),
            created_at=now,
        )
        about = {"subject_type": "user", "subject_id": str(user_id), "created_at": now}
        add(
            audit_log,
            audit_id=uuid7(),
            action="user.change_status",
            before_state=json(audit_log, "before_state"),
            after_state=json(audit_log, "after_state"),
            reason=word(audit_log, "reason"),
            content_salt=b"s" * 16,
            content_commit=b"c" * 32,
            **about,
        )
        add(
            audit_log,
            audit_id=uuid7(),
            actor_id=user_id,
            action="user.appeal",
            ip_address=word(audit_log, "ip_address"),
            ip_salt=b"s" * 16,
            ip_commit=b"c" * 32,
            **about,
        )
    return planted


def _prize(conn: Any, person: Person, word: Any, now: datetime) -> UUID:
    """The prize that was won, delivered."""
    mine = fulfillments.c.user_id == person.user_id
    found: UUID = conn.execute(select(fulfillments.c.fulfillment_id).where(mine)).scalar_one()
    conn.execute(
        update(fulfillments)
        .where(mine)
        .values(
            carrier=word(fulfillments, "carrier"),
            tracking_number=word(fulfillments, "tracking_number"),
            notes=word(fulfillments, "notes"),
            status="delivered",
            delivered_at=now,
        )
    )
    return found


def found_in(engine: Engine, values: set[str]) -> dict[str, set[str]]:
    """Where values are in the database, in any column of any table: value → `table.column`."""
    found: dict[str, set[str]] = {}
    with engine.connect() as conn:
        for table in metadata.sorted_tables:
            for row in conn.execute(select(text("*")).select_from(text(table.name))).mappings():
                for column, value in row.items():
                    for wanted in values:
                        if _holds(value, wanted):
                            found.setdefault(wanted, set()).add(f"{table.name}.{column}")
    return found


def _holds(value: Any, wanted: str) -> bool:
    match value:
        case bytes():
            return wanted.encode() in value
        case str():
            return wanted in value
        case int() | float():
            return str(value) == wanted
        case date():
            return value.isoformat() == wanted
        case _:
            return False

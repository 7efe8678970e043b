"""What is held about people, table by table, and reading it.

Every table is here: in `HOLDINGS` with each of its columns, or in `NOT_PERSONAL` with the reason. A test
compares this with the schema, so that a new table or column cannot be forgotten.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Connection, FromClause, Table, and_, or_, select

from fittrack.accounts.rules import email_key
from fittrack.accounts.services import subject_hash
from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.activities import activities, user_days
from fittrack.db.tables.drawings import drawings, fulfillments, prizes, winners
from fittrack.db.tables.logs import drawing_log, effect_receipts, effects, inbox, ledger, user_log
from fittrack.db.tables.messages import mail_outbox, notification_preferences
from fittrack.db.tables.operations import (
    account_devices,
    account_reviews,
    audit_log,
    idempotency,
    review_appeals,
)
from fittrack.db.tables.partners import oauth_states, tracker_connections
from fittrack.db.tables.prizes import free_entries, fulfillment_transitions, shipping_addresses
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
from fittrack.server.idempotency import scope_of

ROWS_PER_FETCH: Final = 1_000
"""Rows in memory at a time: activities have half a kilobyte each."""

SECRET: Final = "opens an account, or could"  # noqa: S105 - a reason
REPEATED: Final = "repeats what its person was answered, or chains rows"
OTHERS: Final = "names somebody else"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom rows are about: by id, and by what stands for them where there is no account."""

    user_id: UserId
    subject_hashes: tuple[bytes, ...]
    scopes: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One table's part of the document. `section` is its name there."""

    section: str
    table: Table
    whose: Callable[[Person], Any]
    withheld: Mapping[str, str] = field(default_factory=dict)
    """Columns that are left out, and why."""
    named: Mapping[str, str] = field(default_factory=dict)
    """Columns that are called otherwise in the document."""
    also: tuple[tuple[str, Column[Any], Table, Any], ...] = ()
    """What other tables say of a row: name, column, table, and how it is joined."""
    only: bool = False
    """Whether there is one row at most: an object, or null."""
    sealed: str | None = None
    """The column that is opened for the document."""

    @property
    def columns(self) -> list[tuple[str, Column[Any]]]:
        """What is read: names in the document, and columns."""
        own = [
            (str(self.named.get(c.name, c.name)), c)
            for c in self.table.columns
            if c.name not in self.withheld
        ]
        return [*own, *((name, column) for name, column, _, _ in self.also)]


def _own(table: Table) -> Callable[[Person], Any]:
    return lambda person: table.c.user_id == person.user_id


def _through(column: Column[Any], owners: Table, key: str) -> Callable[[Person], Any]:
    return lambda person: column.in_(select(owners.c[key]).where(owners.c.user_id == person.user_id))


_MINE: Final = {"user_id": "is the account's, at the head of the document"}
_KEYS: Final = dict.fromkeys(("unit_id", "prev_unit", "idem_key", "request_hash", "answer"), REPEATED)
_SEALS: Final = dict.fromkeys(
    ("content_salt", "content_commit", "ip_salt", "ip_commit", "chain_seq", "prev_hash", "row_hash"), REPEATED
)


def _drawing(table: Table) -> tuple[tuple[str, Column[Any], Table, Any], ...]:
    joined = drawings.c.drawing_id == table.c.drawing_id
    return (("drawing_name", drawings.c.name, drawings, joined),)


def _prize(table: Table) -> tuple[tuple[str, Column[Any], Table, Any], ...]:
    joined = prizes.c.prize_id == table.c.prize_id
    return (*_drawing(table), ("prize_name", prizes.c.name, prizes, joined))


HOLDINGS: Final = (
    Holding(
        section="account",
        table=users,
        whose=_own(users),
        withheld={"password_hash": SECRET, "email_key": REPEATED},
        only=True,
    ),
    Holding(
        section="profile",
        table=profiles,
        whose=_own(profiles),
        withheld={**_MINE, "display_key": REPEATED},
        only=True,
    ),
    Holding(
        section="sessions",
        table=sessions,
        whose=_own(sessions),
        withheld={**_MINE, "live_device": REPEATED},
    ),
    Holding(
        section="refresh_tokens",
        table=refresh_tokens,
        whose=_through(refresh_tokens.c.session_id, sessions, "session_id"),
        withheld=dict.fromkeys(("token_hash", "successor_salt", "successor_hash"), SECRET),
    ),
    Holding(
        section="email_tokens",
        table=email_tokens,
        whose=_own(email_tokens),
        withheld={**_MINE, "token_hash": SECRET},
    ),
    Holding(section="identities", table=identities, whose=_own(identities), withheld=_MINE),
    Holding(
        section="second_factor",
        table=mfa_secrets,
        whose=_own(mfa_secrets),
        withheld={**_MINE, "sealed_secret": SECRET, "sealed_candidate": SECRET},
        only=True,
    ),
    Holding(section="second_factor_uses", table=mfa_used_codes, whose=_own(mfa_used_codes), withheld=_MINE),
    Holding(
        section="recovery_codes",
        table=mfa_recovery_codes,
        whose=_own(mfa_recovery_codes),
        withheld={**_MINE, "code_hash": SECRET},
    ),
    Holding(
        section="attempts",
        table=attempts,
        whose=lambda person: attempts.c.subject_hash.in_(person.subject_hashes),
        withheld={"subject_hash": REPEATED},
    ),
    Holding(
        section="notification_preferences",
        table=notification_preferences,
        whose=_own(notification_preferences),
        withheld=_MINE,
    ),
    Holding(section="notifications", table=inbox, whose=_own(inbox), withheld=_MINE),
    Holding(
        section="letters",
        table=mail_outbox,
        whose=_own(mail_outbox),
        withheld={**_MINE, "sealed_letter": SECRET},
    ),
    Holding(section="ledger", table=ledger, whose=_own(ledger), withheld=_MINE),
    Holding(section="days", table=user_days, whose=_own(user_days), withheld=_MINE),
    Holding(section="activities", table=activities, whose=_own(activities), withheld=_MINE),
    Holding(
        section="trackers",
        table=tracker_connections,
        whose=_own(tracker_connections),
        withheld={
            **_MINE,
            **dict.fromkeys(("sealed_access_token", "sealed_refresh_token"), SECRET),
            "account_key": REPEATED,
            **dict.fromkeys(("claim_id", "claimed_until"), "is about our servers"),
        },
    ),
    Holding(
        section="tracker_sign_ins",
        table=oauth_states,
        whose=_own(oauth_states),
        withheld={**_MINE, "state_hash": SECRET, "sealed_verifier": SECRET},
    ),
    Holding(
        section="entries",
        table=drawing_log,
        whose=lambda person: and_(
            drawing_log.c.user_id == person.user_id, drawing_log.c.ticket_count.is_not(None)
        ),
        withheld={**_MINE, **{name: why for name, why in _KEYS.items() if name != "unit_id"}},
        named={"unit_id": "receipt"},  # what a proof of inclusion is asked with
        also=_drawing(drawing_log),
    ),
    Holding(
        section="free_entries",
        table=free_entries,
        whose=_own(free_entries),
        withheld={**_MINE, "recorded_by": OTHERS},
        named={"unit_id": "receipt"},
    ),
    Holding(
        section="prizes_won",
        table=winners,
        whose=_own(winners),
        withheld=_MINE,
        also=_prize(winners),
    ),
    Holding(
        section="fulfillments",
        table=fulfillments,
        whose=_own(fulfillments),
        withheld=_MINE,
        also=_prize(fulfillments),
    ),
    Holding(
        section="fulfillment_steps",
        table=fulfillment_transitions,
        whose=_through(fulfillment_transitions.c.fulfillment_id, fulfillments, "fulfillment_id"),
        withheld={"actor_id": OTHERS},
    ),
    Holding(
        section="shipping_addresses",
        table=shipping_addresses,
        whose=_through(shipping_addresses.c.fulfillment_id, fulfillments, "fulfillment_id"),
        named={"sealed_address": "address"},
        sealed="sealed_address",
    ),
    Holding(
        section="reviews",
        table=account_reviews,
        whose=_own(account_reviews),
        withheld={**_MINE, "resolved_by": OTHERS},
    ),
    Holding(
        section="appeals",
        table=review_appeals,
        whose=_own(review_appeals),
        withheld={**_MINE, "answered_by": OTHERS},
    ),
    Holding(section="devices", table=account_devices, whose=_own(account_devices), withheld=_MINE),
    Holding(
        section="acts_recorded",
        table=audit_log,
        whose=lambda person: audit_log.c.actor_id == person.user_id,
        withheld={
            **_SEALS,
            "actor_id": "is the account's, at the head of the document",
            # An admin's acts concern others, whose data this is.
            "before_state": OTHERS,
            "after_state": OTHERS,
        },
    ),
    Holding(
        section="recorded_about_the_account",
        table=audit_log,
        whose=lambda person: and_(
            audit_log.c.subject_type == "user",
            audit_log.c.subject_id == str(person.user_id),
            or_(audit_log.c.actor_id.is_(None), audit_log.c.actor_id != person.user_id),
        ),
        withheld={**_SEALS, "actor_id": OTHERS, "ip_address": OTHERS, "request_id": OTHERS},
    ),
    Holding(section="commands", table=user_log, whose=_own(user_log), withheld={**_MINE, **_KEYS}),
    Holding(
        section="requests_kept",
        table=idempotency,
        whose=lambda person: idempotency.c.scope_id.in_(person.scopes),
        withheld=dict.fromkeys(("scope_id", "idem_key", "request_hash", "answer"), REPEATED),
    ),
    Holding(
        section="owed",
        table=effects,
        whose=_own(effects),
        withheld=_MINE,
    ),
    Holding(section="settled", table=effect_receipts, whose=_own(effect_receipts), withheld=_MINE),
)
"""In the order of the document."""

NOT_PERSONAL: Final[Mapping[str, str]] = {
    "drawings": "about drawings",
    "prizes": "about prizes",
    "sponsors": "about sponsors, who are companies",
    "alternates": "that prizes went to the next in the draw; who won what is under `prizes_won`",
    "passed_over": "published under pseudonyms; who asks for a proof of inclusion is told theirs",
    "drawing_templates": "about drawings",
    "template_drawings": "about drawings",
    "official_rules": "public texts; that an admin wrote one stands in the audit log",
    "daily_figures": "sums over everybody",
    "rollup_marks": "about figures",
    "tier_norms": "sums over everybody",
    "retention_marks": "about days",
    "nightly_checks": "about nights",
    "tracker_revocations": "tokens that name nobody, until the provider has been told to forget them",
    "used_id_tokens": "digests of tokens that name nobody, until the tokens end",
    "api_clients": "about programs of third parties; that an admin made one stands in the audit log",
    "api_client_secrets": "about programs of third parties",
    "api_client_usage": "sums of what programs of third parties asked for",
    "webhook_endpoints": "about programs of third parties",
    "webhook_events": "what third parties are told under ids, and erased after 30 days; the facts are under "
    "`ledger` and `prizes_won`",
    "webhook_deliveries": "what third parties were sent, who answer for it",
    "webhook_attempts": "what third parties answered",
}
"""Tables that are in nobody's document, and why."""


def person(conn: Connection, user_id: UserId) -> Person:
    """Whom to look for."""
    email = conn.execute(select(users.c.email).where(users.c.user_id == user_id)).scalar_one_or_none()
    key = email_key(email or "")
    return Person(user_id, (subject_hash(key), subject_hash(str(user_id))), (user_id, scope_of(key)))


def rows(conn: Connection, holding: Holding, of: Person) -> Iterator[Any]:
    """The rows of one table about somebody, in the order of its key, a few at a time in memory."""
    source: FromClause = holding.table
    for _, _, joined, how in holding.also:
        source = source.outerjoin(joined, how)
    columns: list[ColumnElement[Any]] = [column.label(name) for name, column in holding.columns]
    statement = (
        select(*columns)
        .select_from(source)
        .where(holding.whose(of))
        .order_by(*holding.table.primary_key.columns)
    )
    yield from conn.execution_options(yield_per=ROWS_PER_FETCH).execute(statement)

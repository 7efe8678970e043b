"""Every column that holds sealed values, and what they are sealed for: the one place that rotation reads.

A test compares it with the tables: a new `sealed_…` column must be named here.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Table

from fittrack.db.tables.drawings import drawings
from fittrack.db.tables.messages import mail_outbox, webhook_endpoints
from fittrack.db.tables.partners import oauth_states, tracker_connections, tracker_revocations
from fittrack.db.tables.prizes import shipping_addresses
from fittrack.db.tables.sessions import mfa_secrets
from fittrack.kit import seal_contexts


class SealedColumn(NamedTuple):
    """A column, and the context of a value by its row's primary key, which has one column."""

    column: Column[Any]
    context: Callable[[Any], bytes]

    @property
    def table(self) -> Table:
        return self.column.table

    @property
    def key(self) -> Column[Any]:
        """The primary key."""
        [key] = self.table.primary_key.columns
        return key

    def __str__(self) -> str:
        return f"{self.table.name}.{self.column.name}"


SEALED_COLUMNS: Final = (
    SealedColumn(drawings.c.sealed_seed, seal_contexts.drawing_seed),
    SealedColumn(drawings.c.sealed_drawing_key, seal_contexts.drawing_key),
    SealedColumn(mail_outbox.c.sealed_letter, seal_contexts.letter),
    SealedColumn(mfa_secrets.c.sealed_secret, seal_contexts.mfa_secret),
    SealedColumn(mfa_secrets.c.sealed_candidate, seal_contexts.mfa_secret),
    SealedColumn(tracker_connections.c.sealed_access_token, seal_contexts.access_token),
    SealedColumn(tracker_connections.c.sealed_refresh_token, seal_contexts.refresh_token),
    SealedColumn(tracker_revocations.c.sealed_access_token, seal_contexts.access_token),
    SealedColumn(tracker_revocations.c.sealed_refresh_token, seal_contexts.refresh_token),
    SealedColumn(oauth_states.c.sealed_verifier, seal_contexts.pkce_verifier),
    SealedColumn(webhook_endpoints.c.sealed_secret, seal_contexts.webhook_secret),
    SealedColumn(webhook_endpoints.c.former_sealed_secret, seal_contexts.webhook_secret),
    SealedColumn(shipping_addresses.c.sealed_address, seal_contexts.shipping_address),
)

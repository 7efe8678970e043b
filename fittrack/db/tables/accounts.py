"""People: who they are, what they told us, how they sign in (SPEC 1).

What a decision relies on (status, role, profile) is written only by units of the player's own log.
"""

from sqlalchemy import CheckConstraint, Column, Index, Table

from fittrack.db.tables.base import CLUSTERED, metadata
from fittrack.db.types import Day, Document, Flag, Instant, Real, Uuid16, word

users = Table(
    "users",
    metadata,
    Column("user_id", Uuid16, primary_key=True),
    Column("email", word(254)),  # as typed; empty once the account is deleted
    Column("email_key", word(254), unique=True),  # lower case: emails compare case-insensitively
    Column("password_hash", word(200)),  # argon2id; empty for accounts that only sign in socially
    Column("status", word(10), nullable=False),
    Column("role", word(10), nullable=False),
    Column("premium_expires_at", Instant),
    Column("date_of_birth", Day, nullable=False),
    Column("state_of_residence", word(2), nullable=False),
    Column("email_verified_at", Instant),
    Column("accepted_terms_at", Instant),
    Column("accepted_rules_at", Instant),
    Column("accepted_rules_version", word(20)),
    Column("under_review", Flag, nullable=False, default=False),
    # When what a session's holder may do last changed: nodes look here each second for what they missed.
    Column("standing_changed_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("deleted_at", Instant),
    CheckConstraint("status IN ('pending', 'active', 'suspended', 'banned', 'deleted')", name="status_known"),
    CheckConstraint("role IN ('user', 'premium', 'admin')", name="role_known"),
    **CLUSTERED,
)
Index(None, users.c.created_at)
Index(None, users.c.role, users.c.status)  # how many there are of each
Index(None, users.c.email_verified_at)  # how many verified theirs in a day
Index(None, users.c.standing_changed_at)
Index(None, users.c.deleted_at)  # finds whose address has been kept long enough

profiles = Table(
    "profiles",
    metadata,
    # A row exists once the profile is complete: every field the product needs is required here.
    Column("user_id", Uuid16, primary_key=True),
    Column("display_name", word(50), nullable=False),
    Column("display_key", word(50), nullable=False, unique=True),  # case-folded
    Column("biological_sex", word(10), nullable=False),
    Column("fitness_level", word(15), nullable=False),
    Column("height_inches", Real),
    Column("weight_pounds", Real),
    Column("goals", Document),
    Column("tier_code", word(12), nullable=False),
    Column("updated_at", Instant, nullable=False),
    **CLUSTERED,
)
Index(None, profiles.c.tier_code)

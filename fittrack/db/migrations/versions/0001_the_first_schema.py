"""The first schema."""
# ruff: noqa: PLR0915 - a revision is a list of steps

import sqlalchemy as sa
from alembic import op

from fittrack.db import types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activities",
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("activity_id", types.Uuid16, nullable=False),
        sa.Column("activity_type", types.word(20), nullable=False),
        sa.Column("day", types.Day, nullable=False),
        sa.Column("start_time", types.Instant, nullable=False),
        sa.Column("end_time", types.Instant, nullable=False),
        sa.Column("duration_minutes", types.Real, nullable=False),
        sa.Column("intensity", types.word(10), nullable=False),
        sa.Column("metrics", types.Document, nullable=False),
        sa.Column("source", types.word(40), nullable=False),
        sa.Column("external_id", types.word(200), nullable=False),
        sa.Column("device_id", types.word(200), nullable=True),
        sa.Column("duplicate_of", types.Uuid16, nullable=True),
        sa.Column("flags", types.word(200), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("received_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "activity_id", name=op.f("pk_activities")),
        sa.UniqueConstraint(
            "user_id", "source", "external_id", name=op.f("uq_activities_user_id_source_external_id")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_activities_device_id"), "activities", ["device_id"], unique=False)
    op.create_index(op.f("ix_activities_user_id_day"), "activities", ["user_id", "day"], unique=False)
    op.create_table(
        "api_clients",
        sa.Column("client_id", types.Uuid16, nullable=False),
        sa.Column("name", types.word(120), nullable=False),
        sa.Column("scopes", types.word(1000), nullable=False),
        sa.Column("active", types.Flag, nullable=False),
        sa.Column("created_by", types.Uuid16, nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_api_clients")),
        sa.UniqueConstraint("name", name=op.f("uq_api_clients_name")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attempts",
        sa.Column("purpose", types.word(20), nullable=False),
        sa.Column("subject_hash", types.Bytes(32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locks", sa.Integer(), nullable=False),
        sa.Column("locked_until", types.Instant, nullable=True),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("purpose", "subject_hash", name=op.f("pk_attempts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_attempts_updated_at"), "attempts", ["updated_at"], unique=False)
    op.create_table(
        "audit_log",
        sa.Column("audit_id", types.Uuid16, nullable=False),
        sa.Column("actor_id", types.Uuid16, nullable=True),
        sa.Column("action", types.word(60), nullable=False),
        sa.Column("subject_type", types.word(40), nullable=False),
        sa.Column("subject_id", types.word(64), nullable=True),
        sa.Column("before_state", types.Document, nullable=True),
        sa.Column("after_state", types.Document, nullable=True),
        sa.Column("reason", types.word(500), nullable=True),
        sa.Column("request_id", types.word(64), nullable=True),
        sa.Column("ip_address", types.word(45), nullable=True),
        sa.Column("ip_salt", types.Bytes(16), nullable=True),
        sa.Column("ip_commit", types.Bytes(32), nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("chain_seq", sa.Integer(), nullable=True),
        sa.Column("prev_hash", types.Bytes(32), nullable=True),
        sa.Column("row_hash", types.Bytes(32), nullable=True),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit_log")),
        sa.UniqueConstraint("chain_seq", name=op.f("uq_audit_log_chain_seq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_audit_log_actor_id"), "audit_log", ["actor_id"], unique=False)
    op.create_index(op.f("ix_audit_log_created_at"), "audit_log", ["created_at"], unique=False)
    op.create_index(
        op.f("ix_audit_log_subject_type_subject_id"),
        "audit_log",
        ["subject_type", "subject_id"],
        unique=False,
    )
    op.create_table(
        "daily_figures",
        sa.Column("day", types.Day, nullable=False),
        sa.Column("measure", types.word(40), nullable=False),
        sa.Column("dimension", types.word(40), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("day", "measure", "dimension", name=op.f("pk_daily_figures")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_daily_figures_measure_day"), "daily_figures", ["measure", "day"], unique=False)
    op.create_table(
        "drawing_log",
        sa.Column("drawing_id", types.Uuid16, nullable=False),
        sa.Column("rev", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", types.Uuid16, nullable=False),
        sa.Column("prev_unit", types.Uuid16, nullable=True),
        sa.Column("kind", types.word(40), nullable=False),
        sa.Column("idem_key", types.Uuid16, nullable=True),
        sa.Column("request_hash", types.Bytes(16), nullable=True),
        sa.Column("answer", types.Document, nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=True),
        sa.Column("ticket_count", sa.Integer(), nullable=True),
        sa.CheckConstraint("rev = 1 OR prev_unit IS NOT NULL", name=op.f("ck_drawing_log_chained")),
        sa.CheckConstraint("rev >= 1", name=op.f("ck_drawing_log_rev_from_one")),
        sa.CheckConstraint("ticket_count >= 1", name=op.f("ck_drawing_log_tickets_positive")),
        sa.ForeignKeyConstraint(
            ["drawing_id", "prev_unit"],
            ["drawing_log.drawing_id", "drawing_log.unit_id"],
            name=op.f("fk_drawing_log_drawing_id_prev_unit"),
        ),
        sa.PrimaryKeyConstraint("drawing_id", "rev", name=op.f("pk_drawing_log")),
        sa.UniqueConstraint("drawing_id", "unit_id", name=op.f("uq_drawing_log_drawing_id_unit_id")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_drawing_log_user_id_drawing_id"), "drawing_log", ["user_id", "drawing_id"], unique=False
    )
    op.create_table(
        "drawing_templates",
        sa.Column("template_id", types.Uuid16, nullable=False),
        sa.Column("drawing_type", types.word(10), nullable=False),
        sa.Column("name", types.word(120), nullable=False),
        sa.Column("description", types.word(4000), nullable=True),
        sa.Column("ticket_cost_points", sa.Integer(), nullable=False),
        sa.Column("user_type", types.word(10), nullable=False),
        sa.Column("min_account_age_days", sa.Integer(), nullable=False),
        sa.Column("auto_execute", types.Flag, nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("prizes", types.Document, nullable=False),
        sa.Column("active", types.Flag, nullable=False),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.CheckConstraint(
            "user_type IN ('all', 'premium')", name=op.f("ck_drawing_templates_user_type_known")
        ),
        sa.PrimaryKeyConstraint("template_id", name=op.f("pk_drawing_templates")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "drawings",
        sa.Column("drawing_id", types.Uuid16, nullable=False),
        sa.Column("drawing_type", types.word(10), nullable=False),
        sa.Column("name", types.word(120), nullable=False),
        sa.Column("description", types.word(4000), nullable=True),
        sa.Column("ticket_cost_points", sa.Integer(), nullable=False),
        sa.Column("sales_open", types.Instant, nullable=True),
        sa.Column("ticket_sales_close", types.Instant, nullable=False),
        sa.Column("drawing_time", types.Instant, nullable=False),
        sa.Column("user_type", types.word(10), nullable=False),
        sa.Column("min_account_age_days", sa.Integer(), nullable=False),
        sa.Column("auto_execute", types.Flag, nullable=False),
        sa.Column("status", types.word(10), nullable=False),
        sa.Column("next_due_at", types.Instant, nullable=True),
        sa.Column("rules_version", sa.Integer(), nullable=True),
        sa.Column("sealed_seed", types.Bytes(200), nullable=True),
        sa.Column("sealed_drawing_key", types.Bytes(200), nullable=True),
        sa.Column("seed_commit", types.Bytes(32), nullable=True),
        sa.Column("rules", types.Document, nullable=True),
        sa.Column("total_tickets", sa.Integer(), nullable=True),
        sa.Column("entrants", sa.Integer(), nullable=True),
        sa.Column("root", types.Bytes(32), nullable=True),
        sa.Column("seed", types.Bytes(32), nullable=True),
        sa.Column("beacon", types.Document, nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("scheduled_at", types.Instant, nullable=True),
        sa.Column("opened_at", types.Instant, nullable=True),
        sa.Column("closed_at", types.Instant, nullable=True),
        sa.Column("completed_at", types.Instant, nullable=True),
        sa.Column("cancelled_at", types.Instant, nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'scheduled', 'open', 'closed', 'completed', 'cancelled')",
            name=op.f("ck_drawings_status_known"),
        ),
        sa.CheckConstraint("user_type IN ('all', 'premium')", name=op.f("ck_drawings_user_type_known")),
        sa.PrimaryKeyConstraint("drawing_id", name=op.f("pk_drawings")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_drawings_next_due_at"), "drawings", ["next_due_at"], unique=False)
    op.create_index(
        op.f("ix_drawings_status_drawing_time"), "drawings", ["status", "drawing_time"], unique=False
    )
    op.create_table(
        "effect_receipts",
        sa.Column("kind", types.word(40), nullable=False),
        sa.Column("subject_id", types.Uuid16, nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("applied_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject_id", name=op.f("pk_effect_receipts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "effects",
        sa.Column("kind", types.word(40), nullable=False),
        sa.Column("subject_id", types.Uuid16, nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("payload", types.Document, nullable=False),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject_id", name=op.f("pk_effects")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_effects_created_at"), "effects", ["created_at"], unique=False)
    op.create_table(
        "idempotency",
        sa.Column("scope_id", types.Uuid16, nullable=False),
        sa.Column("idem_key", types.Uuid16, nullable=False),
        sa.Column("request_hash", types.Bytes(16), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=False),
        sa.Column("answer", types.Document, nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("scope_id", "idem_key", name=op.f("pk_idempotency")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_idempotency_created_at"), "idempotency", ["created_at"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("notification_id", types.Uuid16, nullable=False),
        sa.Column("notification_type", types.word(40), nullable=False),
        sa.Column("title", types.word(200), nullable=False),
        sa.Column("body", types.word(2000), nullable=False),
        sa.Column("reference_type", types.word(40), nullable=True),
        sa.Column("reference_id", types.word(64), nullable=True),
        sa.Column("read_at", types.Instant, nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "seq", name=op.f("pk_inbox")),
        sa.UniqueConstraint("notification_id", name=op.f("uq_inbox_notification_id")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger",
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("transaction_id", types.Uuid16, nullable=False),
        sa.Column("transaction_type", types.word(10), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("balance_after", sa.Integer(), nullable=False),
        sa.Column("reference_type", types.word(40), nullable=False),
        sa.Column("reference_id", types.word(64), nullable=True),
        sa.Column("description", types.word(200), nullable=False),
        sa.Column("day", types.word(10), nullable=True),
        sa.Column("tier_code", types.word(12), nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.CheckConstraint(
            "transaction_type IN ('earn', 'spend', 'adjust', 'expire')", name=op.f("ck_ledger_type_known")
        ),
        sa.CheckConstraint("balance_after >= 0", name=op.f("ck_ledger_no_overdraft")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_ledger_seq_from_one")),
        sa.PrimaryKeyConstraint("user_id", "seq", name=op.f("pk_ledger")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mail_outbox",
        sa.Column("mail_id", types.Uuid16, nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=True),
        sa.Column("template", types.word(40), nullable=False),
        sa.Column("sealed_letter", types.Document, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_due_at", types.Instant, nullable=True),
        sa.Column("delivered_at", types.Instant, nullable=True),
        sa.Column("failed_at", types.Instant, nullable=True),
        sa.Column("last_error", types.word(200), nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("mail_id", name=op.f("pk_mail_outbox")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_mail_outbox_next_due_at"), "mail_outbox", ["next_due_at"], unique=False)
    op.create_index(op.f("ix_mail_outbox_user_id"), "mail_outbox", ["user_id"], unique=False)
    op.create_table(
        "passed_over",
        sa.Column("drawing_id", types.Uuid16, nullable=False),
        sa.Column("tag", types.Bytes(16), nullable=False),
        sa.Column("reason", types.word(20), nullable=False),
        sa.PrimaryKeyConstraint("drawing_id", "tag", name=op.f("pk_passed_over")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "profiles",
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("display_name", types.word(50), nullable=False),
        sa.Column("display_key", types.word(50), nullable=False),
        sa.Column("biological_sex", types.word(10), nullable=False),
        sa.Column("fitness_level", types.word(15), nullable=False),
        sa.Column("height_inches", types.Real, nullable=True),
        sa.Column("weight_pounds", types.Real, nullable=True),
        sa.Column("goals", types.Document, nullable=True),
        sa.Column("tier_code", types.word(12), nullable=False),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_profiles")),
        sa.UniqueConstraint("display_key", name=op.f("uq_profiles_display_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_profiles_tier_code"), "profiles", ["tier_code"], unique=False)
    op.create_table(
        "sponsors",
        sa.Column("sponsor_id", types.Uuid16, nullable=False),
        sa.Column("name", types.word(120), nullable=False),
        sa.Column("contact_name", types.word(120), nullable=True),
        sa.Column("contact_email", types.word(254), nullable=True),
        sa.Column("website_url", types.word(500), nullable=True),
        sa.Column("logo_url", types.word(500), nullable=True),
        sa.Column("active", types.Flag, nullable=False),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("sponsor_id", name=op.f("pk_sponsors")),
        sa.UniqueConstraint("name", name=op.f("uq_sponsors_name")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tier_norms",
        sa.Column("tier_code", types.word(12), nullable=False),
        sa.Column("day_count", sa.Integer(), nullable=False),
        sa.Column("points_sum", sa.Integer(), nullable=False),
        sa.Column("points_squared_sum", sa.Integer(), nullable=False),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.PrimaryKeyConstraint("tier_code", name=op.f("pk_tier_norms")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "user_days",
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("day", types.Day, nullable=False),
        sa.Column("tier_code", types.word(12), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("light_minutes", sa.Integer(), nullable=False),
        sa.Column("moderate_minutes", sa.Integer(), nullable=False),
        sa.Column("vigorous_minutes", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("workouts", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("award_points", sa.Integer(), nullable=False),
        sa.Column("streak_points", sa.Integer(), nullable=False),
        sa.Column("booked_points", sa.Integer(), nullable=False),
        sa.Column("forgiven_points", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_user_days")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_user_days_day_tier_code"), "user_days", ["day", "tier_code"], unique=False)
    op.create_table(
        "user_log",
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("rev", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", types.Uuid16, nullable=False),
        sa.Column("prev_unit", types.Uuid16, nullable=True),
        sa.Column("kind", types.word(40), nullable=False),
        sa.Column("idem_key", types.Uuid16, nullable=True),
        sa.Column("request_hash", types.Bytes(16), nullable=True),
        sa.Column("answer", types.Document, nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.CheckConstraint("rev = 1 OR prev_unit IS NOT NULL", name=op.f("ck_user_log_chained")),
        sa.CheckConstraint("rev >= 1", name=op.f("ck_user_log_rev_from_one")),
        sa.ForeignKeyConstraint(
            ["user_id", "prev_unit"],
            ["user_log.user_id", "user_log.unit_id"],
            name=op.f("fk_user_log_user_id_prev_unit"),
        ),
        sa.PrimaryKeyConstraint("user_id", "rev", name=op.f("pk_user_log")),
        sa.UniqueConstraint("user_id", "unit_id", name=op.f("uq_user_log_user_id_unit_id")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "users",
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("email", types.word(254), nullable=True),
        sa.Column("email_key", types.word(254), nullable=True),
        sa.Column("password_hash", types.word(200), nullable=True),
        sa.Column("status", types.word(10), nullable=False),
        sa.Column("role", types.word(10), nullable=False),
        sa.Column("premium_expires_at", types.Instant, nullable=True),
        sa.Column("date_of_birth", types.Day, nullable=False),
        sa.Column("state_of_residence", types.word(2), nullable=False),
        sa.Column("email_verified_at", types.Instant, nullable=True),
        sa.Column("accepted_terms_at", types.Instant, nullable=True),
        sa.Column("accepted_rules_at", types.Instant, nullable=True),
        sa.Column("accepted_rules_version", types.word(20), nullable=True),
        sa.Column("under_review", types.Flag, nullable=False),
        sa.Column("standing_changed_at", types.Instant, nullable=False),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("deleted_at", types.Instant, nullable=True),
        sa.CheckConstraint("role IN ('user', 'premium', 'admin')", name=op.f("ck_users_role_known")),
        sa.CheckConstraint(
            "status IN ('pending', 'active', 'suspended', 'banned', 'deleted')",
            name=op.f("ck_users_status_known"),
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_key", name=op.f("uq_users_email_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_users_created_at"), "users", ["created_at"], unique=False)
    op.create_index(op.f("ix_users_standing_changed_at"), "users", ["standing_changed_at"], unique=False)
    op.create_table(
        "api_client_secrets",
        sa.Column("secret_hash", types.Bytes(32), nullable=False),
        sa.Column("client_id", types.Uuid16, nullable=False),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("expires_at", types.Instant, nullable=True),
        sa.Column("revoked_at", types.Instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["api_clients.client_id"], name=op.f("fk_api_client_secrets_client_id")
        ),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_api_client_secrets")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_api_client_secrets_client_id"), "api_client_secrets", ["client_id"], unique=False
    )
    op.create_table(
        "email_tokens",
        sa.Column("token_hash", types.Bytes(32), nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("purpose", types.word(20), nullable=False),
        sa.Column("issued_at", types.Instant, nullable=False),
        sa.Column("expires_at", types.Instant, nullable=False),
        sa.Column("used_at", types.Instant, nullable=True),
        sa.CheckConstraint(
            "purpose IN ('verify-email', 'reset-password')", name=op.f("ck_email_tokens_purpose_known")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_email_tokens_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_email_tokens")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_email_tokens_expires_at"), "email_tokens", ["expires_at"], unique=False)
    op.create_index(
        op.f("ix_email_tokens_user_id_purpose"), "email_tokens", ["user_id", "purpose"], unique=False
    )
    op.create_table(
        "free_entries",
        sa.Column("evidence_key", types.word(120), nullable=False),
        sa.Column("drawing_id", types.Uuid16, nullable=False),
        sa.Column("unit_id", types.Uuid16, nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("ticket_count", sa.Integer(), nullable=False),
        sa.Column("recorded_by", types.Uuid16, nullable=False),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["drawing_id"], ["drawings.drawing_id"], name=op.f("fk_free_entries_drawing_id")
        ),
        sa.PrimaryKeyConstraint("evidence_key", name=op.f("pk_free_entries")),
        sa.UniqueConstraint("drawing_id", "unit_id", name=op.f("uq_free_entries_drawing_id_unit_id")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_free_entries_drawing_id_user_id"), "free_entries", ["drawing_id", "user_id"], unique=False
    )
    op.create_table(
        "identities",
        sa.Column("issuer", types.word(20), nullable=False),
        sa.Column("subject", types.word(255), nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("email", types.word(254), nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("last_used_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_identities_user_id")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identities")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_identities_user_id"), "identities", ["user_id"], unique=False)
    op.create_table(
        "mfa_recovery_codes",
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("code_hash", types.Bytes(32), nullable=False),
        sa.Column("used_at", types.Instant, nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_mfa_recovery_codes_user_id")),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name=op.f("pk_mfa_recovery_codes")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mfa_secrets",
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("sealed_secret", types.Bytes(200), nullable=True),
        sa.Column("sealed_candidate", types.Bytes(200), nullable=True),
        sa.Column("confirmed_at", types.Instant, nullable=True),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_mfa_secrets_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_mfa_secrets")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mfa_used_codes",
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("time_step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("used_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_mfa_used_codes_user_id")),
        sa.PrimaryKeyConstraint("user_id", "time_step", name=op.f("pk_mfa_used_codes")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_mfa_used_codes_used_at"), "mfa_used_codes", ["used_at"], unique=False)
    op.create_table(
        "notification_preferences",
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("category", types.word(40), nullable=False),
        sa.Column("in_app", types.Flag, nullable=False),
        sa.Column("by_email", types.Flag, nullable=False),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_notification_preferences_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "category", name=op.f("pk_notification_preferences")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "oauth_states",
        sa.Column("state_hash", types.Bytes(32), nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("provider", types.word(40), nullable=False),
        sa.Column("sealed_verifier", types.Bytes(300), nullable=False),
        sa.Column("redirect_uri", types.word(500), nullable=False),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("expires_at", types.Instant, nullable=False),
        sa.Column("used_at", types.Instant, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_oauth_states_user_id")),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_oauth_states")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_oauth_states_expires_at"), "oauth_states", ["expires_at"], unique=False)
    op.create_table(
        "official_rules",
        sa.Column("drawing_id", types.Uuid16, nullable=False),
        sa.Column("rules_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rules_text", types.Document, nullable=False),
        sa.Column("text_hash", types.Bytes(32), nullable=False),
        sa.Column("created_by", types.Uuid16, nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["drawing_id"], ["drawings.drawing_id"], name=op.f("fk_official_rules_drawing_id")
        ),
        sa.PrimaryKeyConstraint("drawing_id", "rules_version", name=op.f("pk_official_rules")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "prizes",
        sa.Column("prize_id", types.Uuid16, nullable=False),
        sa.Column("drawing_id", types.Uuid16, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("name", types.word(120), nullable=False),
        sa.Column("description", types.word(2000), nullable=True),
        sa.Column("value_cents", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("fulfillment_type", types.word(10), nullable=False),
        sa.Column("sponsor_id", types.Uuid16, nullable=True),
        sa.Column("image_url", types.word(500), nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.CheckConstraint(
            "fulfillment_type IN ('digital', 'physical')", name=op.f("ck_prizes_fulfillment_type_known")
        ),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_prizes_quantity_positive")),
        sa.CheckConstraint("value_cents >= 0", name=op.f("ck_prizes_value_not_negative")),
        sa.ForeignKeyConstraint(["drawing_id"], ["drawings.drawing_id"], name=op.f("fk_prizes_drawing_id")),
        sa.ForeignKeyConstraint(["sponsor_id"], ["sponsors.sponsor_id"], name=op.f("fk_prizes_sponsor_id")),
        sa.PrimaryKeyConstraint("prize_id", name=op.f("pk_prizes")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_prizes_drawing_id_rank"), "prizes", ["drawing_id", "rank"], unique=False)
    op.create_index(op.f("ix_prizes_sponsor_id"), "prizes", ["sponsor_id"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("review_id", types.Uuid16, nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("reason", types.word(40), nullable=False),
        sa.Column("evidence", types.Document, nullable=True),
        sa.Column("status", types.word(10), nullable=False),
        sa.Column("opened_at", types.Instant, nullable=False),
        sa.Column("resolved_at", types.Instant, nullable=True),
        sa.Column("resolved_by", types.Uuid16, nullable=True),
        sa.Column("resolution", types.word(500), nullable=True),
        sa.CheckConstraint("status IN ('open', 'cleared', 'upheld')", name=op.f("ck_reviews_status_known")),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_reviews_user_id")),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_reviews")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_reviews_status_opened_at"), "reviews", ["status", "opened_at"], unique=False)
    op.create_index(op.f("ix_reviews_user_id_status"), "reviews", ["user_id", "status"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("session_id", types.Uuid16, nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("device_id", types.word(200), nullable=True),
        sa.Column("live_device", types.Bytes(32), nullable=True),
        sa.Column("user_agent", types.word(300), nullable=True),
        sa.Column("ip_address", types.word(45), nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("last_used_at", types.Instant, nullable=False),
        sa.Column("expires_at", types.Instant, nullable=False),
        sa.Column("ended_at", types.Instant, nullable=True),
        sa.Column("end_reason", types.word(20), nullable=True),
        sa.Column("mfa_checked_at", types.Instant, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("live_device", name=op.f("uq_sessions_live_device")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sessions_ended_at"), "sessions", ["ended_at"], unique=False)
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "template_drawings",
        sa.Column("template_id", types.Uuid16, nullable=False),
        sa.Column("day", types.Day, nullable=False),
        sa.Column("drawing_id", types.Uuid16, nullable=False),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["drawing_templates.template_id"], name=op.f("fk_template_drawings_template_id")
        ),
        sa.PrimaryKeyConstraint("template_id", "day", name=op.f("pk_template_drawings")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tracker_connections",
        sa.Column("connection_id", types.Uuid16, nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("provider", types.word(40), nullable=False),
        sa.Column("is_primary", types.Flag, nullable=False),
        sa.Column("provider_user_id", types.word(200), nullable=True),
        sa.Column("scopes", types.word(1000), nullable=True),
        sa.Column("sealed_access_token", types.Document, nullable=True),
        sa.Column("sealed_refresh_token", types.Document, nullable=True),
        sa.Column("token_expires_at", types.Instant, nullable=True),
        sa.Column("sync_status", types.word(20), nullable=False),
        sa.Column("sync_cursor", types.Document, nullable=True),
        sa.Column("sync_error", types.word(300), nullable=True),
        sa.Column("sync_failures", sa.Integer(), nullable=False),
        sa.Column("last_sync_at", types.Instant, nullable=True),
        sa.Column("next_due_at", types.Instant, nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_tracker_connections_user_id")),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_tracker_connections")),
        sa.UniqueConstraint("user_id", "provider", name=op.f("uq_tracker_connections_user_id_provider")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_tracker_connections_next_due_at"), "tracker_connections", ["next_due_at"], unique=False
    )
    op.create_index(
        op.f("ix_tracker_connections_provider_provider_user_id"),
        "tracker_connections",
        ["provider", "provider_user_id"],
        unique=False,
    )
    op.create_table(
        "webhook_endpoints",
        sa.Column("endpoint_id", types.Uuid16, nullable=False),
        sa.Column("client_id", types.Uuid16, nullable=False),
        sa.Column("url", types.word(500), nullable=False),
        sa.Column("event_types", types.word(1000), nullable=False),
        sa.Column("sealed_secret", types.Bytes(200), nullable=False),
        sa.Column("former_sealed_secret", types.Bytes(200), nullable=True),
        sa.Column("active", types.Flag, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["api_clients.client_id"], name=op.f("fk_webhook_endpoints_client_id")
        ),
        sa.PrimaryKeyConstraint("endpoint_id", name=op.f("pk_webhook_endpoints")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_webhook_endpoints_client_id"), "webhook_endpoints", ["client_id"], unique=False)
    op.create_table(
        "fulfillments",
        sa.Column("fulfillment_id", types.Uuid16, nullable=False),
        sa.Column("drawing_id", types.Uuid16, nullable=False),
        sa.Column("prize_id", types.Uuid16, nullable=False),
        sa.Column("draw_order", sa.Integer(), nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("status", types.word(20), nullable=False),
        sa.Column("carrier", types.word(60), nullable=True),
        sa.Column("tracking_number", types.word(100), nullable=True),
        sa.Column("next_due_at", types.Instant, nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("updated_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["drawing_id"], ["drawings.drawing_id"], name=op.f("fk_fulfillments_drawing_id")
        ),
        sa.ForeignKeyConstraint(["prize_id"], ["prizes.prize_id"], name=op.f("fk_fulfillments_prize_id")),
        sa.PrimaryKeyConstraint("fulfillment_id", name=op.f("pk_fulfillments")),
        sa.UniqueConstraint("drawing_id", "draw_order", name=op.f("uq_fulfillments_drawing_id_draw_order")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_fulfillments_status_next_due_at"), "fulfillments", ["status", "next_due_at"], unique=False
    )
    op.create_index(op.f("ix_fulfillments_user_id"), "fulfillments", ["user_id"], unique=False)
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", types.Bytes(32), nullable=False),
        sa.Column("session_id", types.Uuid16, nullable=False),
        sa.Column("issued_at", types.Instant, nullable=False),
        sa.Column("expires_at", types.Instant, nullable=False),
        sa.Column("used_at", types.Instant, nullable=True),
        sa.Column("successor_salt", types.Bytes(32), nullable=True),
        sa.Column("successor_hash", types.Bytes(32), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.session_id"], name=op.f("fk_refresh_tokens_session_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_refresh_tokens")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_refresh_tokens_session_id"), "refresh_tokens", ["session_id"], unique=False)
    op.create_table(
        "review_appeals",
        sa.Column("appeal_id", types.Uuid16, nullable=False),
        sa.Column("review_id", types.Uuid16, nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("statement", types.word(2000), nullable=False),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.Column("answered_at", types.Instant, nullable=True),
        sa.Column("answered_by", types.Uuid16, nullable=True),
        sa.Column("answer", types.word(2000), nullable=True),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.review_id"], name=op.f("fk_review_appeals_review_id")
        ),
        sa.PrimaryKeyConstraint("appeal_id", name=op.f("pk_review_appeals")),
        sa.UniqueConstraint("review_id", name=op.f("uq_review_appeals_review_id")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("delivery_id", types.Uuid16, nullable=False),
        sa.Column("endpoint_id", types.Uuid16, nullable=False),
        sa.Column("message_id", types.Uuid16, nullable=False),
        sa.Column("event_type", types.word(60), nullable=False),
        sa.Column("payload", types.Document, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_due_at", types.Instant, nullable=True),
        sa.Column("delivered_at", types.Instant, nullable=True),
        sa.Column("failed_at", types.Instant, nullable=True),
        sa.Column("last_status_code", sa.Integer(), nullable=True),
        sa.Column("last_error", types.word(200), nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoints.endpoint_id"], name=op.f("fk_webhook_deliveries_endpoint_id")
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_webhook_deliveries")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_webhook_deliveries_endpoint_id_created_at"),
        "webhook_deliveries",
        ["endpoint_id", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_webhook_deliveries_next_due_at"), "webhook_deliveries", ["next_due_at"], unique=False
    )
    op.create_table(
        "winners",
        sa.Column("drawing_id", types.Uuid16, nullable=False),
        sa.Column("draw_order", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prize_id", types.Uuid16, nullable=False),
        sa.Column("prize_rank", sa.Integer(), nullable=False),
        sa.Column("user_id", types.Uuid16, nullable=False),
        sa.Column("tag", types.Bytes(16), nullable=False),
        sa.Column("winning_ticket_number", sa.Integer(), nullable=False),
        sa.Column("word", sa.Integer(), nullable=False),
        sa.Column("tickets_held", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(["prize_id"], ["prizes.prize_id"], name=op.f("fk_winners_prize_id")),
        sa.PrimaryKeyConstraint("drawing_id", "draw_order", name=op.f("pk_winners")),
        sa.UniqueConstraint("drawing_id", "tag", name=op.f("uq_winners_drawing_id_tag")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_winners_user_id"), "winners", ["user_id"], unique=False)
    op.create_table(
        "fulfillment_transitions",
        sa.Column("fulfillment_id", types.Uuid16, nullable=False),
        sa.Column("step_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_status", types.word(20), nullable=True),
        sa.Column("to_status", types.word(20), nullable=False),
        sa.Column("actor_id", types.Uuid16, nullable=True),
        sa.Column("note", types.word(500), nullable=True),
        sa.Column("created_at", types.Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["fulfillment_id"],
            ["fulfillments.fulfillment_id"],
            name=op.f("fk_fulfillment_transitions_fulfillment_id"),
        ),
        sa.PrimaryKeyConstraint("fulfillment_id", "step_number", name=op.f("pk_fulfillment_transitions")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shipping_addresses",
        sa.Column("fulfillment_id", types.Uuid16, nullable=False),
        sa.Column("sealed_address", types.Document, nullable=False),
        sa.Column("confirmed_at", types.Instant, nullable=False),
        sa.Column("erase_at", types.Instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["fulfillment_id"],
            ["fulfillments.fulfillment_id"],
            name=op.f("fk_shipping_addresses_fulfillment_id"),
        ),
        sa.PrimaryKeyConstraint("fulfillment_id", name=op.f("pk_shipping_addresses")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_shipping_addresses_erase_at"), "shipping_addresses", ["erase_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_shipping_addresses_erase_at"), table_name="shipping_addresses")
    op.drop_table("shipping_addresses")
    op.drop_table("fulfillment_transitions")
    op.drop_index(op.f("ix_winners_user_id"), table_name="winners")
    op.drop_table("winners")
    op.drop_index(op.f("ix_webhook_deliveries_next_due_at"), table_name="webhook_deliveries")
    op.drop_index(op.f("ix_webhook_deliveries_endpoint_id_created_at"), table_name="webhook_deliveries")
    op.drop_table("webhook_deliveries")
    op.drop_table("review_appeals")
    op.drop_index(op.f("ix_refresh_tokens_session_id"), table_name="refresh_tokens")
    op.drop_table("refresh_tokens")
    op.drop_index(op.f("ix_fulfillments_user_id"), table_name="fulfillments")
    op.drop_index(op.f("ix_fulfillments_status_next_due_at"), table_name="fulfillments")
    op.drop_table("fulfillments")
    op.drop_index(op.f("ix_webhook_endpoints_client_id"), table_name="webhook_endpoints")
    op.drop_table("webhook_endpoints")
    op.drop_index(op.f("ix_tracker_connections_provider_provider_user_id"), table_name="tracker_connections")
    op.drop_index(op.f("ix_tracker_connections_next_due_at"), table_name="tracker_connections")
    op.drop_table("tracker_connections")
    op.drop_table("template_drawings")
    op.drop_index(op.f("ix_sessions_user_id"), table_name="sessions")
    op.drop_index(op.f("ix_sessions_expires_at"), table_name="sessions")
    op.drop_index(op.f("ix_sessions_ended_at"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index(op.f("ix_reviews_user_id_status"), table_name="reviews")
    op.drop_index(op.f("ix_reviews_status_opened_at"), table_name="reviews")
    op.drop_table("reviews")
    op.drop_index(op.f("ix_prizes_sponsor_id"), table_name="prizes")
    op.drop_index(op.f("ix_prizes_drawing_id_rank"), table_name="prizes")
    op.drop_table("prizes")
    op.drop_table("official_rules")
    op.drop_index(op.f("ix_oauth_states_expires_at"), table_name="oauth_states")
    op.drop_table("oauth_states")
    op.drop_table("notification_preferences")
    op.drop_index(op.f("ix_mfa_used_codes_used_at"), table_name="mfa_used_codes")
    op.drop_table("mfa_used_codes")
    op.drop_table("mfa_secrets")
    op.drop_table("mfa_recovery_codes")
    op.drop_index(op.f("ix_identities_user_id"), table_name="identities")
    op.drop_table("identities")
    op.drop_index(op.f("ix_free_entries_drawing_id_user_id"), table_name="free_entries")
    op.drop_table("free_entries")
    op.drop_index(op.f("ix_email_tokens_user_id_purpose"), table_name="email_tokens")
    op.drop_index(op.f("ix_email_tokens_expires_at"), table_name="email_tokens")
    op.drop_table("email_tokens")
    op.drop_index(op.f("ix_api_client_secrets_client_id"), table_name="api_client_secrets")
    op.drop_table("api_client_secrets")
    op.drop_index(op.f("ix_users_standing_changed_at"), table_name="users")
    op.drop_index(op.f("ix_users_created_at"), table_name="users")
    op.drop_table("users")
    op.drop_table("user_log")
    op.drop_index(op.f("ix_user_days_day_tier_code"), table_name="user_days")
    op.drop_table("user_days")
    op.drop_table("tier_norms")
    op.drop_table("sponsors")
    op.drop_index(op.f("ix_profiles_tier_code"), table_name="profiles")
    op.drop_table("profiles")
    op.drop_table("passed_over")
    op.drop_index(op.f("ix_mail_outbox_user_id"), table_name="mail_outbox")
    op.drop_index(op.f("ix_mail_outbox_next_due_at"), table_name="mail_outbox")
    op.drop_table("mail_outbox")
    op.drop_table("ledger")
    op.drop_table("inbox")
    op.drop_index(op.f("ix_idempotency_created_at"), table_name="idempotency")
    op.drop_table("idempotency")
    op.drop_index(op.f("ix_effects_created_at"), table_name="effects")
    op.drop_table("effects")
    op.drop_table("effect_receipts")
    op.drop_index(op.f("ix_drawings_status_drawing_time"), table_name="drawings")
    op.drop_index(op.f("ix_drawings_next_due_at"), table_name="drawings")
    op.drop_table("drawings")
    op.drop_table("drawing_templates")
    op.drop_index(op.f("ix_drawing_log_user_id_drawing_id"), table_name="drawing_log")
    op.drop_table("drawing_log")
    op.drop_index(op.f("ix_daily_figures_measure_day"), table_name="daily_figures")
    op.drop_table("daily_figures")
    op.drop_index(op.f("ix_audit_log_subject_type_subject_id"), table_name="audit_log")
    op.drop_index(op.f("ix_audit_log_created_at"), table_name="audit_log")
    op.drop_index(op.f("ix_audit_log_actor_id"), table_name="audit_log")
    op.drop_table("audit_log")
    op.drop_index(op.f("ix_attempts_updated_at"), table_name="attempts")
    op.drop_table("attempts")
    op.drop_table("api_clients")
    op.drop_index(op.f("ix_activities_user_id_day"), table_name="activities")
    op.drop_index(op.f("ix_activities_device_id"), table_name="activities")
    op.drop_table("activities")

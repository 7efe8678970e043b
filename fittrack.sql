WHENEVER SQLERROR EXIT FAILURE ROLLBACK
SET SQLBLANKLINES ON
SET DEFINE OFF

CREATE TABLE alembic_version (
    version_num VARCHAR2(32 CHAR) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)

/

-- Running upgrade  -> 0001

CREATE TABLE activities (
    user_id RAW(16) NOT NULL, 
    activity_id RAW(16) NOT NULL, 
    activity_type VARCHAR2(20 CHAR) NOT NULL, 
    day DATE NOT NULL, 
    start_time TIMESTAMP NOT NULL, 
    end_time TIMESTAMP NOT NULL, 
    duration_minutes BINARY_DOUBLE NOT NULL, 
    intensity VARCHAR2(10 CHAR) NOT NULL, 
    metrics BLOB NOT NULL, 
    source VARCHAR2(40 CHAR) NOT NULL, 
    external_id VARCHAR2(200 CHAR) NOT NULL, 
    device_id VARCHAR2(200 CHAR), 
    duplicate_of RAW(16), 
    flags VARCHAR2(200 CHAR), 
    revision INTEGER NOT NULL, 
    received_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_activities PRIMARY KEY (user_id, activity_id), 
    CONSTRAINT uq_activities_user_id_source_external_id UNIQUE (user_id, source, external_id)
)

/

CREATE INDEX ix_activities_device_id ON activities (device_id)

/

CREATE INDEX ix_activities_user_id_day ON activities (user_id, day)

/

CREATE TABLE api_clients (
    client_id RAW(16) NOT NULL, 
    name VARCHAR2(120 CHAR) NOT NULL, 
    scopes VARCHAR2(1000 CHAR) NOT NULL, 
    active INTEGER NOT NULL, 
    created_by RAW(16), 
    created_at TIMESTAMP NOT NULL, 
    updated_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_api_clients PRIMARY KEY (client_id), 
    CONSTRAINT uq_api_clients_name UNIQUE (name)
)

/

CREATE TABLE attempts (
    purpose VARCHAR2(20 CHAR) NOT NULL, 
    subject_hash RAW(32) NOT NULL, 
    failures INTEGER NOT NULL, 
    locks INTEGER NOT NULL, 
    locked_until TIMESTAMP, 
    updated_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_attempts PRIMARY KEY (purpose, subject_hash)
)

/

CREATE INDEX ix_attempts_updated_at ON attempts (updated_at)

/

CREATE TABLE audit_log (
    audit_id RAW(16) NOT NULL, 
    actor_id RAW(16), 
    action VARCHAR2(60 CHAR) NOT NULL, 
    subject_type VARCHAR2(40 CHAR) NOT NULL, 
    subject_id VARCHAR2(64 CHAR), 
    before_state BLOB, 
    after_state BLOB, 
    reason VARCHAR2(500 CHAR), 
    request_id VARCHAR2(64 CHAR), 
    ip_address VARCHAR2(45 CHAR), 
    ip_salt RAW(16), 
    ip_commit RAW(32), 
    created_at TIMESTAMP NOT NULL, 
    chain_seq INTEGER, 
    prev_hash RAW(32), 
    row_hash RAW(32), 
    CONSTRAINT pk_audit_log PRIMARY KEY (audit_id), 
    CONSTRAINT uq_audit_log_chain_seq UNIQUE (chain_seq)
)

/

CREATE INDEX ix_audit_log_actor_id ON audit_log (actor_id)

/

CREATE INDEX ix_audit_log_created_at ON audit_log (created_at)

/

CREATE INDEX ix_audit_log_subject_type_subject_id ON audit_log (subject_type, subject_id)

/

CREATE TABLE daily_figures (
    day DATE NOT NULL, 
    measure VARCHAR2(40 CHAR) NOT NULL, 
    dimension VARCHAR2(40 CHAR) NOT NULL, 
    amount INTEGER NOT NULL, 
    updated_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_daily_figures PRIMARY KEY (day, measure, dimension)
)

/

CREATE INDEX ix_daily_figures_measure_day ON daily_figures (measure, day)

/

CREATE TABLE drawing_log (
    drawing_id RAW(16) NOT NULL, 
    rev INTEGER NOT NULL, 
    unit_id RAW(16) NOT NULL, 
    prev_unit RAW(16), 
    kind VARCHAR2(40 CHAR) NOT NULL, 
    idem_key RAW(16), 
    request_hash RAW(16), 
    answer BLOB, 
    created_at TIMESTAMP NOT NULL, 
    user_id RAW(16), 
    ticket_count INTEGER, 
    CONSTRAINT pk_drawing_log PRIMARY KEY (drawing_id, rev), 
    CONSTRAINT ck_drawing_log_chained CHECK (rev = 1 OR prev_unit IS NOT NULL), 
    CONSTRAINT ck_drawing_log_rev_from_one CHECK (rev >= 1), 
    CONSTRAINT ck_drawing_log_tickets_positive CHECK (ticket_count >= 1), 
    CONSTRAINT fk_drawing_log_drawing_id_prev_unit FOREIGN KEY(drawing_id, prev_unit) REFERENCES drawing_log (drawing_id, unit_id), 
    CONSTRAINT uq_drawing_log_drawing_id_unit_id UNIQUE (drawing_id, unit_id)
)

/

CREATE INDEX ix_drawing_log_user_id_drawing_id ON drawing_log (user_id, drawing_id)

/

CREATE TABLE drawing_templates (
    template_id RAW(16) NOT NULL, 
    drawing_type VARCHAR2(10 CHAR) NOT NULL, 
    name VARCHAR2(120 CHAR) NOT NULL, 
    description CLOB, 
    ticket_cost_points INTEGER NOT NULL, 
    user_type VARCHAR2(10 CHAR) NOT NULL, 
    min_account_age_days INTEGER NOT NULL, 
    auto_execute INTEGER NOT NULL, 
    lead_days INTEGER NOT NULL, 
    prizes BLOB NOT NULL, 
    active INTEGER NOT NULL, 
    created_at TIMESTAMP NOT NULL, 
    updated_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_drawing_templates PRIMARY KEY (template_id), 
    CONSTRAINT ck_drawing_templates_user_type_known CHECK (user_type IN ('all', 'premium'))
)

/

CREATE TABLE drawings (
    drawing_id RAW(16) NOT NULL, 
    drawing_type VARCHAR2(10 CHAR) NOT NULL, 
    name VARCHAR2(120 CHAR) NOT NULL, 
    description CLOB, 
    ticket_cost_points INTEGER NOT NULL, 
    sales_open TIMESTAMP, 
    ticket_sales_close TIMESTAMP NOT NULL, 
    drawing_time TIMESTAMP NOT NULL, 
    user_type VARCHAR2(10 CHAR) NOT NULL, 
    min_account_age_days INTEGER NOT NULL, 
    auto_execute INTEGER NOT NULL, 
    status VARCHAR2(10 CHAR) NOT NULL, 
    next_due_at TIMESTAMP, 
    rules_version INTEGER, 
    sealed_seed RAW(200), 
    sealed_drawing_key RAW(200), 
    seed_commit RAW(32), 
    rules BLOB, 
    total_tickets INTEGER, 
    entrants INTEGER, 
    root RAW(32), 
    seed RAW(32), 
    beacon BLOB, 
    created_at TIMESTAMP NOT NULL, 
    scheduled_at TIMESTAMP, 
    opened_at TIMESTAMP, 
    closed_at TIMESTAMP, 
    completed_at TIMESTAMP, 
    cancelled_at TIMESTAMP, 
    CONSTRAINT pk_drawings PRIMARY KEY (drawing_id), 
    CONSTRAINT ck_drawings_status_known CHECK (status IN ('draft', 'scheduled', 'open', 'closed', 'completed', 'cancelled')), 
    CONSTRAINT ck_drawings_user_type_known CHECK (user_type IN ('all', 'premium'))
)

/

CREATE INDEX ix_drawings_next_due_at ON drawings (next_due_at)

/

CREATE INDEX ix_drawings_status_drawing_time ON drawings (status, drawing_time)

/

CREATE TABLE effect_receipts (
    kind VARCHAR2(40 CHAR) NOT NULL, 
    subject_id RAW(16) NOT NULL, 
    user_id RAW(16) NOT NULL, 
    applied_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_effect_receipts PRIMARY KEY (kind, subject_id)
)

/

CREATE TABLE effects (
    kind VARCHAR2(40 CHAR) NOT NULL, 
    subject_id RAW(16) NOT NULL, 
    user_id RAW(16) NOT NULL, 
    payload BLOB NOT NULL, 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_effects PRIMARY KEY (kind, subject_id)
)

/

CREATE INDEX ix_effects_created_at ON effects (created_at)

/

CREATE TABLE idempotency (
    scope_id RAW(16) NOT NULL, 
    idem_key RAW(16) NOT NULL, 
    request_hash RAW(16) NOT NULL, 
    status_code INTEGER NOT NULL, 
    answer BLOB, 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_idempotency PRIMARY KEY (scope_id, idem_key)
)

/

CREATE INDEX ix_idempotency_created_at ON idempotency (created_at)

/

CREATE TABLE inbox (
    user_id RAW(16) NOT NULL, 
    seq INTEGER NOT NULL, 
    notification_id RAW(16) NOT NULL, 
    notification_type VARCHAR2(40 CHAR) NOT NULL, 
    title VARCHAR2(200 CHAR) NOT NULL, 
    body CLOB NOT NULL, 
    reference_type VARCHAR2(40 CHAR), 
    reference_id VARCHAR2(64 CHAR), 
    read_at TIMESTAMP, 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_inbox PRIMARY KEY (user_id, seq), 
    CONSTRAINT uq_inbox_notification_id UNIQUE (notification_id)
)

/

CREATE TABLE ledger (
    user_id RAW(16) NOT NULL, 
    seq INTEGER NOT NULL, 
    transaction_id RAW(16) NOT NULL, 
    transaction_type VARCHAR2(10 CHAR) NOT NULL, 
    amount INTEGER NOT NULL, 
    balance_after INTEGER NOT NULL, 
    reference_type VARCHAR2(40 CHAR) NOT NULL, 
    reference_id VARCHAR2(64 CHAR), 
    description VARCHAR2(200 CHAR) NOT NULL, 
    day VARCHAR2(10 CHAR), 
    tier_code VARCHAR2(12 CHAR), 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_ledger PRIMARY KEY (user_id, seq), 
    CONSTRAINT ck_ledger_type_known CHECK (transaction_type IN ('earn', 'spend', 'adjust', 'expire')), 
    CONSTRAINT ck_ledger_no_overdraft CHECK (balance_after >= 0), 
    CONSTRAINT ck_ledger_seq_from_one CHECK (seq >= 1)
)

/

CREATE TABLE mail_outbox (
    mail_id RAW(16) NOT NULL, 
    user_id RAW(16), 
    template VARCHAR2(40 CHAR) NOT NULL, 
    sealed_letter BLOB, 
    attempts INTEGER NOT NULL, 
    next_due_at TIMESTAMP, 
    delivered_at TIMESTAMP, 
    failed_at TIMESTAMP, 
    last_error VARCHAR2(200 CHAR), 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_mail_outbox PRIMARY KEY (mail_id)
)

/

CREATE INDEX ix_mail_outbox_next_due_at ON mail_outbox (next_due_at)

/

CREATE INDEX ix_mail_outbox_user_id ON mail_outbox (user_id)

/

CREATE TABLE passed_over (
    drawing_id RAW(16) NOT NULL, 
    tag RAW(16) NOT NULL, 
    reason VARCHAR2(20 CHAR) NOT NULL, 
    CONSTRAINT pk_passed_over PRIMARY KEY (drawing_id, tag)
)

/

CREATE TABLE profiles (
    user_id RAW(16) NOT NULL, 
    display_name VARCHAR2(50 CHAR) NOT NULL, 
    display_key VARCHAR2(50 CHAR) NOT NULL, 
    biological_sex VARCHAR2(10 CHAR) NOT NULL, 
    fitness_level VARCHAR2(15 CHAR) NOT NULL, 
    height_inches BINARY_DOUBLE, 
    weight_pounds BINARY_DOUBLE, 
    goals BLOB, 
    tier_code VARCHAR2(12 CHAR) NOT NULL, 
    updated_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_profiles PRIMARY KEY (user_id), 
    CONSTRAINT uq_profiles_display_key UNIQUE (display_key)
)

/

CREATE INDEX ix_profiles_tier_code ON profiles (tier_code)

/

CREATE TABLE sponsors (
    sponsor_id RAW(16) NOT NULL, 
    name VARCHAR2(120 CHAR) NOT NULL, 
    contact_name VARCHAR2(120 CHAR), 
    contact_email VARCHAR2(254 CHAR), 
    website_url VARCHAR2(500 CHAR), 
    logo_url VARCHAR2(500 CHAR), 
    active INTEGER NOT NULL, 
    created_at TIMESTAMP NOT NULL, 
    updated_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_sponsors PRIMARY KEY (sponsor_id), 
    CONSTRAINT uq_sponsors_name UNIQUE (name)
)

/

CREATE TABLE tier_norms (
    tier_code VARCHAR2(12 CHAR) NOT NULL, 
    day_count INTEGER NOT NULL, 
    points_sum INTEGER NOT NULL, 
    points_squared_sum INTEGER NOT NULL, 
    updated_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_tier_norms PRIMARY KEY (tier_code)
)

/

CREATE TABLE user_days (
    user_id RAW(16) NOT NULL, 
    day DATE NOT NULL, 
    tier_code VARCHAR2(12 CHAR) NOT NULL, 
    steps INTEGER NOT NULL, 
    light_minutes INTEGER NOT NULL, 
    moderate_minutes INTEGER NOT NULL, 
    vigorous_minutes INTEGER NOT NULL, 
    minutes INTEGER NOT NULL, 
    workouts INTEGER NOT NULL, 
    run INTEGER NOT NULL, 
    award_points INTEGER NOT NULL, 
    streak_points INTEGER NOT NULL, 
    booked_points INTEGER NOT NULL, 
    forgiven_points INTEGER NOT NULL, 
    CONSTRAINT pk_user_days PRIMARY KEY (user_id, day)
)

/

CREATE INDEX ix_user_days_day_tier_code ON user_days (day, tier_code)

/

CREATE TABLE user_log (
    user_id RAW(16) NOT NULL, 
    rev INTEGER NOT NULL, 
    unit_id RAW(16) NOT NULL, 
    prev_unit RAW(16), 
    kind VARCHAR2(40 CHAR) NOT NULL, 
    idem_key RAW(16), 
    request_hash RAW(16), 
    answer BLOB, 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_user_log PRIMARY KEY (user_id, rev), 
    CONSTRAINT ck_user_log_chained CHECK (rev = 1 OR prev_unit IS NOT NULL), 
    CONSTRAINT ck_user_log_rev_from_one CHECK (rev >= 1), 
    CONSTRAINT fk_user_log_user_id_prev_unit FOREIGN KEY(user_id, prev_unit) REFERENCES user_log (user_id, unit_id), 
    CONSTRAINT uq_user_log_user_id_unit_id UNIQUE (user_id, unit_id)
)

/

CREATE TABLE users (
    user_id RAW(16) NOT NULL, 
    email VARCHAR2(254 CHAR), 
    email_key VARCHAR2(254 CHAR), 
    password_hash VARCHAR2(200 CHAR), 
    status VARCHAR2(10 CHAR) NOT NULL, 
    role VARCHAR2(10 CHAR) NOT NULL, 
    premium_expires_at TIMESTAMP, 
    date_of_birth DATE NOT NULL, 
    state_of_residence VARCHAR2(2 CHAR) NOT NULL, 
    email_verified_at TIMESTAMP, 
    accepted_terms_at TIMESTAMP, 
    accepted_rules_at TIMESTAMP, 
    accepted_rules_version VARCHAR2(20 CHAR), 
    under_review INTEGER NOT NULL, 
    standing_changed_at TIMESTAMP NOT NULL, 
    created_at TIMESTAMP NOT NULL, 
    deleted_at TIMESTAMP, 
    CONSTRAINT pk_users PRIMARY KEY (user_id), 
    CONSTRAINT ck_users_role_known CHECK (role IN ('user', 'premium', 'admin')), 
    CONSTRAINT ck_users_status_known CHECK (status IN ('pending', 'active', 'suspended', 'banned', 'deleted')), 
    CONSTRAINT uq_users_email_key UNIQUE (email_key)
)

/

CREATE INDEX ix_users_created_at ON users (created_at)

/

CREATE INDEX ix_users_standing_changed_at ON users (standing_changed_at)

/

CREATE TABLE api_client_secrets (
    secret_hash RAW(32) NOT NULL, 
    client_id RAW(16) NOT NULL, 
    created_at TIMESTAMP NOT NULL, 
    expires_at TIMESTAMP, 
    revoked_at TIMESTAMP, 
    CONSTRAINT pk_api_client_secrets PRIMARY KEY (secret_hash), 
    CONSTRAINT fk_api_client_secrets_client_id FOREIGN KEY(client_id) REFERENCES api_clients (client_id)
)

/

CREATE INDEX ix_api_client_secrets_client_id ON api_client_secrets (client_id)

/

CREATE TABLE email_tokens (
    token_hash RAW(32) NOT NULL, 
    user_id RAW(16) NOT NULL, 
    purpose VARCHAR2(20 CHAR) NOT NULL, 
    issued_at TIMESTAMP NOT NULL, 
    expires_at TIMESTAMP NOT NULL, 
    used_at TIMESTAMP, 
    CONSTRAINT pk_email_tokens PRIMARY KEY (token_hash), 
    CONSTRAINT ck_email_tokens_purpose_known CHECK (purpose IN ('verify-email', 'reset-password')), 
    CONSTRAINT fk_email_tokens_user_id FOREIGN KEY(user_id) REFERENCES users (user_id)
)

/

CREATE INDEX ix_email_tokens_expires_at ON email_tokens (expires_at)

/

CREATE INDEX ix_email_tokens_user_id_purpose ON email_tokens (user_id, purpose)

/

CREATE TABLE free_entries (
    evidence_key VARCHAR2(120 CHAR) NOT NULL, 
    drawing_id RAW(16) NOT NULL, 
    unit_id RAW(16) NOT NULL, 
    user_id RAW(16) NOT NULL, 
    ticket_count INTEGER NOT NULL, 
    recorded_by RAW(16) NOT NULL, 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_free_entries PRIMARY KEY (evidence_key), 
    CONSTRAINT fk_free_entries_drawing_id FOREIGN KEY(drawing_id) REFERENCES drawings (drawing_id), 
    CONSTRAINT uq_free_entries_drawing_id_unit_id UNIQUE (drawing_id, unit_id)
)

/

CREATE INDEX ix_free_entries_drawing_id_user_id ON free_entries (drawing_id, user_id)

/

CREATE TABLE identities (
    issuer VARCHAR2(20 CHAR) NOT NULL, 
    subject VARCHAR2(255 CHAR) NOT NULL, 
    user_id RAW(16) NOT NULL, 
    email VARCHAR2(254 CHAR), 
    created_at TIMESTAMP NOT NULL, 
    last_used_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_identities PRIMARY KEY (issuer, subject), 
    CONSTRAINT fk_identities_user_id FOREIGN KEY(user_id) REFERENCES users (user_id)
)

/

CREATE INDEX ix_identities_user_id ON identities (user_id)

/

CREATE TABLE mfa_recovery_codes (
    user_id RAW(16) NOT NULL, 
    code_hash RAW(32) NOT NULL, 
    used_at TIMESTAMP, 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_mfa_recovery_codes PRIMARY KEY (user_id, code_hash), 
    CONSTRAINT fk_mfa_recovery_codes_user_id FOREIGN KEY(user_id) REFERENCES users (user_id)
)

/

CREATE TABLE mfa_secrets (
    user_id RAW(16) NOT NULL, 
    sealed_secret RAW(200), 
    sealed_candidate RAW(200), 
    confirmed_at TIMESTAMP, 
    updated_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_mfa_secrets PRIMARY KEY (user_id), 
    CONSTRAINT fk_mfa_secrets_user_id FOREIGN KEY(user_id) REFERENCES users (user_id)
)

/

CREATE TABLE mfa_used_codes (
    user_id RAW(16) NOT NULL, 
    time_step INTEGER NOT NULL, 
    used_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_mfa_used_codes PRIMARY KEY (user_id, time_step), 
    CONSTRAINT fk_mfa_used_codes_user_id FOREIGN KEY(user_id) REFERENCES users (user_id)
)

/

CREATE INDEX ix_mfa_used_codes_used_at ON mfa_used_codes (used_at)

/

CREATE TABLE notification_preferences (
    user_id RAW(16) NOT NULL, 
    category VARCHAR2(40 CHAR) NOT NULL, 
    in_app INTEGER NOT NULL, 
    by_email INTEGER NOT NULL, 
    updated_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_notification_preferences PRIMARY KEY (user_id, category), 
    CONSTRAINT fk_notification_preferences_user_id FOREIGN KEY(user_id) REFERENCES users (user_id)
)

/

CREATE TABLE oauth_states (
    state_hash RAW(32) NOT NULL, 
    user_id RAW(16) NOT NULL, 
    provider VARCHAR2(40 CHAR) NOT NULL, 
    sealed_verifier RAW(300) NOT NULL, 
    redirect_uri VARCHAR2(500 CHAR) NOT NULL, 
    created_at TIMESTAMP NOT NULL, 
    expires_at TIMESTAMP NOT NULL, 
    used_at TIMESTAMP, 
    CONSTRAINT pk_oauth_states PRIMARY KEY (state_hash), 
    CONSTRAINT fk_oauth_states_user_id FOREIGN KEY(user_id) REFERENCES users (user_id)
)

/

CREATE INDEX ix_oauth_states_expires_at ON oauth_states (expires_at)

/

CREATE TABLE official_rules (
    drawing_id RAW(16) NOT NULL, 
    rules_version INTEGER NOT NULL, 
    rules_text BLOB NOT NULL, 
    text_hash RAW(32) NOT NULL, 
    created_by RAW(16), 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_official_rules PRIMARY KEY (drawing_id, rules_version), 
    CONSTRAINT fk_official_rules_drawing_id FOREIGN KEY(drawing_id) REFERENCES drawings (drawing_id)
)

/

CREATE TABLE prizes (
    prize_id RAW(16) NOT NULL, 
    drawing_id RAW(16) NOT NULL, 
    rank INTEGER NOT NULL, 
    name VARCHAR2(120 CHAR) NOT NULL, 
    description CLOB, 
    value_cents INTEGER NOT NULL, 
    quantity INTEGER NOT NULL, 
    fulfillment_type VARCHAR2(10 CHAR) NOT NULL, 
    sponsor_id RAW(16), 
    image_url VARCHAR2(500 CHAR), 
    created_at TIMESTAMP NOT NULL, 
    updated_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_prizes PRIMARY KEY (prize_id), 
    CONSTRAINT ck_prizes_fulfillment_type_known CHECK (fulfillment_type IN ('digital', 'physical')), 
    CONSTRAINT ck_prizes_quantity_positive CHECK (quantity >= 1), 
    CONSTRAINT ck_prizes_value_not_negative CHECK (value_cents >= 0), 
    CONSTRAINT fk_prizes_drawing_id FOREIGN KEY(drawing_id) REFERENCES drawings (drawing_id), 
    CONSTRAINT fk_prizes_sponsor_id FOREIGN KEY(sponsor_id) REFERENCES sponsors (sponsor_id)
)

/

CREATE INDEX ix_prizes_drawing_id_rank ON prizes (drawing_id, rank)

/

CREATE INDEX ix_prizes_sponsor_id ON prizes (sponsor_id)

/

CREATE TABLE reviews (
    review_id RAW(16) NOT NULL, 
    user_id RAW(16) NOT NULL, 
    reason VARCHAR2(40 CHAR) NOT NULL, 
    evidence BLOB, 
    status VARCHAR2(10 CHAR) NOT NULL, 
    opened_at TIMESTAMP NOT NULL, 
    resolved_at TIMESTAMP, 
    resolved_by RAW(16), 
    resolution VARCHAR2(500 CHAR), 
    CONSTRAINT pk_reviews PRIMARY KEY (review_id), 
    CONSTRAINT ck_reviews_status_known CHECK (status IN ('open', 'cleared', 'upheld')), 
    CONSTRAINT fk_reviews_user_id FOREIGN KEY(user_id) REFERENCES users (user_id)
)

/

CREATE INDEX ix_reviews_status_opened_at ON reviews (status, opened_at)

/

CREATE INDEX ix_reviews_user_id_status ON reviews (user_id, status)

/

CREATE TABLE sessions (
    session_id RAW(16) NOT NULL, 
    user_id RAW(16) NOT NULL, 
    device_id VARCHAR2(200 CHAR), 
    live_device RAW(32), 
    user_agent VARCHAR2(300 CHAR), 
    ip_address VARCHAR2(45 CHAR), 
    created_at TIMESTAMP NOT NULL, 
    last_used_at TIMESTAMP NOT NULL, 
    expires_at TIMESTAMP NOT NULL, 
    ended_at TIMESTAMP, 
    end_reason VARCHAR2(20 CHAR), 
    mfa_checked_at TIMESTAMP, 
    CONSTRAINT pk_sessions PRIMARY KEY (session_id), 
    CONSTRAINT fk_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (user_id), 
    CONSTRAINT uq_sessions_live_device UNIQUE (live_device)
)

/

CREATE INDEX ix_sessions_ended_at ON sessions (ended_at)

/

CREATE INDEX ix_sessions_expires_at ON sessions (expires_at)

/

CREATE INDEX ix_sessions_user_id ON sessions (user_id)

/

CREATE TABLE template_drawings (
    template_id RAW(16) NOT NULL, 
    day DATE NOT NULL, 
    drawing_id RAW(16) NOT NULL, 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_template_drawings PRIMARY KEY (template_id, day), 
    CONSTRAINT fk_template_drawings_template_id FOREIGN KEY(template_id) REFERENCES drawing_templates (template_id)
)

/

CREATE TABLE tracker_connections (
    connection_id RAW(16) NOT NULL, 
    user_id RAW(16) NOT NULL, 
    provider VARCHAR2(40 CHAR) NOT NULL, 
    is_primary INTEGER NOT NULL, 
    provider_user_id VARCHAR2(200 CHAR), 
    scopes VARCHAR2(1000 CHAR), 
    sealed_access_token BLOB, 
    sealed_refresh_token BLOB, 
    token_expires_at TIMESTAMP, 
    sync_status VARCHAR2(20 CHAR) NOT NULL, 
    sync_cursor BLOB, 
    sync_error VARCHAR2(300 CHAR), 
    sync_failures INTEGER NOT NULL, 
    last_sync_at TIMESTAMP, 
    next_due_at TIMESTAMP, 
    created_at TIMESTAMP NOT NULL, 
    updated_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_tracker_connections PRIMARY KEY (connection_id), 
    CONSTRAINT fk_tracker_connections_user_id FOREIGN KEY(user_id) REFERENCES users (user_id), 
    CONSTRAINT uq_tracker_connections_user_id_provider UNIQUE (user_id, provider)
)

/

CREATE INDEX ix_tracker_connections_next_due_at ON tracker_connections (next_due_at)

/

CREATE INDEX ix_tracker_connections_provider_provider_user_id ON tracker_connections (provider, provider_user_id)

/

CREATE TABLE webhook_endpoints (
    endpoint_id RAW(16) NOT NULL, 
    client_id RAW(16) NOT NULL, 
    url VARCHAR2(500 CHAR) NOT NULL, 
    event_types VARCHAR2(1000 CHAR) NOT NULL, 
    sealed_secret RAW(200) NOT NULL, 
    former_sealed_secret RAW(200), 
    active INTEGER NOT NULL, 
    failures INTEGER NOT NULL, 
    created_at TIMESTAMP NOT NULL, 
    updated_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_webhook_endpoints PRIMARY KEY (endpoint_id), 
    CONSTRAINT fk_webhook_endpoints_client_id FOREIGN KEY(client_id) REFERENCES api_clients (client_id)
)

/

CREATE INDEX ix_webhook_endpoints_client_id ON webhook_endpoints (client_id)

/

CREATE TABLE fulfillments (
    fulfillment_id RAW(16) NOT NULL, 
    drawing_id RAW(16) NOT NULL, 
    prize_id RAW(16) NOT NULL, 
    draw_order INTEGER NOT NULL, 
    user_id RAW(16) NOT NULL, 
    status VARCHAR2(20 CHAR) NOT NULL, 
    carrier VARCHAR2(60 CHAR), 
    tracking_number VARCHAR2(100 CHAR), 
    next_due_at TIMESTAMP, 
    created_at TIMESTAMP NOT NULL, 
    updated_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_fulfillments PRIMARY KEY (fulfillment_id), 
    CONSTRAINT fk_fulfillments_drawing_id FOREIGN KEY(drawing_id) REFERENCES drawings (drawing_id), 
    CONSTRAINT fk_fulfillments_prize_id FOREIGN KEY(prize_id) REFERENCES prizes (prize_id), 
    CONSTRAINT uq_fulfillments_drawing_id_draw_order UNIQUE (drawing_id, draw_order)
)

/

CREATE INDEX ix_fulfillments_status_next_due_at ON fulfillments (status, next_due_at)

/

CREATE INDEX ix_fulfillments_user_id ON fulfillments (user_id)

/

CREATE TABLE refresh_tokens (
    token_hash RAW(32) NOT NULL, 
    session_id RAW(16) NOT NULL, 
    issued_at TIMESTAMP NOT NULL, 
    expires_at TIMESTAMP NOT NULL, 
    used_at TIMESTAMP, 
    successor_salt RAW(32), 
    successor_hash RAW(32), 
    CONSTRAINT pk_refresh_tokens PRIMARY KEY (token_hash), 
    CONSTRAINT fk_refresh_tokens_session_id FOREIGN KEY(session_id) REFERENCES sessions (session_id)
)

/

CREATE INDEX ix_refresh_tokens_session_id ON refresh_tokens (session_id)

/

CREATE TABLE review_appeals (
    appeal_id RAW(16) NOT NULL, 
    review_id RAW(16) NOT NULL, 
    user_id RAW(16) NOT NULL, 
    statement CLOB NOT NULL, 
    created_at TIMESTAMP NOT NULL, 
    answered_at TIMESTAMP, 
    answered_by RAW(16), 
    answer CLOB, 
    CONSTRAINT pk_review_appeals PRIMARY KEY (appeal_id), 
    CONSTRAINT fk_review_appeals_review_id FOREIGN KEY(review_id) REFERENCES reviews (review_id), 
    CONSTRAINT uq_review_appeals_review_id UNIQUE (review_id)
)

/

CREATE TABLE webhook_deliveries (
    delivery_id RAW(16) NOT NULL, 
    endpoint_id RAW(16) NOT NULL, 
    message_id RAW(16) NOT NULL, 
    event_type VARCHAR2(60 CHAR) NOT NULL, 
    payload BLOB NOT NULL, 
    attempts INTEGER NOT NULL, 
    next_due_at TIMESTAMP, 
    delivered_at TIMESTAMP, 
    failed_at TIMESTAMP, 
    last_status_code INTEGER, 
    last_error VARCHAR2(200 CHAR), 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_webhook_deliveries PRIMARY KEY (delivery_id), 
    CONSTRAINT fk_webhook_deliveries_endpoint_id FOREIGN KEY(endpoint_id) REFERENCES webhook_endpoints (endpoint_id)
)

/

CREATE INDEX ix_webhook_deliveries_endpoint_id_created_at ON webhook_deliveries (endpoint_id, created_at)

/

CREATE INDEX ix_webhook_deliveries_next_due_at ON webhook_deliveries (next_due_at)

/

CREATE TABLE winners (
    drawing_id RAW(16) NOT NULL, 
    draw_order INTEGER NOT NULL, 
    prize_id RAW(16) NOT NULL, 
    prize_rank INTEGER NOT NULL, 
    user_id RAW(16) NOT NULL, 
    tag RAW(16) NOT NULL, 
    winning_ticket_number INTEGER NOT NULL, 
    word INTEGER NOT NULL, 
    tickets_held INTEGER NOT NULL, 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_winners PRIMARY KEY (drawing_id, draw_order), 
    CONSTRAINT fk_winners_prize_id FOREIGN KEY(prize_id) REFERENCES prizes (prize_id), 
    CONSTRAINT uq_winners_drawing_id_tag UNIQUE (drawing_id, tag)
)

/

CREATE INDEX ix_winners_user_id ON winners (user_id)

/

CREATE TABLE fulfillment_transitions (
    fulfillment_id RAW(16) NOT NULL, 
    step_number INTEGER NOT NULL, 
    from_status VARCHAR2(20 CHAR), 
    to_status VARCHAR2(20 CHAR) NOT NULL, 
    actor_id RAW(16), 
    note VARCHAR2(500 CHAR), 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_fulfillment_transitions PRIMARY KEY (fulfillment_id, step_number), 
    CONSTRAINT fk_fulfillment_transitions_fulfillment_id FOREIGN KEY(fulfillment_id) REFERENCES fulfillments (fulfillment_id)
)

/

CREATE TABLE shipping_addresses (
    fulfillment_id RAW(16) NOT NULL, 
    sealed_address BLOB NOT NULL, 
    confirmed_at TIMESTAMP NOT NULL, 
    erase_at TIMESTAMP, 
    CONSTRAINT pk_shipping_addresses PRIMARY KEY (fulfillment_id), 
    CONSTRAINT fk_shipping_addresses_fulfillment_id FOREIGN KEY(fulfillment_id) REFERENCES fulfillments (fulfillment_id)
)

/

CREATE INDEX ix_shipping_addresses_erase_at ON shipping_addresses (erase_at)

/

INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING alembic_version.version_num INTO :ret_0

/

-- Running upgrade 0001 -> 0002

DROP TABLE audit_log

/

CREATE TABLE audit_log (
    audit_id RAW(16) NOT NULL, 
    actor_id RAW(16), 
    action VARCHAR2(60 CHAR) NOT NULL, 
    subject_type VARCHAR2(40 CHAR) NOT NULL, 
    subject_id VARCHAR2(64 CHAR), 
    before_state BLOB, 
    after_state BLOB, 
    reason VARCHAR2(500 CHAR), 
    content_salt RAW(16), 
    content_commit RAW(32), 
    request_id VARCHAR2(64 CHAR), 
    ip_address VARCHAR2(45 CHAR), 
    ip_salt RAW(16), 
    ip_commit RAW(32), 
    created_at TIMESTAMP NOT NULL, 
    chain_seq INTEGER, 
    prev_hash RAW(32), 
    row_hash RAW(32), 
    CONSTRAINT pk_audit_log PRIMARY KEY (audit_id), 
    CONSTRAINT uq_audit_log_chain_seq UNIQUE (chain_seq)
)

/

CREATE INDEX ix_audit_log_actor_id ON audit_log (actor_id)

/

CREATE INDEX ix_audit_log_created_at ON audit_log (created_at)

/

CREATE INDEX ix_audit_log_subject_type_subject_id ON audit_log (subject_type, subject_id)

/

CREATE INDEX ix_audit_log_chain_seq_created_at ON audit_log (chain_seq, created_at)

/

CREATE TRIGGER audit_log_keeps_rows BEFORE DELETE ON audit_log BEGIN RAISE_APPLICATION_ERROR(-20001, 'audit_log: rows are kept'); END;

/

CREATE TRIGGER audit_log_keeps_facts BEFORE UPDATE ON audit_log BEGIN IF UPDATING('AUDIT_ID') OR UPDATING('ACTOR_ID') OR UPDATING('ACTION') OR UPDATING('SUBJECT_TYPE') OR UPDATING('SUBJECT_ID') OR UPDATING('CONTENT_COMMIT') OR UPDATING('REQUEST_ID') OR UPDATING('IP_COMMIT') OR UPDATING('CREATED_AT') THEN RAISE_APPLICATION_ERROR(-20001, 'audit_log: what is recorded is kept'); END IF; END;

/

CREATE TRIGGER audit_log_sealed_once BEFORE UPDATE ON audit_log FOR EACH ROW WHEN (old.chain_seq IS NOT NULL OR new.chain_seq IS NULL) BEGIN IF UPDATING('CHAIN_SEQ') OR UPDATING('PREV_HASH') OR UPDATING('ROW_HASH') THEN RAISE_APPLICATION_ERROR(-20001, 'audit_log: a row is sealed once'); END IF; END;

/

CREATE TRIGGER audit_log_erases_content BEFORE UPDATE ON audit_log FOR EACH ROW WHEN (new.content_salt IS NOT NULL OR new.reason IS NOT NULL) BEGIN IF UPDATING('BEFORE_STATE') OR UPDATING('AFTER_STATE') OR UPDATING('REASON') OR UPDATING('CONTENT_SALT') THEN RAISE_APPLICATION_ERROR(-20001, 'audit_log: content is erased only'); END IF; END;

/

CREATE TRIGGER audit_log_erases_ip BEFORE UPDATE ON audit_log FOR EACH ROW WHEN (new.ip_salt IS NOT NULL OR new.ip_address IS NOT NULL) BEGIN IF UPDATING('IP_ADDRESS') OR UPDATING('IP_SALT') THEN RAISE_APPLICATION_ERROR(-20001, 'audit_log: an address is erased only'); END IF; END;

/

UPDATE alembic_version SET version_num='0002' WHERE alembic_version.version_num = '0001'

/

-- Running upgrade 0002 -> 0005

CREATE TABLE used_id_tokens (
    token_hash RAW(32) NOT NULL, 
    token_ends TIMESTAMP NOT NULL, 
    CONSTRAINT pk_used_id_tokens PRIMARY KEY (token_hash)
)

/

CREATE INDEX ix_used_id_tokens_token_ends ON used_id_tokens (token_ends)

/

UPDATE alembic_version SET version_num='0005' WHERE alembic_version.version_num = '0002'

/

-- Running upgrade 0005 -> 0003

CREATE TABLE retention_marks (
    subject VARCHAR2(40 CHAR) NOT NULL, 
    erased_before DATE NOT NULL, 
    updated_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_retention_marks PRIMARY KEY (subject)
)

/

CREATE INDEX ix_users_deleted_at ON users (deleted_at)

/

UPDATE alembic_version SET version_num='0003' WHERE alembic_version.version_num = '0005'

/

-- Running upgrade 0003 -> 0004

CREATE INDEX ix_ledger_created_at ON ledger (created_at)

/

UPDATE alembic_version SET version_num='0004' WHERE alembic_version.version_num = '0003'

/

-- Running upgrade 0004 -> 0007

CREATE INDEX ix_ledger_ranking ON ledger (day, tier_code, user_id, seq, amount, created_at)

/

CREATE INDEX ix_ledger_ranking_lately ON ledger (created_at, day, tier_code)

/

CREATE INDEX ix_user_days_active ON user_days (day, user_id, run)

/

UPDATE alembic_version SET version_num='0007' WHERE alembic_version.version_num = '0004'

/

-- Running upgrade 0007 -> 0010

DROP TABLE template_drawings

/

DROP TABLE drawing_templates

/

CREATE TABLE drawing_templates (
    template_id RAW(16) NOT NULL, 
    drawing_type VARCHAR2(10 CHAR) NOT NULL, 
    name VARCHAR2(120 CHAR) NOT NULL, 
    description CLOB, 
    ticket_cost_points INTEGER NOT NULL, 
    user_type VARCHAR2(10 CHAR) NOT NULL, 
    min_account_age_days INTEGER NOT NULL, 
    auto_execute INTEGER NOT NULL, 
    free_tickets_per_person INTEGER NOT NULL, 
    sales_open_hours INTEGER NOT NULL, 
    lead_days INTEGER NOT NULL, 
    prizes BLOB NOT NULL, 
    active INTEGER NOT NULL, 
    edition INTEGER NOT NULL, 
    created_at TIMESTAMP NOT NULL, 
    updated_at TIMESTAMP NOT NULL, 
    deleted_at TIMESTAMP, 
    CONSTRAINT pk_drawing_templates PRIMARY KEY (template_id), 
    CONSTRAINT ck_drawing_templates_user_type_known CHECK (user_type IN ('all', 'premium'))
)

/

CREATE INDEX ix_drawing_templates_active ON drawing_templates (active)

/

CREATE TABLE template_drawings (
    template_id RAW(16) NOT NULL, 
    day DATE NOT NULL, 
    drawing_id RAW(16) NOT NULL, 
    edition INTEGER NOT NULL, 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_template_drawings PRIMARY KEY (template_id, day), 
    CONSTRAINT fk_template_drawings_template_id FOREIGN KEY(template_id) REFERENCES drawing_templates (template_id)
)

/

ALTER TABLE drawings ADD free_tickets_per_person INTEGER

/

UPDATE alembic_version SET version_num='0010' WHERE alembic_version.version_num = '0007'

/

-- Running upgrade 0010 -> 0014

ALTER TABLE tracker_connections ADD account_key RAW(32)

/

ALTER TABLE tracker_connections ADD claim_id RAW(16)

/

ALTER TABLE tracker_connections ADD claimed_until TIMESTAMP

/

CREATE UNIQUE INDEX ix_tracker_connections_account_key ON tracker_connections (account_key)

/

CREATE INDEX ix_tracker_connections_claim_id ON tracker_connections (claim_id)

/

CREATE TABLE tracker_revocations (
    connection_id RAW(16) NOT NULL, 
    provider VARCHAR2(40 CHAR) NOT NULL, 
    account_key RAW(32), 
    sealed_access_token BLOB, 
    sealed_refresh_token BLOB, 
    attempts INTEGER NOT NULL, 
    next_due_at TIMESTAMP NOT NULL, 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_tracker_revocations PRIMARY KEY (connection_id)
)

/

CREATE INDEX ix_tracker_revocations_next_due_at ON tracker_revocations (next_due_at)

/

CREATE INDEX ix_tracker_revocations_account_key ON tracker_revocations (account_key)

/

UPDATE alembic_version SET version_num='0014' WHERE alembic_version.version_num = '0010'

/

-- Running upgrade 0014 -> 0008

ALTER TABLE user_log DROP CONSTRAINT fk_user_log_user_id_prev_unit

/

ALTER TABLE user_log DROP CONSTRAINT uq_user_log_user_id_unit_id

/

ALTER TABLE user_log ADD CONSTRAINT uq_user_log_unit_id UNIQUE (unit_id)

/

ALTER TABLE user_log ADD CONSTRAINT fk_user_log_prev_unit FOREIGN KEY(prev_unit) REFERENCES user_log (unit_id)

/

UPDATE alembic_version SET version_num='0008' WHERE alembic_version.version_num = '0014'

/

-- Running upgrade 0008 -> 0012

CREATE TABLE alternates (
    drawing_id RAW(16) NOT NULL, 
    draw_order INTEGER NOT NULL, 
    after_order INTEGER NOT NULL, 
    slot_number INTEGER NOT NULL, 
    reason VARCHAR2(20 CHAR) NOT NULL, 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_alternates PRIMARY KEY (drawing_id, draw_order), 
    CONSTRAINT uq_alternates_drawing_id_after_order UNIQUE (drawing_id, after_order)
)

/

ALTER TABLE fulfillments ADD notes VARCHAR2(1000 CHAR)

/

ALTER TABLE fulfillments ADD address_due_at TIMESTAMP

/

ALTER TABLE fulfillments ADD warned_at TIMESTAMP

/

ALTER TABLE fulfillments ADD forfeit_reason VARCHAR2(20 CHAR)

/

ALTER TABLE fulfillments ADD forfeited_at TIMESTAMP

/

ALTER TABLE fulfillments ADD delivered_at TIMESTAMP

/

CREATE INDEX ix_fulfillments_delivered_at ON fulfillments (delivered_at)

/

UPDATE fulfillments SET forfeit_reason = 'deleted', forfeited_at = updated_at WHERE status = 'forfeited'

/

UPDATE alembic_version SET version_num='0012' WHERE alembic_version.version_num = '0008'

/

-- Running upgrade 0012 -> 0009

CREATE TABLE account_reviews (
    review_id RAW(16) NOT NULL, 
    user_id RAW(16) NOT NULL, 
    reason VARCHAR2(40 CHAR) NOT NULL, 
    evidence BLOB, 
    status VARCHAR2(10 CHAR) NOT NULL, 
    opened_at TIMESTAMP NOT NULL, 
    resolved_at TIMESTAMP, 
    resolved_by RAW(16), 
    resolution VARCHAR2(500 CHAR), 
    subject VARCHAR2(200 CHAR) NOT NULL, 
    CONSTRAINT pk_account_reviews PRIMARY KEY (review_id), 
    CONSTRAINT uq_account_reviews_user_id_reason_subject UNIQUE (user_id, reason, subject), 
    CONSTRAINT ck_account_reviews_status_known CHECK (status IN ('open', 'cleared', 'confirmed')), 
    CONSTRAINT fk_account_reviews_user_id FOREIGN KEY(user_id) REFERENCES users (user_id)
)

/

INSERT INTO account_reviews (review_id, user_id, reason, evidence, status, opened_at, resolved_at, resolved_by, resolution, subject) SELECT review_id, user_id, reason, evidence, status, opened_at, resolved_at, resolved_by, resolution, 'formerly' FROM reviews former WHERE NOT EXISTS (SELECT 1 FROM reviews later WHERE later.user_id = former.user_id AND later.reason = former.reason AND later.review_id > former.review_id)

/

DROP TABLE review_appeals

/

DROP TABLE reviews

/

CREATE INDEX ix_account_reviews_status_opened_at ON account_reviews (status, opened_at)

/

CREATE INDEX ix_account_reviews_reason_subject ON account_reviews (reason, subject)

/

CREATE TABLE review_appeals (
    appeal_id RAW(16) NOT NULL, 
    review_id RAW(16) NOT NULL, 
    user_id RAW(16) NOT NULL, 
    statement CLOB NOT NULL, 
    created_at TIMESTAMP NOT NULL, 
    answered_at TIMESTAMP, 
    answered_by RAW(16), 
    answer CLOB, 
    CONSTRAINT pk_review_appeals PRIMARY KEY (appeal_id), 
    CONSTRAINT fk_review_appeals_review_id FOREIGN KEY(review_id) REFERENCES account_reviews (review_id), 
    CONSTRAINT uq_review_appeals_review_id UNIQUE (review_id)
)

/

CREATE TABLE account_devices (
    device_id VARCHAR2(200 CHAR) NOT NULL, 
    user_id RAW(16) NOT NULL, 
    noted_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_account_devices PRIMARY KEY (device_id, user_id), 
    CONSTRAINT fk_account_devices_user_id FOREIGN KEY(user_id) REFERENCES users (user_id)
)

/

CREATE INDEX ix_account_devices_user_id ON account_devices (user_id)

/

CREATE INDEX ix_account_devices_noted_at ON account_devices (noted_at)

/

DROP TABLE tier_norms

/

CREATE TABLE tier_norms (
    tier_code VARCHAR2(12 CHAR) NOT NULL, 
    day_count INTEGER NOT NULL, 
    player_count INTEGER NOT NULL, 
    points_sum INTEGER NOT NULL, 
    points_squared_sum INTEGER NOT NULL, 
    updated_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_tier_norms PRIMARY KEY (tier_code)
)

/

UPDATE alembic_version SET version_num='0009' WHERE alembic_version.version_num = '0012'

/

-- Running upgrade 0009 -> 0013

CREATE TABLE rollup_marks (
    subject VARCHAR2(40 CHAR) NOT NULL, 
    counted_until TIMESTAMP NOT NULL, 
    updated_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_rollup_marks PRIMARY KEY (subject)
)

/

CREATE INDEX ix_mail_outbox_failed_at ON mail_outbox (failed_at)

/

CREATE INDEX ix_users_email_verified_at ON users (email_verified_at)

/

CREATE INDEX ix_ledger_bookings ON ledger (created_at, user_id, seq, reference_type, amount)

/

DROP INDEX ix_ledger_created_at

/

UPDATE alembic_version SET version_num='0013' WHERE alembic_version.version_num = '0009'

/

-- Running upgrade 0013 -> 0023

ALTER TABLE api_clients ADD requests_per_minute INTEGER

/

ALTER TABLE api_clients ADD deleted_at TIMESTAMP

/

CREATE TABLE api_client_usage (
    client_id RAW(16) NOT NULL, 
    day DATE NOT NULL, 
    method VARCHAR2(10 CHAR) NOT NULL, 
    route VARCHAR2(120 CHAR) NOT NULL, 
    status_code INTEGER NOT NULL, 
    requests INTEGER NOT NULL, 
    CONSTRAINT pk_api_client_usage PRIMARY KEY (client_id, day, method, route, status_code), 
    CONSTRAINT fk_api_client_usage_client_id FOREIGN KEY(client_id) REFERENCES api_clients (client_id)
)

/

CREATE INDEX ix_api_client_usage_day ON api_client_usage (day)

/

UPDATE alembic_version SET version_num='0023' WHERE alembic_version.version_num = '0013'

/

-- Running upgrade 0023 -> 0024

DROP TABLE webhook_deliveries

/

DROP TABLE webhook_endpoints

/

CREATE TABLE webhook_endpoints (
    endpoint_id RAW(16) NOT NULL, 
    client_id RAW(16), 
    url VARCHAR2(500 CHAR) NOT NULL, 
    description VARCHAR2(200 CHAR), 
    event_types VARCHAR2(1000 CHAR) NOT NULL, 
    sealed_secret RAW(200) NOT NULL, 
    former_sealed_secret RAW(200), 
    former_until TIMESTAMP, 
    active INTEGER NOT NULL, 
    disabled_reason VARCHAR2(20 CHAR), 
    disabled_at TIMESTAMP, 
    failures INTEGER NOT NULL, 
    failing_since TIMESTAMP, 
    warned_at TIMESTAMP, 
    paused_until TIMESTAMP, 
    created_at TIMESTAMP NOT NULL, 
    updated_at TIMESTAMP NOT NULL, 
    deleted_at TIMESTAMP, 
    CONSTRAINT pk_webhook_endpoints PRIMARY KEY (endpoint_id), 
    CONSTRAINT fk_webhook_endpoints_client_id FOREIGN KEY(client_id) REFERENCES api_clients (client_id)
)

/

CREATE INDEX ix_webhook_endpoints_client_id ON webhook_endpoints (client_id)

/

CREATE TABLE webhook_events (
    message_id RAW(16) NOT NULL, 
    event_type VARCHAR2(60 CHAR) NOT NULL, 
    payload BLOB NOT NULL, 
    waits_since TIMESTAMP, 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_webhook_events PRIMARY KEY (message_id)
)

/

CREATE INDEX ix_webhook_events_waits_since ON webhook_events (waits_since)

/

CREATE TABLE webhook_deliveries (
    endpoint_id RAW(16) NOT NULL, 
    message_id RAW(16) NOT NULL, 
    event_type VARCHAR2(60 CHAR) NOT NULL, 
    attempts INTEGER NOT NULL, 
    failures INTEGER NOT NULL, 
    next_due_at TIMESTAMP, 
    delivered_at TIMESTAMP, 
    failed_at TIMESTAMP, 
    last_status_code INTEGER, 
    last_error VARCHAR2(200 CHAR), 
    created_at TIMESTAMP NOT NULL, 
    CONSTRAINT pk_webhook_deliveries PRIMARY KEY (endpoint_id, message_id), 
    CONSTRAINT fk_webhook_deliveries_endpoint_id FOREIGN KEY(endpoint_id) REFERENCES webhook_endpoints (endpoint_id)
)

/

CREATE INDEX ix_webhook_deliveries_endpoint_id_next_due_at ON webhook_deliveries (endpoint_id, next_due_at)

/

CREATE INDEX ix_webhook_deliveries_failed_at ON webhook_deliveries (failed_at)

/

CREATE INDEX ix_webhook_deliveries_message_id ON webhook_deliveries (message_id)

/

CREATE TABLE webhook_attempts (
    endpoint_id RAW(16) NOT NULL, 
    message_id RAW(16) NOT NULL, 
    attempt INTEGER NOT NULL, 
    attempted_at TIMESTAMP NOT NULL, 
    duration_ms INTEGER NOT NULL, 
    status_code INTEGER, 
    error VARCHAR2(200 CHAR), 
    answer RAW(500), 
    CONSTRAINT pk_webhook_attempts PRIMARY KEY (endpoint_id, message_id, attempt), 
    CONSTRAINT fk_webhook_attempts_endpoint_id_message_id FOREIGN KEY(endpoint_id, message_id) REFERENCES webhook_deliveries (endpoint_id, message_id)
)

/

CREATE INDEX ix_webhook_attempts_message_id ON webhook_attempts (message_id)

/

UPDATE alembic_version SET version_num='0024' WHERE alembic_version.version_num = '0023'

/

-- Running upgrade 0024 -> 0016

CREATE INDEX ix_users_role_status ON users (role, status)

/

DROP INDEX ix_ledger_bookings

/

CREATE INDEX ix_ledger_bookings ON ledger (created_at, user_id, seq, reference_type, transaction_type, amount)

/

UPDATE alembic_version SET version_num='0016' WHERE alembic_version.version_num = '0024'

/

-- Running upgrade 0016 -> 0017

ALTER TABLE tracker_connections ADD not_before TIMESTAMP

/

UPDATE alembic_version SET version_num='0017' WHERE alembic_version.version_num = '0016'

/

-- Running upgrade 0017 -> 0021

ALTER TABLE ledger ADD CONSTRAINT ck_ledger_no_debt_before CHECK (balance_after - amount >= 0)

/

UPDATE alembic_version SET version_num='0021' WHERE alembic_version.version_num = '0017'

/

COMMIT

/



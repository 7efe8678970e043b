WHENEVER SQLERROR EXIT FAILURE ROLLBACK
SET SQLBLANKLINES ON
SET DEFINE OFF

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

GRANT SELECT, INSERT, UPDATE, DELETE ON activities TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON alternates TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON api_clients TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON attempts TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE ON audit_log TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON daily_figures TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON drawing_log TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON drawing_templates TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON drawings TO fittrack_app

/

GRANT SELECT, INSERT ON effect_receipts TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON effects TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON inbox TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON ledger TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON mail_outbox TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON passed_over TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON profiles TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON retention_marks TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON rollup_marks TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON sponsors TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON tier_norms TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON tracker_revocations TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON used_id_tokens TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON user_days TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON user_log TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON users TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_events TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON account_devices TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON account_reviews TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON api_client_secrets TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON api_client_usage TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON email_tokens TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON free_entries TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON identities TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON mfa_recovery_codes TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON mfa_secrets TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON mfa_used_codes TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON notification_preferences TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_states TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON official_rules TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON prizes TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON template_drawings TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON tracker_connections TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_endpoints TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON fulfillments TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON refresh_tokens TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON review_appeals TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_deliveries TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON winners TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON fulfillment_transitions TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON shipping_addresses TO fittrack_app

/

GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_attempts TO fittrack_app

/

GRANT SELECT ON alembic_version TO fittrack_app

/

COMMIT

/



"""Statements that Oracle 23ai takes, and such that it refuses: what a lint is measured by."""

GOOD = {
    # Valid on 23ai.
    "merge": (
        "MERGE INTO kv d USING (SELECT :k AS k, :v AS v FROM DUAL) s ON (d.k = s.k) WHEN MATCHED "
        "THEN UPDATE SET d.v = s.v WHEN NOT MATCHED THEN INSERT (k, v) VALUES (s.k, s.v)"
    ),
    "returning": "UPDATE tickets SET state = :s WHERE id = :i RETURNING id, state INTO :r0, :r1",
    "skip": "SELECT id FROM tickets WHERE state = 'open' ORDER BY id FOR UPDATE SKIP LOCKED",
    "skip_wait": "SELECT id FROM tickets WHERE id = :i FOR UPDATE WAIT 5",
    "fetch": "SELECT id FROM tickets ORDER BY id OFFSET 20 ROWS FETCH NEXT 10 ROWS ONLY",
    "rownum": "SELECT id FROM tickets WHERE ROWNUM <= 5 FOR UPDATE SKIP LOCKED",
    "bool_lit": "SELECT id FROM users WHERE is_admin = TRUE",
    "bool_is": "SELECT id FROM users WHERE is_admin IS TRUE",
    "if_exists": "DROP TABLE IF EXISTS tickets CASCADE CONSTRAINTS PURGE",
    "create_ine": (
        "CREATE TABLE IF NOT EXISTS t1 (id NUMBER(19) GENERATED ALWAYS AS IDENTITY, b BOOLEAN "
        "DEFAULT TRUE NOT NULL, j JSON, ts TIMESTAMP(6) WITH TIME ZONE DEFAULT SYSTIMESTAMP NOT "
        "NULL, CONSTRAINT t1_pk PRIMARY KEY (id))"
    ),
    "multi_values": "INSERT INTO kv (k, v) VALUES ('a', '1'), ('b', '2')",
    "no_from": "SELECT SYSTIMESTAMP",
    "json": (
        "SELECT JSON_VALUE(t.payload, '$.a' RETURNING NUMBER) FROM tickets t WHERE "
        "JSON_EXISTS(t.payload, '$.b')"
    ),
    "json_dot": "SELECT t.payload.a.b.string() FROM tickets t",
    "interval": "SELECT id FROM tickets WHERE due < SYSTIMESTAMP - INTERVAL '5' MINUTE",
    "numtods": "SELECT id FROM tickets WHERE due < SYSTIMESTAMP - NUMTODSINTERVAL(:n, 'SECOND')",
    "with": "WITH x AS (SELECT id FROM users) SELECT count(*) FROM x",
    "minus": "SELECT id FROM users MINUS SELECT account_id FROM ledger",
    "plsql": "BEGIN UPDATE users SET note = 'x'; :n := SQL%ROWCOUNT; END;",
    "index_fn": "CREATE UNIQUE INDEX ux ON tickets (CASE WHEN state = 'open' THEN id END)",
    "part": (
        "CREATE TABLE ev (id NUMBER, at TIMESTAMP) PARTITION BY RANGE (at) INTERVAL "
        "(NUMTOYMINTERVAL(1,'MONTH')) (PARTITION p0 VALUES LESS THAN (TIMESTAMP '2026-01-01 "
        "00:00:00'))"
    ),
    "group_alias": "SELECT state AS s, count(*) FROM tickets GROUP BY s",
    "alter": "ALTER TABLE tickets ADD (note VARCHAR2(200 CHAR) DEFAULT 'x' NOT NULL)",
    "hash": "SELECT STANDARD_HASH('a','SHA256') FROM DUAL",
    "raw_lit": "SELECT HEXTORAW('00ff') FROM DUAL",
    "update_from": "UPDATE tickets t SET t.state = s.state FROM staging s WHERE s.id = t.id",
}

BAD = {
    # What is written for SQLite and PostgreSQL, and what SQLAlchemy renders without a word.
    "limit": "SELECT id FROM tickets ORDER BY id LIMIT 10",
    "on_conflict": "INSERT INTO kv (k, v) VALUES (:k, :v) ON CONFLICT (k) DO UPDATE SET v = excluded.v",
    "insert_or": "INSERT OR IGNORE INTO kv (k, v) VALUES (:k, :v)",
    "returning_pg": "INSERT INTO tickets (state) VALUES ('a') RETURNING id",
    "as_table_alias": "SELECT t.id FROM tickets AS t",
    "is_1": "SELECT id FROM users WHERE is_admin IS 1",
    "fetch_for_update": "SELECT id FROM tickets FETCH FIRST 5 ROWS ONLY FOR UPDATE SKIP LOCKED",
    "row_gt": "SELECT amount FROM ledger WHERE (account_id, entry_no) > (:a, :b)",
    "unq_reserved_col": "CREATE TABLE t2 (id NUMBER, session VARCHAR2(10))",
    "unq_reserved_col2": "SELECT file, access FROM t2",
    "bind_reserved": "SELECT id FROM users WHERE note = :session",
    "text_type": "CREATE TABLE t3 (id BIGINT, body TEXT)",
    "autoinc": "CREATE TABLE t4 (id INTEGER PRIMARY KEY AUTOINCREMENT)",
    "varchar2_nolen": "CREATE TABLE t5 (a VARCHAR2)",
    "bad_fn_sqlite": "SELECT strftime('%Y', created_at) FROM users",
    "bad_fn_date": "SELECT date('now') FROM DUAL",
    "bad_fn_ifnull": "SELECT ifnull(note, 'x') FROM users",
    "now_fn": "SELECT NOW() FROM DUAL",
    "ilike": "SELECT id FROM users WHERE email ILIKE 'a%'",
    "cast_pg": "SELECT id::text FROM users",
    "glob": "SELECT id FROM users WHERE email GLOB 'a*'",
    "recursive": "WITH RECURSIVE x AS (SELECT 1 AS n FROM DUAL) SELECT n FROM x",
    "unknown_col": "SELECT nope FROM users",
    "on_update": "CREATE TABLE t6 (id NUMBER REFERENCES users (seq) ON UPDATE CASCADE)",
    "create_idx_ine_where": "CREATE UNIQUE INDEX ux2 ON tickets (id) WHERE state = 'open'",
    "long_ident": f"CREATE TABLE {'x' * 129} (id NUMBER)",
    "blob_lit": "SELECT x'00ff' FROM DUAL",
    "double_eq": "SELECT id FROM tickets WHERE id == 1",
    "pct": "SELECT id % 2 FROM tickets",
    "agg_filter": "SELECT count(*) FILTER (WHERE state = 'open') FROM tickets",
    "del_limit": "DELETE FROM tickets LIMIT 5",
    "del_alias_using": "DELETE FROM tickets t USING users u WHERE u.seq = t.id",
}

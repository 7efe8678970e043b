"""What is easily written and Oracle refuses, with its number; or takes, and means another thing than SQLite.

And what stands near to that, and is right.
"""

SLIPS: dict[str, list[tuple[str, str]]] = {
    "groups and windows": [
        ("SELECT state FROM tickets HAVING count(*) > 1", "ORA-00937"),
        ("SELECT id FROM tickets ORDER BY count(*)", "ORA-00937"),
        ("UPDATE tickets SET amount = sum(amount)", "ORA-00934"),
        ("INSERT INTO kv (k, v) VALUES (max(:a), 'x')", "ORA-00934"),
        ("SELECT t.id FROM tickets t JOIN ledger l ON count(*) = l.account_id", "ORA-00934"),
        ("SELECT max(row_number() OVER (ORDER BY id)) FROM tickets", "ORA-30483"),
        ("SELECT row_number() OVER (ORDER BY rank() OVER (ORDER BY id)) FROM tickets", "ORA-30483"),
        (
            "SELECT state, count(*) FROM tickets GROUP BY state HAVING row_number() OVER (ORDER BY "
            "state) = 1",
            "ORA-30483",
        ),
        ("UPDATE tickets SET amount = row_number() OVER (ORDER BY id)", "ORA-30483"),
        ("INSERT INTO kv (k) VALUES (:k) RETURNING max(k) INTO :o", "ORA-00934"),
        ("SELECT id FROM tickets HAVING id > 5", "ORA-00937"),
        (
            "SELECT sum(amount) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM ledger",
            "ORA-30485",
        ),
        ("SELECT t.*, count(*) FROM tickets t", "ORA-00937"),
        ("SELECT * FROM tickets GROUP BY state", "ORA-00979"),
        ("SELECT count(t.*) FROM tickets t", "ORA-01747"),
        ("SELECT listagg(note) WITHIN GROUP (ORDER BY id) OVER (ORDER BY id) FROM tickets", "ORA-30487"),
    ],
    "conversions": [
        ("SELECT sum(note) FROM tickets", "ORA-01722"),
        ("SELECT due + 1 FROM tickets", "is a DATE"),
        (
            "SELECT t.id FROM tickets t JOIN users u ON u.id = t.id WHERE u.created_at - t.due > 5",
            "ORA-00932",
        ),
        ("SELECT id FROM tickets WHERE due > '2026-01-01'", "ORA-01843"),
        ("SELECT id FROM tickets WHERE id = 'abc'", "ORA-01722"),
        ("SELECT id FROM papers WHERE id = 'xyz'", "ORA-01465"),
        ("SELECT id FROM tickets WHERE note = 5", "ORA-01722"),
        ("INSERT INTO tickets (due) VALUES ('2026-01-01')", "ORA-01843"),
        ("INSERT INTO tickets (id) VALUES ('abc')", "ORA-01722"),
        ("UPDATE papers SET id = 'xyz'", "ORA-01465"),
        ("INSERT INTO tickets (amount) VALUES (123456789)", "ORA-01438"),
        ("SELECT greatest(id, note) FROM tickets", "ORA-00932"),
        ("SELECT nvl(id, 'none') FROM tickets", "ORA-01722"),
        ("SELECT note + 'x' FROM tickets", "ORA-01722"),
        ("UPDATE tickets SET note = note + 'x'", "ORA-01722"),
        ("SELECT id FROM tickets WHERE due = TRUE", "ORA-00932"),
        ("SELECT DATE '2026-13-01' FROM dual", "ORA-01843"),
        ("SELECT id FROM tickets WHERE to_date(note) > SYSDATE", "ORA-01843"),
        ("UPDATE tickets SET id = 'x1'", "ORA-01722"),
        ("UPDATE users SET created_at = '2026-07-01 00:00:00'", "ORA-01843"),
        ("UPDATE users SET created_at = created_at + 7", "is a DATE"),
        ("SELECT id FROM users WHERE created_at BETWEEN '2026-01-01' AND '2026-02-01'", "ORA-01843"),
        ("SELECT id FROM users WHERE created_at IN ('2026-01-01')", "ORA-01843"),
        ("SELECT sum(email) FROM users", "ORA-01722"),
        ("SELECT id FROM users WHERE email = id", "ORA-01722"),
        ("INSERT INTO papers (id, title) VALUES ('not-hex', 'a')", "ORA-01465"),
        ("INSERT INTO papers (id) VALUES ('0a0')", "ORA-01465"),
        ("SELECT to_date('2026-01-01') FROM dual", "ORA-01843"),
    ],
    "locks": [
        (
            "SELECT t.id FROM tickets t JOIN (SELECT state FROM staging GROUP BY state) s ON "
            "s.state = t.state FOR UPDATE",
            "ORA-02014",
        ),
        ("INSERT INTO kv (k, v) SELECT state, note FROM tickets FOR UPDATE", "ORA-00933"),
        ("SELECT id FROM tickets FOR UPDATE OF tickets", "ORA-00904"),
    ],
    "queries, orders and joins": [
        ("SELECT id FROM tickets WHERE ROWNUM <= 5 ORDER BY id", "before ORDER BY"),
        ("SELECT id FROM tickets WHERE ROWNUM > 5", "never true"),
        ("SELECT id FROM tickets WHERE ROWNUM = 2", "never true"),
        (
            "SELECT id FROM tickets WHERE id IN (SELECT id FROM staging UNION SELECT id FROM users "
            "ORDER BY id)",
            "ORA-00907",
        ),
        ("INSERT INTO kv VALUES (:a)", "ORA-00947"),
        ("INSERT INTO kv VALUES (:a, :b, :c)", "ORA-00913"),
        ("INSERT INTO kv SELECT id FROM tickets", "ORA-00947"),
        ("INSERT INTO kv (k, v) SELECT * FROM tickets", "ORA-00913"),
        ("INSERT INTO kv (k, v) SELECT :a, :b FROM dual RETURNING k INTO :o", "ORA-00933"),
        ("UPDATE kv SET v = :v RETURNING (SELECT max(id) FROM users) INTO :o", "ORA-22816"),
        ("SELECT CAST(:a AS VARCHAR2(5000)) FROM dual", "may not hold"),
        ("SELECT CAST(id AS NUMBER(40)) FROM tickets", "ORA-00910"),
        ("SELECT CAST(id AS SIGNED) FROM tickets", "ORA-00902"),
        ("SELECT id FROM users UNION SELECT account_id FROM ledger ORDER BY id + 1", "ORA-01785"),
        (
            "SELECT id FROM users UNION ALL SELECT account_id FROM ledger UNION ALL SELECT id, "
            "state FROM staging",
            "ORA-01789",
        ),
        ("SELECT id FROM users UNION ALL SELECT * FROM staging", "ORA-01789"),
        ("SELECT t.id FROM tickets t CROSS JOIN staging s ON s.id = t.id", "ORA-00933"),
        ("SELECT t.id FROM tickets t JOIN staging s WHERE s.id = t.id", "ORA-00905"),
        ("SELECT id FROM tickets FETCH FIRST 5 ROWS ONLY ORDER BY id", "ORA-03049"),
        ("SELECT id FROM tickets FETCH FIRST 5 ROWS ONLY OFFSET 5 ROWS", "ORA-03049"),
        ("SELECT id FROM tickets WHERE id IN (SELECT * FROM staging)", "ORA-00913"),
        ("SELECT id FROM tickets WHERE (id, state) IN ((:a, :b), (:c))", "ORA-00947"),
        ("SELECT id FROM tickets WHERE (id, state) = (SELECT id FROM staging)", "ORA-00947"),
        ("SELECT id FROM tickets WHERE id = (:a, :b)", "ORA-01797"),
        ("SELECT count(*) FROM tickets WHERE state IN ('a' 'b')", "ORA-00907"),
        ("SELECT state, count(*) FROM tickets GROUP BY state WITH ROLLUP", "ORA-00933"),
        ("SELECT id FROM tickets WHERE id NOT NULL", "ORA-00920"),
        ("SELECT id FROM tickets WHERE id = (SELECT id FROM staging)", "ORA-01427"),
        ("SELECT id FROM tickets NATURAL JOIN staging ON 1 = 1", "ORA-00933"),
        (
            "UPDATE tickets SET (state, note) = (SELECT s.state FROM staging s WHERE s.id = tickets.id)",
            "ORA-00947",
        ),
        ("UPDATE tickets SET note = (SELECT s.state FROM staging s)", "ORA-01427"),
    ],
    "names": [
        ("SELECT x.n FROM (SELECT count(*) FROM tickets) x", "ORA-00904"),
        ("SELECT x.colour FROM (SELECT id FROM tickets) x", "ORA-00904"),
        ("WITH x AS (SELECT id FROM tickets) SELECT x.note FROM x", "ORA-00904"),
        ("SELECT note FROM (SELECT id FROM tickets) x", "ORA-00904"),
        ("UPDATE tickets SET is_admin = 1 WHERE id IN (SELECT id FROM users)", "ORA-00904"),
        ("INSERT INTO kv (k, v) VALUES (:k, v)", "ORA-00984"),
        ('SELECT "id" FROM tickets', "ORA-00904"),
        ('SELECT id FROM "tickets"', "ORA-00942"),
        ('SELECT x."n" FROM (SELECT id AS n FROM tickets) x', "ORA-00904"),
        ('SELECT x.n FROM (SELECT id AS "n" FROM tickets) x', "ORA-00904"),
        ("SELECT t.id FROM tickets t JOIN tickets t ON t.id = t.id", "ORA-00918"),
        ("SELECT t.id FROM tickets t JOIN staging ON tickets.id = staging.id", "ORA-00904"),
        ("SELECT s.id FROM tickets t WHERE EXISTS (SELECT 1 FROM staging s WHERE s.id = t.id)", "ORA-00904"),
        ("SELECT id AS n, amount AS n FROM tickets ORDER BY n", "ORA-00960"),
        ("SELECT a.rownum FROM tickets a", "ORA-01747"),
        ("SELECT CAST(id AS INTEGER) AS number FROM tickets", "ORA-00923"),
        ("SELECT id start FROM tickets", "ORA-00936"),
        ("SELECT id FROM users UNION SELECT account_id FROM ledger ORDER BY account_id", "ORA-00904"),
        ("SELECT due + INTERVAL 5 DAY FROM tickets", "ORA-00936"),
        ("SELECT due + INTERVAL :n DAY FROM tickets", "ORA-00936"),
        ("SELECT DISTINCT ON (state) id FROM tickets", "ORA-00936"),
        ("SELECT id, FROM tickets", "ORA-00936"),
        ("SELECT count(DISTINCT *) FROM tickets", "ORA-00936"),
        (
            "SELECT id FROM tickets t JOIN (SELECT s.id AS sid FROM staging s WHERE s.id = t.id) x "
            "ON x.sid = t.id",
            "ORA-00904",
        ),
        (
            "UPDATE tickets SET state = s.state WHERE EXISTS (SELECT 1 FROM staging s WHERE s.id = "
            "tickets.id)",
            "ORA-00904",
        ),
        (
            "SELECT l.amount FROM tickets t JOIN (SELECT max(x.amount) AS amount FROM ledger x "
            "WHERE x.account_id = t.id) l ON 1 = 1",
            "ORA-00904",
        ),
        ("SELECT id FROM tickets t WHERE t.id = tickets.id", "ORA-00904"),
        ("SELECT id FROM tickets WHERE id IN (1, 2, )", "ORA-00936"),
        ("SELECT x.place FROM (SELECT row_number() OVER (ORDER BY id) FROM tickets) x", "ORA-00904"),
        ("WITH a (x) AS (SELECT id FROM tickets) SELECT a.id FROM a", "ORA-00904"),
    ],
    "definitions": [
        ("CREATE TABLE t (a NUMBER(10, 130))", "ORA-01728"),
        ("ALTER TABLE tickets ADD (x INTEGER NOT NULL)", "ORA-01758"),
        ("ALTER TABLE tickets MODIFY (note CLOB)", "ORA-22858"),
        ("ALTER TABLE tickets MODIFY (id VARCHAR2(10))", "ORA-01439"),
        ("ALTER TABLE tickets ADD tag VARCHAR2(10), other INTEGER", "ORA-00904"),
        ("ALTER TABLE tickets DROP COLUMN note, DROP COLUMN state", "ORA-00904"),
        ("CREATE TABLE t (a INTEGER DEFAULT (SELECT 1 FROM dual))", "ORA-02251"),
        ("CREATE TABLE t ()", "ORA-00904"),
        ("CREATE TABLE t (a INTEGER, PRIMARY KEY (b))", "ORA-00904"),
        ("CREATE OR REPLACE TABLE t (a INTEGER)", "ORA-00922"),
        ("TRUNCATE tickets", "ORA-03290"),
        ("TRUNCATE TABLE tickets, users", "ORA-00933"),
        ("CREATE INDEX i ON tickets (SYSDATE - due)", "ORA-01743"),
        ("GRANT SELECT ON tickets, users TO app", "ORA-00905"),
        ("DROP TABLE IF EXISTS tickets, users", "ORA-00933"),
        ("CREATE TABLE t (a TIMESTAMP DEFAULT '2026-01-01')", "ORA-01843"),
        ("ALTER TABLE tickets CHANGE note other VARCHAR2(10)", "ORA-01735"),
        ("ALTER TABLE tickets ALTER note SET NOT NULL", "ORA-01735"),
        ("CREATE UNIQUE INDEX i ON tickets (id) NULLS NOT DISTINCT", "ORA-00907"),
    ],
    "documents": [
        ("SELECT substr(facts, 1, 3) FROM papers", "ORA-22849"),
        ("SELECT length(facts) FROM papers", "ORA-22849"),
        ("SELECT substr(scan, 1, 3) FROM papers", "ORA-22849"),
        ("SELECT json_value(facts, :path) FROM papers", "ORA-40454"),
        ("SELECT json_value(facts, 'a') FROM papers", "ORA-40442"),
        ("SELECT json_object('a', 1) FROM dual", "ORA-02000"),
        ("SELECT tickets.payload.a FROM tickets", "ORA-00904"),
        ("SELECT json_value(facts, '$.' || :k) FROM papers", "ORA-40454"),
    ],
    "conditions as values": [
        ("SELECT sum(state = 'open') FROM tickets", "ORA-00923"),
        ("SELECT id FROM tickets ORDER BY state = 'open'", "ORA-00923"),
        ("UPDATE kv SET v = (k = 'a')", "ORA-00923"),
        ("SELECT coalesce(id = 3, 0) FROM tickets", "ORA-00923"),
        ("SELECT CASE WHEN id = 1 THEN TRUE ELSE id > 5 END FROM tickets", "ORA-00923"),
        ("SELECT json_exists(facts, '$.a') FROM papers", "ORA-00923"),
    ],
    "nothing": [
        ("SELECT note || NULL FROM tickets", "joined with NULL"),
        ("SELECT coalesce(note, '') FROM tickets", "'' is NULL"),
        ("SELECT id FROM tickets WHERE state IN ('', 'open')", "'' is NULL"),
        ("INSERT INTO kv (k, v) VALUES ('', :v)", "'' is NULL"),
        ("SELECT CASE WHEN id = 1 THEN '' ELSE note END FROM tickets", "'' is NULL"),
        ("SELECT id FROM tickets WHERE length(note) = 0", "no length is 0"),
        ("INSERT INTO tickets (id, note) VALUES (:id, 'a' || '' || 'b')", "'' is NULL"),
    ],
    "times and their formats": [
        ("SELECT numtodsinterval(5, 'WEEK') FROM dual", "ORA-01760"),
        ("SELECT trunc(due, 'week') FROM tickets", "ORA-01898"),
        ("SELECT to_char(due, '%Y-%m-%d') FROM tickets", "ORA-01821"),
        ("SELECT to_char(due, 'YYYY-MM-DDTHH24:MI:SS') FROM tickets", "ORA-01821"),
        ("SELECT to_char(due, 'YYYY-MM-DD HH24:MM:SS') FROM tickets", "ORA-01810"),
        ("SELECT extract(HOUR FROM SYSDATE) FROM dual", "ORA-30076"),
        ("SELECT TIMESTAMP '2026-01-01' FROM dual", "ORA-01861"),
        ("SELECT TIMESTAMP '2026-01-01T00:00:00Z' FROM dual", "ORA-01861"),
        ("SELECT to_timestamp('2026-01-01T00:00:00', 'YYYY-MM-DDTHH24:MI:SS') FROM dual", "ORA-01821"),
        ("SELECT round(due, 'minute') FROM tickets", "ORA-01898"),
        ("SELECT to_char(due, 'YYYY-MM-DD HH:MM') FROM tickets", "ORA-01810"),
    ],
    "merges": [
        (
            "MERGE INTO kv d USING (SELECT :k AS k FROM dual) s ON (d.k = s.k) WHEN NOT MATCHED "
            "THEN INSERT (k, v) VALUES (s.k, d.v)",
            "ORA-38101",
        ),
        (
            "MERGE INTO kv d USING (SELECT :k AS k FROM dual) s ON (d.k = s.k) WHEN MATCHED AND "
            "d.v = 'x' THEN UPDATE SET d.v = 'y'",
            "ORA-00905",
        ),
        (
            "MERGE INTO kv d USING (SELECT :k AS k FROM dual) s ON (d.k = s.k) WHEN MATCHED THEN DO NOTHING",
            "ORA-00905",
        ),
        (
            "MERGE INTO kv d USING (SELECT :k AS k FROM dual) s ON (d.k = s.k) WHEN NOT MATCHED BY "
            "SOURCE THEN UPDATE SET d.v = 'y'",
            "ORA-00905",
        ),
        (
            "MERGE INTO kv d USING (SELECT :k AS k FROM dual) s ON (d.k = s.k) WHEN NOT MATCHED "
            "THEN UPDATE SET d.v = 'y'",
            "ORA-00905",
        ),
        (
            "MERGE INTO kv d USING (SELECT :k AS k FROM dual) s ON (d.k = s.k) WHEN NOT MATCHED "
            "THEN INSERT (k, v) VALUES (s.k)",
            "ORA-00947",
        ),
        (
            "MERGE INTO kv d USING (SELECT :k AS k FROM dual) s ON (d.k = s.k) WHEN MATCHED THEN "
            "UPDATE SET d.v = s.nope",
            "ORA-00904",
        ),
        (
            "MERGE INTO kv d USING staging s ON (d.k = s.state) WHEN MATCHED THEN UPDATE SET v = "
            "s.state WHEN MATCHED THEN UPDATE SET v = 'b'",
            "ORA-00933",
        ),
    ],
    "sessions": [
        ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "ORA-02179"),
        ("LOCK TABLE tickets", "ORA-00905"),
    ],
}

RIGHT = [
    "SELECT t.state, count(*) FROM tickets t GROUP BY t.state HAVING max(t.due) > :d ORDER BY "
    "count(*) DESC, t.state",
    "SELECT x.n FROM (SELECT count(*) AS n FROM tickets) x",
    "SELECT x.id, x.due FROM (SELECT t.* FROM tickets t) x",
    "SELECT u.id, (SELECT max(t.id) FROM tickets t WHERE t.id = u.seq) AS most FROM users u ORDER BY most",
    "SELECT u.id, (SELECT t.state FROM tickets t WHERE t.id = u.id) FROM users u",
    "SELECT u.id, (SELECT t.state FROM tickets t JOIN ledger l ON l.account_id = u.id AND "
    "l.entry_no = t.id WHERE t.id = u.seq) FROM users u",
    "SELECT id FROM tickets WHERE id = (SELECT s.id FROM staging s ORDER BY s.id DESC FETCH "
    "FIRST 1 ROWS ONLY)",
    "SELECT u.id FROM users u WHERE EXISTS (SELECT 1 FROM tickets t WHERE t.id IN (SELECT s.id "
    "FROM staging s WHERE s.id = u.id))",
    "SELECT t.id FROM tickets t CROSS JOIN staging s WHERE s.id = t.id",
    "SELECT t.id FROM tickets t JOIN staging s ON s.id = t.id LEFT OUTER JOIN users u ON u.id "
    "= t.id CROSS JOIN dual d",
    "SELECT t.id FROM tickets t JOIN (staging s JOIN users u ON u.id = s.id) ON s.id = t.id",
    "UPDATE tickets SET amount = (SELECT sum(l.amount) FROM ledger l WHERE l.account_id = tickets.id)",
    "UPDATE tickets SET amount = coalesce((SELECT s.id FROM staging s WHERE s.id = "
    "tickets.id), 0) WHERE EXISTS (SELECT 1 FROM staging s WHERE s.id = tickets.id)",
    "UPDATE kv SET v = CASE WHEN k = 'a' AND v IS NULL THEN 'x' ELSE v END",
    "DELETE FROM tickets RETURNING id INTO :a",
    "UPDATE tickets SET state = 'x' RETURNING count(*) INTO :n",
    "INSERT INTO kv (k, v) SELECT :a, :b FROM dual WHERE NOT EXISTS (SELECT 1 FROM kv WHERE kv.k = :a)",
    "INSERT INTO kv (k, v) SELECT state, max(note) FROM tickets GROUP BY state",
    "INSERT INTO kv VALUES (:a, :b)",
    "INSERT INTO tickets (id, due, amount, note) VALUES ('7', TIMESTAMP '2026-01-01 "
    "00:00:00.5', 12345678.5, replace(:n, 'x', ''))",
    "SELECT due - INTERVAL '7' DAY, created_at - due FROM tickets JOIN users ON users.id = tickets.id",
    "SELECT id FROM tickets WHERE due - :d > INTERVAL '1' DAY",
    "SELECT id FROM tickets WHERE due > DATE '2026-02-28' AND id = '12'",
    "SELECT id FROM users WHERE is_admin = TRUE AND NOT (note LIKE 'a%' ESCAPE '/')",
    "SELECT to_char(due, 'YYYY-MM-DD\"T\"HH24:MI:SS.FF3\"Z\"'), to_char(amount, 'FM990.00'), "
    "to_char(id) FROM tickets",
    "SELECT trunc(due), trunc(due, 'IW'), trunc(amount, 2), round(amount) FROM tickets",
    "SELECT json_value(facts, '$.a.b' RETURNING NUMBER), json_object('a' VALUE title, KEY 'b' "
    "VALUE 2) FROM papers",
    "SELECT t.payload.a.b FROM tickets t",
    "SELECT id FROM tickets FOR UPDATE OF state, note WAIT 5",
    "SELECT id FROM users UNION ALL SELECT account_id FROM ledger UNION ALL SELECT id FROM "
    "staging ORDER BY id DESC, 1",
    "SELECT id, seq FROM users UNION ALL SELECT x.* FROM (SELECT id, id AS other FROM staging) x",
    "SELECT x.id, count(*) OVER () AS all_of_them FROM (SELECT id FROM tickets) x ORDER BY "
    "row_number() OVER (ORDER BY x.id)",
    "SELECT sum(CASE WHEN t.state = 'a' THEN 1 ELSE 0 END) OVER (PARTITION BY t.note) FROM tickets t",
    "WITH a AS (SELECT id, state FROM tickets), b AS (SELECT a.id FROM a WHERE a.state = 'x') "
    "SELECT b.id FROM b JOIN a ON a.id = b.id",
    "MERGE INTO kv d USING (SELECT :k AS k, :v AS v FROM dual) s ON (d.k = s.k) WHEN MATCHED "
    "THEN UPDATE SET d.v = s.v WHERE d.v <> s.v WHEN NOT MATCHED THEN INSERT (d.k, d.v) VALUES "
    "(s.k, s.v)",
    "SELECT CAST(:a AS VARCHAR2(36 CHAR)), CAST(id AS NUMBER(10, 2)), CAST(due AS TIMESTAMP(6) "
    "WITH TIME ZONE), CAST(due AS DATE) FROM tickets",
    "ALTER TABLE tickets ADD (a INTEGER DEFAULT 0 NOT NULL, b DATE)",
    "ALTER TABLE tickets MODIFY (note VARCHAR2(200 CHAR), state NOT NULL)",
    "ALTER TABLE tickets MODIFY note NULL",
    "CREATE TABLE t (a INTEGER NOT NULL, b TIMESTAMP DEFAULT TIMESTAMP '2026-01-01 00:00:00' "
    "NOT NULL, PRIMARY KEY (a), CONSTRAINT u UNIQUE (a, b))",
    "TRUNCATE TABLE tickets",
    "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    "LOCK TABLE tickets IN EXCLUSIVE MODE",
    "SELECT id FROM tickets WHERE ROWNUM = 1",
    "SELECT count(DISTINCT state), count(id), count(*) FROM tickets",
    "SELECT DISTINCT t.state AS s FROM tickets t ORDER BY s",
    "SELECT id FROM tickets WHERE state IN (SELECT state FROM staging UNION SELECT note FROM users)",
    "SELECT CASE WHEN count(*) > 0 THEN 1 ELSE 0 END FROM tickets",
    "SELECT id FROM tickets WHERE coalesce(due, :d) < SYSTIMESTAMP AND (state = 'a' OR (id > 3 AND id < 5))",
    "SELECT decode(state, 'a', 1, 0) FROM tickets WHERE decode(state, :a, 0, 1) = 1",
    "SELECT u.id FROM users u WHERE (SELECT count(*) FROM tickets t WHERE t.id = u.id) > 3",
    "SELECT id FROM tickets ORDER BY CASE WHEN state = 'open' THEN 0 ELSE 1 END, id",
    "SELECT l.amount FROM tickets t JOIN LATERAL (SELECT max(x.amount) AS amount FROM ledger x "
    "WHERE x.account_id = t.id) l ON 1 = 1",
    "SELECT nvl(note, 'x') || ' and ' || state FROM tickets WHERE instr(note, ':') > 0",
]

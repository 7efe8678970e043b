"""Many players and a year of theirs, written straight into a database: enough for figures, not to play.

By SQL inside the database, which makes a million rows in seconds; made by the product it would take hours.
"""
# ruff: noqa: S608 - what is put together are constants of this module

import struct
from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy import Connection, Engine, text

TODAY: Final = date(2026, 6, 10)
NOON: Final = datetime(2026, 6, 10, 16, tzinfo=UTC)
DAYS: Final = 366
"""Days of which something is known, today included."""
DRAWINGS: Final = 400
ACTIVITIES_A_DAY: Final = 2
"""Of who is active that day."""

_MIDNIGHT = "unixepoch(:today) * 1000"
_BACK = f"{_MIDNIGHT} - d * 86400000"
_TIER = "printf('%s-%s-ADV', substr('MF', 1 + i % 2, 1), substr('18-2930-39', 1 + i / 2 % 2 * 5, 5))"

_NUMBERS = """
    CREATE TEMP TABLE numbers AS
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :most) SELECT i FROM n
"""

# Player i is active on the days d back of which (i + d) is divisible by `every`: all as often as the others.
_ACTIVE_DAYS = """
    CREATE TEMP TABLE active AS
    SELECT i, d, raw_id(0, i + 1) AS user_id, date(:today, '-' || d || ' days') AS day
    FROM numbers CROSS JOIN (SELECT i AS d FROM numbers WHERE i < :days) AS back
    WHERE i < :players AND (i + d) % :every = 0
"""

_USERS = f"""
    INSERT INTO users (user_id, email_key, status, role, date_of_birth, state_of_residence,
                       email_verified_at, under_review, standing_changed_at, created_at)
    SELECT raw_id(0, i + 1), 'player' || i || '@test.example', 'active', 'user', '1990-05-17', 'TX',
           {_MIDNIGHT} - (i % :days) * 86400000 + i % 50000000, 0, {_MIDNIGHT},
           {_MIDNIGHT} - (i % :days) * 86400000 + i % 50000000
    FROM numbers WHERE i < :players
"""

_DAYS_OF_USERS = f"""
    INSERT INTO user_days (user_id, day, tier_code, steps, light_minutes, moderate_minutes,
                           vigorous_minutes, minutes, workouts, run, award_points, streak_points,
                           booked_points, forgiven_points)
    SELECT user_id, day, {_TIER}, 8000, 10, 20, 0, 30, 1, 1, 150, 0, 150, 0
    FROM active ORDER BY user_id, day
"""

_ACTIVITIES = f"""
    INSERT INTO activities (user_id, activity_id, activity_type, day, start_time, end_time,
                            duration_minutes, intensity, metrics, source, external_id, revision, received_at)
    SELECT user_id, raw_id(:days - d, k), 'steps', day, {_BACK}, {_BACK} + 600000, 10.0, 'moderate',
           X'7b7d', 'fitbit', d || '-' || k, 1, {_BACK} + 600000
    FROM active CROSS JOIN (SELECT i AS k FROM numbers WHERE i < {ACTIVITIES_A_DAY}) AS which
    ORDER BY user_id, :days - d, k
"""

# For each active day what it earned, and a purchase for half of it.
_LEDGER = f"""
    INSERT INTO ledger (user_id, seq, transaction_id, transaction_type, amount, balance_after,
                        reference_type, description, day, tier_code, created_at)
    SELECT user_id, (:days - d) * 2 + k, raw_id(d * 2 + k, i), CASE k WHEN 0 THEN 'earn' ELSE 'spend' END,
           CASE k WHEN 0 THEN 150 ELSE -75 END, 1000, CASE k WHEN 0 THEN 'activities' ELSE 'drawing' END,
           'Something', CASE k WHEN 0 THEN day END, CASE k WHEN 0 THEN {_TIER} END,
           {_BACK} + 30000000 + i % 20000000
    FROM active CROSS JOIN (SELECT 0 AS k UNION ALL SELECT 1) AS which
    ORDER BY user_id, :days - d, k
"""

_DRAWINGS = f"""
    INSERT INTO drawings (drawing_id, drawing_type, name, ticket_cost_points, ticket_sales_close,
                          drawing_time, user_type, min_account_age_days, auto_execute, status, total_tickets,
                          entrants, created_at, completed_at)
    SELECT raw_id(1, i + 1), 'daily', 'The draw', 100, at, at, 'all', 7, 1, 'completed', 100000, 9000, at, at
    FROM (SELECT i, {_MIDNIGHT} - i * 86400000 AS at FROM numbers WHERE i < {DRAWINGS})
"""

_PRIZES = """
    INSERT INTO prizes (prize_id, drawing_id, rank, name, value_cents, quantity, fulfillment_type,
                        created_at, updated_at)
    SELECT drawing_id, drawing_id, 1, 'A mug', 1250, 20, 'digital', created_at, created_at FROM drawings
"""

_WINNERS = """
    INSERT INTO winners (drawing_id, draw_order, prize_id, prize_rank, user_id, tag, winning_ticket_number,
                         word, tickets_held, created_at)
    SELECT drawing_id, i + 1, drawing_id, 1, raw_id(0, i + 1), raw_id(0, i + 1), i + 1, i, 10, completed_at
    FROM drawings CROSS JOIN numbers WHERE i < 20
"""


def make(engine: Engine, *, players: int, activities: int) -> int:
    """Write the world; returns how many activities there are, about as many as asked for."""
    every = max(1, players * DAYS * ACTIVITIES_A_DAY // activities)
    values = {"players": players, "days": DAYS, "every": every, "today": TODAY.isoformat()}
    with engine.begin() as conn:
        driver = conn.connection.driver_connection
        assert driver is not None, "it is open"
        driver.create_function("raw_id", 2, struct.Struct(">QQ").pack, deterministic=True)
        _run(conn, _NUMBERS, {"most": max(players, DAYS, DRAWINGS)})
        for statement in (_ACTIVE_DAYS, _USERS, _DAYS_OF_USERS, _ACTIVITIES, _LEDGER):
            _run(conn, statement, values)
        for statement in (_DRAWINGS, _PRIZES, _WINNERS):
            _run(conn, statement, values)
        made = int(conn.execute(text("SELECT COUNT(*) FROM activities")).scalar_one())
        for table in ("active", "numbers"):
            conn.execute(text(f"DROP TABLE temp.{table}"))
    return made


def _run(conn: Connection, statement: str, values: dict[str, object]) -> None:
    conn.execute(text(statement), {name: value for name, value in values.items() if f":{name}" in statement})

"""Many players and a year of theirs, written straight into a database: enough for figures, not to play.

By SQL inside the database, which makes a million rows in seconds; made by the product it would take hours.
Rows go in in the order of their tables, indices are built behind them, and a crash meanwhile loses all.
"""
# ruff: noqa: S608 - what is put together are constants of this module

import sqlite3
import struct
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Final

DAYS: Final = 366
"""Days of which something is known, today included."""
DRAWINGS: Final = 400
ACTIVITIES_A_DAY: Final = 2
"""Of who is active that day."""
TIER: Final = "M-30-39-ADV"
"""Of every second player."""

_HASTE: Final = ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-1000000", "temp_store=MEMORY")
"""What a database can do without while it is made; the cache is in KiB."""

_PLAYERS = """
    CREATE TEMP TABLE player AS
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :players)
    SELECT i, raw_id(0, i + 1) AS user_id, CASE i % 2 WHEN 0 THEN 'male' ELSE 'female' END AS sex,
           printf('%s-30-39-ADV', substr('MF', 1 + i % 2, 1)) AS tier_code
    FROM n
"""

# A day back from today for each row id, the earliest first; `at` is its early morning, in milliseconds.
_BACK = """
    CREATE TEMP TABLE back AS
    WITH RECURSIVE n(d) AS (SELECT :days - 1 UNION ALL SELECT d - 1 FROM n WHERE d > 0)
    SELECT d, date(:today, '-' || d || ' days') AS day, (unixepoch(:today) + 21600 - d * 86400) * 1000 AS at
    FROM n
"""

# Player i is active on every `every`-th day, from another day on than his neighbours: all as often.
_ACTIVE = """
    player JOIN (SELECT value AS turn FROM generated) JOIN back ON back.rowid = 1 + i % :every + turn * :every
"""
_TURNS = """
    CREATE TEMP TABLE generated AS
    WITH RECURSIVE n(value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n WHERE (value + 1) * :every < :days)
    SELECT value FROM n
"""

_USERS = """
    INSERT INTO users (user_id, email, email_key, status, role, date_of_birth, state_of_residence,
                       email_verified_at, under_review, standing_changed_at, created_at)
    SELECT user_id, 'player' || i || '@test.example', 'player' || i || '@test.example',
           CASE WHEN i % 50 THEN 'active' ELSE 'suspended' END,
           CASE WHEN i % 20 THEN 'user' ELSE 'premium' END,
           '1990-05-17', 'TX', back.at + i % 50000000, 0, back.at, back.at + i % 50000000
    FROM player CROSS JOIN back ON back.rowid = 1 + i % :days
"""

_PROFILES = """
    INSERT INTO profiles (user_id, display_name, display_key, biological_sex, fitness_level, tier_code,
                          updated_at)
    SELECT user_id, 'Runner ' || i, 'runner ' || i, sex, 'advanced', tier_code, 0 FROM player
"""

_DAYS_OF_PLAYERS = f"""
    INSERT INTO user_days (user_id, day, tier_code, steps, light_minutes, moderate_minutes,
                           vigorous_minutes, minutes, workouts, run, award_points, streak_points,
                           booked_points, forgiven_points)
    SELECT user_id, day, tier_code, 8000, 10, 20, 0, 30, 1, 1, 150, 0, 150, 0 FROM {_ACTIVE}
"""

_ACTIVITIES = f"""
    INSERT INTO activities (user_id, activity_id, activity_type, day, start_time, end_time,
                            duration_minutes, intensity, metrics, source, external_id, revision, received_at)
    SELECT user_id, raw_id(:days - d, k), 'steps', day, at, at + 600000, 10.0, 'moderate',
           X'7b7d', 'fitbit', printf('%03d-%d', :days - d, k), 1, at + 600000
    FROM {_ACTIVE} CROSS JOIN (SELECT value AS k FROM generated WHERE value < {ACTIVITIES_A_DAY})
"""

# For each active day what it earned, and a purchase for half of it.
_LEDGER = f"""
    INSERT INTO ledger (user_id, seq, transaction_id, transaction_type, amount, balance_after,
                        reference_type, description, day, tier_code, created_at)
    SELECT user_id, turn * 2 + k + 1, raw_id(d * 2 + k, i), CASE k WHEN 0 THEN 'earn' ELSE 'spend' END,
           CASE k WHEN 0 THEN 150 ELSE -75 END, 75 * turn + CASE k WHEN 0 THEN 150 ELSE 75 END,
           CASE k WHEN 0 THEN 'activities' ELSE 'drawing' END, 'Something', CASE k WHEN 0 THEN day END,
           CASE k WHEN 0 THEN tier_code END, at + i % 18000000
    FROM {_ACTIVE} CROSS JOIN (SELECT 0 AS k UNION ALL SELECT 1)
"""

_DRAWINGS = f"""
    INSERT INTO drawings (drawing_id, drawing_type, name, ticket_cost_points, ticket_sales_close,
                          drawing_time, user_type, min_account_age_days, auto_execute, status, total_tickets,
                          entrants, created_at, completed_at)
    SELECT raw_id(1, d + 1), 'daily', 'The draw', 100, at, at, 'all', 7, 1, 'completed', 100000, 9000, at, at
    FROM back WHERE d < {DRAWINGS}
"""

_PRIZES = """
    INSERT INTO prizes (prize_id, drawing_id, rank, name, value_cents, quantity, fulfillment_type,
                        created_at, updated_at)
    SELECT drawing_id, drawing_id, 1, 'A mug', 1250, 20, 'digital', created_at, created_at FROM drawings
"""

_WINNERS = """
    INSERT INTO winners (drawing_id, draw_order, prize_id, prize_rank, user_id, tag, winning_ticket_number,
                         word, tickets_held, created_at)
    SELECT drawing_id, i + 1, drawing_id, 1, user_id, user_id, i + 1, i, 10, completed_at
    FROM drawings CROSS JOIN player WHERE i < 20
"""

_HELPERS = (_PLAYERS, _BACK, _TURNS)
_ROWS = (_USERS, _PROFILES, _DAYS_OF_PLAYERS, _ACTIVITIES, _LEDGER, _DRAWINGS, _PRIZES, _WINNERS)


def make(file: Path, today: date, *, players: int, activities: int) -> int:
    """Write the world into a migrated database; returns how many activities there are, about as asked for."""
    every = max(1, players * DAYS * ACTIVITIES_A_DAY // activities)
    values = {"players": players, "days": DAYS, "every": every, "today": today.isoformat()}
    with closing(sqlite3.connect(file, isolation_level=None)) as conn:
        conn.create_function("raw_id", 2, struct.Struct(">QQ").pack, deterministic=True)
        for pragma in _HASTE:
            conn.execute(f"PRAGMA {pragma}")
        conn.execute("BEGIN IMMEDIATE")
        named = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        indices = conn.execute(named).fetchall()
        for name, _ in indices:
            conn.execute(f"DROP INDEX {name}")
        for statement in (*_HELPERS, *_ROWS):
            conn.execute(statement, values)
        for _, statement in indices:
            conn.execute(statement)
        conn.execute("COMMIT")
        return int(conn.execute("SELECT COUNT(*) FROM activities").fetchone()[0])

"""What a board of 100,000 players costs: a total merged, a rank, a page, and loading it from a database.

Computing on one core, so it is measured in CPU time: what else the machine does does not count.
"""

import random
import tempfile
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, insert

from fittrack.db.engine import Access, DatabaseSettings, make_engine
from fittrack.db.migrate import upgrade
from fittrack.db.reads import snapshot
from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.activities import user_days
from fittrack.db.tables.logs import ledger
from fittrack.kit.ids import UserId
from fittrack.leaderboards import queries
from fittrack.leaderboards.ladder import Contender, Ladder, Total
from fittrack.leaderboards.messages import NEIGHBOURS, TOP
from fittrack.leaderboards.periods import board_on
from tests.benchmarks.timing import microseconds

PLAYERS, QUICK_PLAYERS = 100_000, 1_000
CALLS, QUICK_CALLS = 20_000, 500
SEED: Final = 4
TODAY = date(2026, 6, 10)
NOON = datetime(2026, 6, 10, 16, tzinfo=UTC)
ENTRIES_A_DAY: Final = 3
"""Syncs of a phone that earned something."""
TIER: Final = "F-30-39-ADV"

MERGE_US: Final = 50
LOOK_MS: Final = 2
"""Targets."""

Row = dict[str, Any]


def run(*, quick: bool = False) -> list[Row]:
    """The figures."""
    players, calls = (QUICK_PLAYERS, QUICK_CALLS) if quick else (PLAYERS, CALLS)
    source, note = random.Random(SEED), f"{players:,} players"
    contenders = [_contender(number, source) for number in range(1, players + 1)]
    tracemalloc.start()
    ladder = Ladder(contenders)
    bytes_each = tracemalloc.get_traced_memory()[0] / players
    tracemalloc.stop()
    last = ladder.page(players - TOP, TOP)[-1]

    def merge() -> None:
        before = contenders[source.randrange(players)]
        known = ladder.seq_of(before.user_id)
        ladder.merge(_gained(before, known + 1, source))

    def look() -> None:
        someone = contenders[source.randrange(players)].user_id
        rank = ladder.rank_of(someone)
        assert rank is not None
        ladder.around(rank, NEIGHBOURS)

    rows: list[Row] = [
        _row("boards: a total merged", microseconds(merge, calls), "µs", MERGE_US, note),
        _row("boards: a rank with its neighbours", microseconds(look, calls) / 1000, "ms", LOOK_MS, note),
        _row(
            "boards: the last page of 100",
            microseconds(lambda: ladder.page(last.rank - TOP, TOP), calls // 10) / 1000,
            "ms",
            LOOK_MS,
            note,
        ),
        _row("boards: memory of a player's place", bytes_each, "bytes", None, "beside the totals themselves"),
    ]
    return [*rows, _load(contenders, note)]


def _contender(number: int, source: random.Random) -> Contender:
    total = Total(source.randrange(1, 1_250), NOON + timedelta(seconds=source.randrange(3_600)), 1, 1)
    return Contender(UserId(UUID(int=source.getrandbits(96) << 32 | number)), total, f"Player {number}")


def _gained(contender: Contender, seq: int, source: random.Random) -> Contender:
    points, at = source.randrange(1, 1_250), NOON + timedelta(seconds=source.randrange(3_600))
    return contender._replace(total=Total(points, at, 1, seq))


def _load(contenders: list[Contender], note: str) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        settings = DatabaseSettings(url=f"sqlite:///{Path(folder)}/boards.db")
        writing = make_engine(settings, Access.WRITE)
        upgrade(writing)
        _fill(writing, contenders)
        writing.dispose()
        reading = make_engine(settings, Access.READ)
        with snapshot(reading) as conn:
            started = process_time()
            ladder = queries.load(conn, board_on("daily", "OPEN", TODAY))
            seconds = process_time() - started
        reading.dispose()
    assert len(ladder) == len(contenders), "everybody earned"
    return _row("boards: a day's board loaded", seconds, "s", None, f"{note}, {ENTRIES_A_DAY} entries each")


def _fill(engine: Engine, contenders: list[Contender]) -> None:
    """One day of everybody."""
    with engine.begin() as conn:
        conn.execute(insert(users), [_user(each) for each in contenders])
        conn.execute(insert(profiles), [_profile(each) for each in contenders])
        conn.execute(insert(user_days), [_day(each) for each in contenders])
        conn.execute(
            insert(ledger), [_entry(each, seq) for each in contenders for seq in range(1, ENTRIES_A_DAY + 1)]
        )


def _user(contender: Contender) -> Row:
    return {
        "user_id": contender.user_id,
        "email_key": f"{contender.user_id}@test.example",
        "status": "active",
        "role": "user",
        "date_of_birth": date(1990, 5, 17),
        "state_of_residence": "TX",
        "under_review": False,
        "standing_changed_at": NOON,
        "created_at": NOON,
    }


def _profile(contender: Contender) -> Row:
    return {
        "user_id": contender.user_id,
        "display_name": contender.display_name,
        "display_key": contender.display_name,
        "biological_sex": "female",
        "fitness_level": "advanced",
        "tier_code": TIER,
        "updated_at": NOON,
    }


def _day(contender: Contender) -> Row:
    counted = dict.fromkeys(
        (
            *("steps", "light_minutes", "moderate_minutes", "vigorous_minutes", "minutes", "workouts"),
            *("award_points", "streak_points", "booked_points", "forgiven_points"),
        ),
        0,
    )
    return {"user_id": contender.user_id, "day": TODAY, "tier_code": TIER, "run": 1, **counted}


def _entry(contender: Contender, seq: int) -> Row:
    points = contender.total.points
    return {
        "user_id": contender.user_id,
        "seq": seq,
        "transaction_id": contender.user_id,
        "transaction_type": "earn",
        "amount": points,
        "balance_after": seq * points,
        "reference_type": "activities",
        "description": "Activities",
        "day": TODAY.isoformat(),
        "tier_code": TIER,
        "created_at": contender.total.reached_at,
    }


def _row(name: str, value: float, unit: str, most: float | None, note: str) -> Row:
    target = None if most is None else f"<= {most:g}"
    return {"name": name, "value": value, "unit": unit, "target": target, "note": note}


def main() -> None:
    """Print the figures."""
    for row in run():
        print(f"{row['name']:<45} {row['value']:>10.3f} {row['unit']:<6} {row['note']}")


if __name__ == "__main__":
    main()

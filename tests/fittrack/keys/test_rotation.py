"""Rotation leaves every value readable at every instant, and none under a former key at its end."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select, update

from fittrack.db.sealed_columns import SEALED_COLUMNS
from fittrack.db.tables import metadata
from fittrack.db.tables.operations import audit_log
from fittrack.keys.counting import take_census
from fittrack.keys.queries import VALUES_AT_ONCE
from fittrack.keys.rotation import KeyMissing, Rotated, Rotation
from fittrack.kit.clock import VirtualClock
from fittrack.kit.origin import SYSTEM
from fittrack.kit.sealing import Sealer
from tests.fittrack.audit.logbook import logbook
from tests.fittrack.keys.vault import BOTH, FORMER, LATTER, fill
from tests.oracle_sql import assert_fit_for_oracle, statements_of

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
ROWS = 3


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = logbook(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def file(engine: Engine, tmp_path: Path) -> Path:
    """The database's file, its schema in place."""
    return tmp_path / "fittrack.db"


def rotate(engine: Engine, sealer: Sealer = BOTH) -> Rotated:
    return Rotation(engine, sealer).run(SYSTEM, VirtualClock(NOON))


def test_every_column_that_holds_sealed_values_is_declared() -> None:
    named = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if re.search(r"(^|_)sealed(_|$)", column.name)
    }
    assert {str(place) for place in SEALED_COLUMNS} == named


def test_everything_opens_with_the_new_key_alone_afterwards(engine: Engine, file: Path) -> None:
    kept = fill(file, FORMER, ROWS)
    rotated = rotate(engine)
    assert (rotated.sealed, rotated.broken, rotated.complete) == (len(kept), [], True)
    assert all(secret.opens(engine, LATTER) for secret in kept)


def test_more_values_than_one_transaction_takes_are_all_reached(engine: Engine, file: Path) -> None:
    kept = fill(file, FORMER, VALUES_AT_ONCE + 1)
    assert rotate(engine).sealed == len(kept)
    assert take_census(engine, BOTH).totals() == {"new": len(kept), "old": 0}


def test_a_second_rotation_changes_nothing_and_is_not_recorded(engine: Engine, file: Path) -> None:
    [*kept] = fill(file, FORMER, 1)
    rotate(engine)
    before = [secret.sealed(engine) for secret in kept]
    assert rotate(engine).sealed == 0
    assert [secret.sealed(engine) for secret in kept] == before
    assert len(records(engine)) == 2


def test_the_audit_log_tells_of_its_beginning_and_its_end(engine: Engine, file: Path) -> None:
    kept = fill(file, FORMER, ROWS)
    rotate(engine)
    assert records(engine) == [
        ("keys.rotation-begin", {"key": "new", "values": {"new": 0, "old": len(kept)}}),
        ("keys.rotation-end", {"key": "new", "values": {"new": len(kept), "old": 0}}),
    ]


def records(engine: Engine) -> list[tuple[str, object]]:
    with engine.connect() as connection:
        rows = connection.execute(select(audit_log).order_by(audit_log.c.audit_id)).all()
    return [(row.action, json.loads(row.after_state)) for row in rows]


@pytest.mark.parametrize("transactions", range(1, 13, 3))
def test_after_an_interruption_everything_opens_and_the_next_one_does_the_rest(
    engine: Engine, file: Path, transactions: int
) -> None:
    kept = fill(file, FORMER, ROWS)
    left = transactions

    def interrupt(_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise KeyboardInterrupt

    event.listen(engine, "commit", interrupt)
    with pytest.raises(KeyboardInterrupt):
        rotate(engine)
    event.remove(engine, "commit", interrupt)
    assert all(secret.opens(engine, BOTH) for secret in kept)
    done = take_census(engine, BOTH).totals()["new"]
    assert rotate(engine).sealed == len(kept) - done
    assert all(secret.opens(engine, LATTER) for secret in kept)


def test_a_value_that_changed_since_it_was_read_is_taken_as_it_is_now(engine: Engine, file: Path) -> None:
    """As when a server replaces or erases it between the read and the transaction."""
    kept = fill(file, FORMER, 1)
    seed, letter = (
        next(s for s in kept if str(s.place) == name)
        for name in ("drawings.sealed_seed", "mail_outbox.sealed_letter")
    )
    newer = seed._replace(plain=b"a newer commitment")

    class Racing(Rotation):
        def _seal_anew(self, place: object, keys: object) -> None:
            with engine.begin() as connection:
                value = FORMER.seal(newer.plain, seed.place.context(seed.key))
                connection.execute(update(seed.place.table).values(sealed_seed=value))
                connection.execute(update(letter.place.table).values(sealed_letter=None))
            super()._seal_anew(place, keys)  # type: ignore[arg-type]

    rotated = Racing(engine, BOTH).run(SYSTEM, VirtualClock(NOON))
    assert rotated.broken == []
    assert newer.opens(engine, BOTH)
    with engine.connect() as connection:
        assert connection.execute(select(letter.place.column)).scalar_one() is None


def test_a_missing_key_is_a_refusal_that_changes_nothing(engine: Engine, file: Path) -> None:
    kept = fill(file, FORMER, ROWS)
    with pytest.raises(KeyMissing, match=rf"“old” \({len(kept)} values\)"):
        rotate(engine, LATTER)
    assert all(secret.opens(engine, FORMER) for secret in kept)
    assert records(engine) == []


@pytest.mark.parametrize("forged", [b"", b"\x02old", b"no sealed value"])
def test_a_value_that_does_not_open_is_named_and_left_as_it_is(
    engine: Engine, file: Path, forged: bytes
) -> None:
    kept = fill(file, FORMER, ROWS)
    altered = kept[0]
    value = forged or altered.sealed(engine)[:-1] + b"!"
    with engine.begin() as connection:
        row = update(altered.place.table).where(altered.place.key == altered.key)
        connection.execute(row.values({altered.place.column: value}))
    rotated = rotate(engine)
    assert rotated.broken == [(str(altered.place), str(altered.key))]
    assert (rotated.sealed, rotated.complete) == (len(kept) - 1, False)
    assert altered.sealed(engine) == value


def test_a_key_of_the_same_name_that_is_another_opens_nothing(engine: Engine, file: Path) -> None:
    kept = fill(file, FORMER, 1)
    rotated = rotate(engine, Sealer({"new": bytes(range(32)), "old": b"x" * 32}))
    assert (rotated.sealed, len(rotated.broken), rotated.complete) == (0, len(kept), False)
    assert all(secret.opens(engine, FORMER) for secret in kept)


def test_every_statement_of_a_rotation_compiles_for_oracle(engine: Engine, file: Path) -> None:
    fill(file, FORMER, 1)
    seen = statements_of(engine)
    rotate(engine)
    locking = [sql for sql in seen if "FOR UPDATE" in sql]
    assert len(locking) == len(SEALED_COLUMNS)
    assert all(re.search(r"ORDER BY \w+\.\w+ FOR UPDATE$", sql) for sql in locking), locking
    assert_fit_for_oracle(seen)

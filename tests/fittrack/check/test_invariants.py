"""Every violation is found, and called by its name; a sound database has none."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from fittrack.check.checking import check_database, examine
from fittrack.check.findings import FINDINGS_KEPT_MAX, Finding, Invariant, Report
from fittrack.config.published import DEVELOPMENT_TOKEN_KEYS
from fittrack.db.engine import Access, DatabaseSettings, make_engine
from fittrack.kit.sealing import Sealer
from tests.fittrack.check.corruptions import CORRUPTIONS, LAST_ENTRY
from tests.invariants import assert_invariants


@contextmanager
def opened(file: Path) -> Iterator[Engine]:
    engine = make_engine(DatabaseSettings(url=f"sqlite:///{file}"), Access.READ)
    try:
        yield engine
    finally:
        engine.dispose()


def findings_in(file: Path) -> list[Finding]:
    with opened(file) as engine:
        return check_database(engine)


def corrupt(file: Path, *statements: str) -> None:
    """Change what constraints would never let pass."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            assert connection.execute(statement).rowcount == 1, f"it changes just one row: {statement}"


def test_a_database_that_the_product_wrote_is_sound(database: Path) -> None:
    assert_invariants(database)


def test_everything_was_looked_at(database: Path) -> None:
    with opened(database) as engine:
        report = examine(engine, Sealer.from_text(DEVELOPMENT_TOKEN_KEYS))
    assert set(report.examined) == set(Invariant)
    assert all(report.examined.values())


def test_a_refund_may_wait_while_the_system_works_but_not_when_it_has_settled(database: Path) -> None:
    with opened(database) as engine:
        assert examine(engine, Sealer.from_text(DEVELOPMENT_TOKEN_KEYS)).refunds_waiting == 1
        [finding] = check_database(engine, settled=True)
    assert finding.invariant is Invariant.REFUNDS
    assert "still waits" in finding.sentence


def test_a_helper_for_tests_shows_what_is_wrong(database: Path) -> None:
    corrupt(database, f"UPDATE ledger SET balance_after = 1 WHERE {LAST_ENTRY}")  # noqa: S608
    with pytest.raises(AssertionError, match="LEDGER: player"):
        assert_invariants(database)


def test_secrets_that_cannot_be_opened_are_a_finding(database: Path) -> None:
    with opened(database) as engine:
        [finding] = check_database(engine, Sealer({"other": bytes(32)}))
    assert finding.invariant is Invariant.DRAWS
    assert "not configured" in finding.sentence


@pytest.mark.parametrize(
    ("invariant", "statements", "sentences"), CORRUPTIONS.values(), ids=CORRUPTIONS.keys()
)
def test_it_is_found(
    database: Path, invariant: Invariant, statements: list[str], sentences: list[str] | None
) -> None:
    corrupt(database, *statements)
    found = findings_in(database)
    if invariant is not Invariant.FIGURES:  # what was counted of a day tells of many a change as well
        found = [finding for finding in found if finding.invariant is not Invariant.FIGURES]
    assert {finding.invariant for finding in found} == {invariant}
    if sentences is not None:
        assert len(found) == len(sentences)
        for sentence in sentences:
            assert any(sentence in finding.sentence for finding in found), found


def test_findings_beyond_a_thousand_are_only_counted() -> None:
    report = Report()
    report.add(Finding(Invariant.KEYS, "player", str(n)) for n in range(FINDINGS_KEPT_MAX + 5))
    assert len(report.findings) == FINDINGS_KEPT_MAX
    assert report.violations[Invariant.KEYS] == FINDINGS_KEPT_MAX + 5
    assert not report.ok

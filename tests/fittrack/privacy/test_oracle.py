"""What erases can be written for Oracle, without what only SQLite has."""

from sqlalchemy import delete, select, update
from sqlalchemy.sql import ClauseElement

from fittrack.kit.ids import UserId, uuid7
from fittrack.privacy.retention.queries import ROWS_PER_TRANSACTION, RULES
from fittrack.privacy.statements import STEPS, ending
from tests.actors.house import NOON
from tests.oracle_sql import assert_fit_for_oracle, for_oracle

JOE = UserId(uuid7())


def assert_fits(*statements: object) -> None:
    assert statements
    for statement in statements:
        assert isinstance(statement, ClauseElement)
        assert_fit_for_oracle({for_oracle(statement)})


def test_a_deletion_can_be_written_for_oracle() -> None:
    assert_fits(*ending(JOE, NOON, subjects=[bytes(32)], scopes=[JOE], last_letter=uuid7()))
    for step in STEPS:
        assert_fits(step.left(JOE), step.erase(JOE))


def test_retention_can_be_written_for_oracle() -> None:
    for rule in RULES.values():
        old = rule.key.in_(select(rule.key).where(rule.old(NOON)).limit(ROWS_PER_TRANSACTION))
        assert_fits(
            update(rule.table).where(old).values(rule.values)
            if rule.values
            else delete(rule.table).where(old)
        )


def test_a_transaction_erases_no_more_keys_than_a_list_may_hold() -> None:
    assert ROWS_PER_TRANSACTION <= 1_000

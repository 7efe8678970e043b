"""Queries that no journey of a few steps comes to, asked by themselves, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, insert, update

from fittrack.accounts import queries as accounts
from fittrack.accounts.rules import email_key
from fittrack.audit import queries as audit
from fittrack.check import statements as check
from fittrack.clients import queries as clients
from fittrack.clients.schemas import ClientsQuery
from fittrack.db import effect_queries, log_queries
from fittrack.db.sealed_columns import SEALED_COLUMNS, SealedColumn
from fittrack.db.tables.accounts import users
from fittrack.db.tables.logs import effect_receipts
from fittrack.db.types import Bytes
from fittrack.demo import queries as demo
from fittrack.demo.people import ADMIN_EMAIL
from fittrack.doctor import queries as doctor
from fittrack.drawings import entry_queries as entries
from fittrack.drawings import queries as drawings
from fittrack.drawings.model import DrawingStatus, DrawingType, UserType
from fittrack.keys import queries as keys
from fittrack.kit.ids import DrawingId, UserId, uuid7
from fittrack.kit.standing import AccountStatus, Role
from fittrack.ops import queries as ops
from fittrack.privacy.retention import queries as retention
from fittrack.sponsors import queries as sponsors
from fittrack.sponsors.schemas import SponsorsQuery
from tests.fittrack.db.journal_world import NOON, reading


def test_an_effect_that_was_applied_is_known_by_its_receipt(engine: Engine) -> None:
    subject = uuid7()
    table, row = effect_queries.receipt("refund", subject, UserId(uuid7()), NOON)
    with engine.begin() as connection:
        connection.execute(insert(effect_receipts).values(row))
    with reading(engine) as connection:
        assert table is effect_receipts
        assert effect_queries.was_applied(connection, "refund", subject)
        assert not effect_queries.was_applied(connection, "notice", subject)
        assert not effect_queries.was_applied(connection, "refund", uuid7())


def an_account(email: str, role: Role = Role.USER) -> accounts.NewAccount:
    return accounts.NewAccount(
        user_id=UserId(uuid7()),
        unit_id=uuid7(),
        email=email,
        email_key=email,
        password_hash=None,
        date_of_birth=date(1990, 5, 17),
        state="TX",
        role=role,
        status=AccountStatus.ACTIVE,
        rules_version=None,
        now=NOON,
    )


def test_a_premium_role_holds_until_it_ends(engine: Engine) -> None:
    somebody, payer = an_account("joe@test.example"), an_account("ann@test.example", Role.PREMIUM)
    with engine.begin() as connection:
        accounts.create(connection, somebody)
        accounts.create(connection, payer)
        ends = update(users).where(users.c.user_id == payer.user_id).values(premium_expires_at=NOON)
        connection.execute(ends)
    with reading(engine) as connection:
        assert not drawings.is_premium(connection, somebody.user_id, NOON)
        assert drawings.is_premium(connection, payer.user_id, NOON - timedelta(seconds=1))
        assert not drawings.is_premium(connection, payer.user_id, NOON)


def test_the_check_of_a_night_is_taken_by_one_until_nothing_was_heard_of_it(engine: Engine) -> None:
    night, later = NOON.date(), NOON + timedelta(minutes=1)
    with engine.begin() as connection:
        assert check.claim(connection, night, NOON, NOON - timedelta(minutes=1))
        check.goes_on(connection, night, later)
        assert not check.claim(connection, night, later, NOON)
        assert check.claim(connection, night, later, later + timedelta(seconds=1))
    with reading(engine) as connection:
        assert check.latest(connection) is None
    with engine.begin() as connection:
        check.end(connection, night, later, examined=7, violations=0)
        assert not check.claim(connection, night, later, later + timedelta(seconds=1))
    with reading(engine) as connection:
        assert check.latest(connection) == check.Ended(night, later, later, examined=7, violations=0)


def test_an_admin_is_named_by_the_address_of_the_account(engine: Engine) -> None:
    admin = an_account("ada@test.example", Role.ADMIN)
    with engine.begin() as connection:
        accounts.create(connection, admin)
    with reading(engine) as connection:
        assert ops.email_of(connection, admin.user_id) == "ada@test.example"
        assert ops.email_of(connection, UserId(uuid7())) is None


def test_a_demo_world_is_known_by_its_admin_and_writes_to_nobody(engine: Engine) -> None:
    with reading(engine) as connection:
        assert demo.count_accounts(connection) == 0
        assert not demo.has_demo_admin(connection)
    with engine.begin() as connection:
        accounts.create(connection, an_account(email_key(ADMIN_EMAIL), Role.ADMIN))
        demo.tear_up_letters(connection)
    with reading(engine) as connection:
        assert demo.count_accounts(connection) == 1
        assert demo.has_demo_admin(connection)


def test_programs_that_nobody_registered_are_not_found(engine: Engine) -> None:
    with reading(engine) as connection:
        assert clients.find(connection, ClientsQuery(q="100%_", active=True)) == ([], 0)


@pytest.mark.parametrize("place", SEALED_COLUMNS, ids=str)
def test_of_a_column_without_sealed_values_none_are_held_or_replaced(
    engine: Engine, place: SealedColumn
) -> None:
    nobody = uuid7().bytes if isinstance(place.key.type, Bytes) else uuid7()
    with engine.begin() as connection:
        keys.replace(connection, place, keys.Value(nobody, b"sealed"))
        assert keys.held(connection, place, [nobody]) == []
        assert keys.following(connection, place, None) == keys.following(connection, place, nobody) == []


@pytest.mark.parametrize("rule", retention.RULES)
def test_where_nobody_lived_no_rule_of_retention_finds_anything(engine: Engine, rule: str) -> None:
    with engine.begin() as connection:
        assert retention.erase_old(connection, rule, NOON) == 0


def test_the_row_that_the_doctor_tries_to_write_is_taken_back(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        doctor.write_a_row(connection, NOON)
        transaction.rollback()
    with engine.begin() as connection:
        doctor.write_a_row(connection, NOON)


def test_where_nothing_happened_nothing_is_found(engine: Engine) -> None:
    nobody, nothing = UserId(uuid7()), DrawingId(uuid7())
    with reading(engine) as connection:
        log_queries.probe(connection)
        assert not audit.any_unsealed(connection)
        assert not retention.have_activities_before(connection, [nobody], NOON.date())
        assert drawings.counting_down(connection) == []
        assert entries.tickets_of(connection, nobody, [nothing]) == {}
        assert sponsors.find(connection, SponsorsQuery(q="100%_")) == ([], 0)
        assert doctor.latest_committed(connection) is None
        assert doctor.letters(connection, NOON) == doctor.Letters(0, None, None)
        found = drawings.find(
            connection,
            statuses=list(DrawingStatus),
            drawing_type=DrawingType.DAILY,
            user_types=list(UserType),
            offset=0,
            limit=20,
        )
        assert found == ([], 0)

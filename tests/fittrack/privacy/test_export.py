"""Everything held about a person, as one document."""

import json

import msgspec

from fittrack.db.tables import metadata
from fittrack.db.tables.messages import mail_outbox
from fittrack.db.tables.operations import idempotency
from fittrack.db.tables.partners import oauth_states, tracker_connections
from fittrack.db.tables.sessions import mfa_secrets
from fittrack.privacy.export.document import Export
from fittrack.privacy.export.queries import HOLDINGS, NOT_PERSONAL
from tests.fittrack.privacy.conftest import Lived
from tests.fittrack.privacy.planting import mark
from tests.rest_house import RestHouse


def test_every_table_is_exported_or_named_with_a_reason() -> None:
    exported = {holding.table.name for holding in HOLDINGS}
    assert exported | NOT_PERSONAL.keys() == metadata.tables.keys()
    assert not exported & NOT_PERSONAL.keys()
    assert all(NOT_PERSONAL.values())


def test_no_table_that_refers_to_an_account_is_called_impersonal() -> None:
    for name in NOT_PERSONAL:
        table = metadata.tables[name]
        assert "user_id" not in table.columns
        assert not any(key.column.table.name == "users" for key in table.foreign_keys)


def test_every_column_is_exported_or_withheld_for_a_reason() -> None:
    for holding in HOLDINGS:
        assert holding.withheld.keys() <= set(holding.table.columns.keys()), holding.section
        assert all(holding.withheld.values())


def test_what_looks_like_a_secret_is_withheld() -> None:
    for holding in HOLDINGS:
        for _, column in holding.columns:
            if column.name != holding.sealed:
                assert not column.name.startswith("sealed"), f"{holding.section}.{column.name}"
                assert not column.name.endswith(("_hash", "_salt")), f"{holding.section}.{column.name}"


async def test_it_holds_what_was_planted_in_every_personal_column(lived: Lived) -> None:
    async with lived.house.http.get(
        "/api/v1/users/me/export", headers={"Authorization": f"Bearer {lived.joe.token}"}
    ) as response:
        assert response.status == 200
        assert response.headers["Cache-Control"] == "no-store"
        text = await response.text()
    missing = {value for value in lived.planted if value not in text}
    assert missing == set()
    document = json.loads(text)
    assert document["entries"][0]["ticket_count"] == 2
    assert document["prizes_won"][0]["prize_name"] == document["fulfillments"][0]["prize_name"]
    assert document["shipping_addresses"][0]["address"]["value"] in lived.planted
    assert document["ledger"][0]["amount"] > 0
    assert document["account"]["accepted_rules_version"]
    receipt = document["entries"][0]["receipt"]
    await lived.house.get(f"/drawings/{lived.drawing_id}/inclusion/{receipt}", lived.joe.token)


async def test_it_holds_no_secret_and_nothing_sealed(lived: Lived) -> None:
    text = json.dumps(await lived.house.get("/users/me/export", lived.joe.token))
    for name in ('"sealed_', "argon2", "token_hash", "password"):
        assert name not in text, name
    for table, column in (
        (mfa_secrets, "s"),
        (mail_outbox, "sealed_letter"),
        (oauth_states, "sealed_verifier"),
        (tracker_connections, "sealed_access_token"),
        (tracker_connections, "sealed_refresh_token"),
        (idempotency, "answer"),
    ):
        assert mark(table, column) not in text, column


async def test_it_fits_its_schema(lived: Lived) -> None:
    async with lived.house.http.get(
        "/api/v1/users/me/export", headers={"Authorization": f"Bearer {lived.joe.token}"}
    ) as response:
        document = msgspec.json.decode(await response.read(), type=Export)
    assert document.account.user_id == lived.joe.user_id
    assert len(document.activities) == 1


async def test_somebody_elses_data_is_not_in_it(lived: Lived) -> None:
    eve = await lived.house.person("eve")
    document = await lived.house.get("/users/me/export", eve.token)
    text = json.dumps(document)
    assert lived.joe.email not in text
    assert "~planted~" not in text


async def test_who_did_little_gets_a_short_document(house: RestHouse) -> None:
    eve = await house.person("eve", complete=False)
    document = await house.get("/users/me/export", eve.token)
    assert document["profile"] is None
    assert document["activities"] == []
    assert len(document["sessions"]) == 1

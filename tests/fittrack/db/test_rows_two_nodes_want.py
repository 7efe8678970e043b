"""Jobs of two nodes at once: what one has taken the other has not, and nothing is lost or fails for it."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import StatementError

from fittrack.accounts import queries as accounts
from fittrack.analytics import statements as analytics
from fittrack.analytics.queries import Mark, mark
from fittrack.audit.action import Action
from fittrack.audit.statements import SealedElsewhere, record, seal
from fittrack.check import statements as check
from fittrack.clients import changing as clients_changing
from fittrack.clients import queries as clients
from fittrack.clients.model import StoredClient, StoredSecret
from fittrack.clients.problems import TooManySecrets
from fittrack.clients.rules import SECRETS_MAX
from fittrack.connections import revocation_queries
from fittrack.db import device_queries
from fittrack.db.handles import IntegrityError
from fittrack.db.row_queries import insert_unless_there
from fittrack.db.tables.operations import nightly_checks
from fittrack.db.tables.partners import tracker_revocations
from fittrack.kit.ids import ClientId, SponsorId, UserId, uuid7
from fittrack.kit.origin import SYSTEM
from fittrack.kit.problems import PreconditionFailed
from fittrack.kit.sealing import Sealer
from fittrack.mail import queries as mail
from fittrack.mail.letters import PasswordChanged
from fittrack.mail.postbox import Postbox
from fittrack.privacy.retention import queries as retention
from fittrack.reviews.gaming import queries as gaming
from fittrack.sponsors import changing as sponsors_changing
from fittrack.sponsors import queries as sponsors
from fittrack.webhooks import changing as webhooks_changing
from fittrack.webhooks import claim_queries, delivery_queries
from fittrack.webhooks import queries as webhooks
from fittrack.webhooks.model import new_endpoint
from tests.fittrack.db.journal_world import NOON, a_database
from tests.fittrack.db.test_queries_alone import an_account
from tests.two_nodes import LOCKING, meanwhile, transact

T = TypeVar("T")

LATER, LEASE = NOON + timedelta(minutes=5), timedelta(minutes=5)


class Nodes:
    """Two writers on one database."""

    def __init__(self, folder: Path) -> None:
        self.here, self.there = a_database(folder), a_database(folder)

    async def once(self, job: Callable[..., T], *args: Any) -> T:
        """One node does it alone."""
        return await transact(self.there, job, *args)

    async def both(self, job: Callable[..., T], *args: Any, at: str = LOCKING) -> tuple[T, T]:
        """Both do it: one from first to last while the other has come to `at`. What each got."""
        return await self.at_once((job, *args), (job, *args), at=at)

    async def at_once(self, first: Any, late: Any, *, at: str = LOCKING) -> tuple[Any, Any]:
        """One does `first` from first to last while the other, with `late`, has come to `at`."""
        got: list[Any] = []

        async def whole() -> None:
            got.append(await transact(self.there, *first))

        late_got = await meanwhile(self.here, lambda: transact(self.here, *late), whole, at=at)
        return got[0], late_got


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    nodes = Nodes(tmp_path_factory.mktemp("two-nodes"))
    yield nodes
    nodes.here.dispose()
    nodes.there.dispose()


async def test_a_consent_that_is_to_be_revoked_is_taken_by_one(nodes: Nodes) -> None:
    def owe(connection: Connection) -> None:
        values = {"connection_id": uuid7(), "provider": "fitbit", "attempts": 0}
        due = {"next_due_at": NOON, "created_at": NOON}
        connection.execute(insert(tracker_revocations).values(**values, **due))

    await nodes.once(owe)
    taken, late = await nodes.both(revocation_queries.claim_revocations, NOON, LATER, 10)
    assert (len(taken), late) == (1, [])
    [again] = await nodes.once(revocation_queries.claim_revocations, LATER, LATER, 10)
    assert again.attempts == 1


async def test_a_letter_is_taken_by_one(nodes: Nodes) -> None:
    letter = Postbox(Sealer({"k1": bytes(32)})).row(UserId(uuid7()), PasswordChanged(), NOON)
    await nodes.once(mail.put, letter)
    taken, late = await nodes.both(mail.claim_due, NOON, LATER + LEASE, 10)
    assert (len(taken), late) == (1, [])


async def test_a_letter_that_another_delivered_meanwhile_is_not_tried_again(nodes: Nodes) -> None:
    letter = Postbox(Sealer({"k1": bytes(32)})).row(UserId(uuid7()), PasswordChanged(), NOON)
    await nodes.once(mail.put, letter)
    [slow] = await nodes.once(mail.claim_due, NOON, LATER, 1)
    [ours] = await nodes.once(mail.claim_due, LATER, LATER + LEASE, 1)
    await nodes.once(mail.mark_delivered, ours.mail_id, LATER)
    await nodes.once(mail.try_again, slow, LATER, "It took too long.")
    await nodes.once(mail.give_up, slow, LATER, "It took too long.")
    assert await nodes.once(mail.claim_due, LATER, LATER + LEASE, 1) == []


async def test_a_webhook_is_taken_by_one(nodes: Nodes) -> None:
    endpoint = new_endpoint(uuid7(), "https://there.example", {"drawing.completed"}, b"sealed", NOON)
    await nodes.once(webhooks_changing.create, endpoint, SYSTEM)

    def send(connection: Connection) -> None:
        message = {"event_type": "drawing.completed", "payload": b"{}", "now": NOON}
        delivery_queries.add_message(connection, endpoint.endpoint_id, uuid7(), **message)

    await nodes.once(send)
    taken, late = await nodes.both(claim_queries.claim, {endpoint.endpoint_id: 5}, NOON, LEASE)
    assert (len(taken), late) == (1, [])
    assert taken[0].attempt == 1


async def test_the_check_of_a_night_is_begun_by_one(nodes: Nodes) -> None:
    claimed = await nodes.both(check.claim, NOON.date(), NOON, NOON - LEASE, at="INSERT")
    assert claimed == (True, False)


async def test_a_device_is_noted_once(nodes: Nodes) -> None:
    account = an_account("devices@test.example")
    await nodes.once(accounts.create, account)
    user_id = account.user_id
    await nodes.both(device_queries.note, user_id, "phone", NOON, at="INSERT")
    assert await nodes.once(device_queries.known, user_id) == {"phone"}


async def test_what_a_client_asks_at_two_nodes_is_counted_at_both(nodes: Nodes) -> None:
    client = await _a_client(nodes, "asks")
    keys = [clients.UsageKey(client.client_id, NOON.date(), "GET", path, 200) for path in ("/b", "/a")]
    lines = [(key, 3) for key in keys]
    await nodes.both(clients.add_usage, lines, at="INSERT")
    await nodes.both(clients.add_usage, lines)
    counted = await nodes.once(clients.usage, client.client_id, NOON.date())
    assert sorted(counted) == sorted((key, 12) for key in keys)


async def test_two_secrets_that_are_added_at_once_are_not_both(nodes: Nodes) -> None:
    client = await _a_client(nodes, "rotates")
    wish = clients_changing.Wish(client_id=client.client_id, versions=None, origin=SYSTEM, now=LATER)
    first, late = [(clients_changing.rotate, wish, _a_secret(), LEASE) for _ in range(2)]
    with pytest.raises(TooManySecrets):
        await nodes.at_once(first, late)
    kept = await nodes.once(clients.load, client.client_id)
    assert kept is not None
    assert len(kept.secrets) == SECRETS_MAX


async def test_of_two_edits_of_one_version_one_is_made(nodes: Nodes) -> None:
    sponsor_id = SponsorId(uuid7())
    await nodes.once(sponsors_changing.create, sponsor_id, {"name": "Acme"}, SYSTEM, NOON)
    known = await nodes.once(sponsors.load, sponsor_id)
    assert known is not None
    wish = sponsors_changing.Wish(
        sponsor_id=sponsor_id, versions=frozenset({known.version}), origin=SYSTEM, now=LATER
    )
    first, late = [(sponsors_changing.edit, wish, {"contact_name": name}) for name in ("Ada", "Bob")]
    with pytest.raises(PreconditionFailed):
        await nodes.at_once(first, late)
    kept = await nodes.once(sponsors.load, sponsor_id)
    assert kept is not None
    assert kept.contact_name == "Ada"


async def test_an_endpoint_that_two_edit_at_once_has_what_both_wanted(nodes: Nodes) -> None:
    endpoint = new_endpoint(uuid7(), "https://here.example", {"drawing.completed"}, b"sealed", NOON)
    await nodes.once(webhooks_changing.create, endpoint, SYSTEM)
    wish = webhooks_changing.Wish(endpoint_id=endpoint.endpoint_id, versions=None, origin=SYSTEM, now=LATER)
    made = await nodes.at_once(
        (webhooks_changing.edit, wish, {"description": "The house's"}),
        (webhooks_changing.rotate, wish, b"new"),
    )
    assert made[0].updated_at == LATER
    kept = await nodes.once(webhooks.load, endpoint.endpoint_id)
    assert kept is not None
    assert (kept.description, kept.sealed_secret, kept.former_sealed_secret) == (
        "The house's", b"new", b"sealed",
    )  # fmt: skip
    assert kept.updated_at > LATER


async def test_of_two_that_count_days_the_slower_one_gives_up(nodes: Nodes) -> None:
    never = await nodes.once(mark)
    sheets = [analytics.Sheet(NOON.date(), ("steps",), {("steps", "all"): 7})]
    assert (await nodes.both(analytics.put, never, sheets, NOON))[0]
    assert await nodes.both(analytics.advance, never, NOON, NOON) == (True, False)
    assert await nodes.both(analytics.advance, Mark(NOON), LATER, LATER) == (True, False)
    assert await nodes.once(mark) == Mark(LATER)


async def test_figures_of_tiers_are_those_of_one(nodes: Nodes) -> None:
    sums = [gaming.TierSums("M-ADV-U30", 3, 2, 100, 5_000)]
    await nodes.both(gaming.replace_norms, sums, NOON)
    await nodes.both(gaming.replace_norms, sums, LATER)
    assert await nodes.once(gaming.norms_made_at) == LATER


async def test_the_day_up_to_which_activities_are_erased_is_kept(nodes: Nodes) -> None:
    today = NOON.date()
    first, late, later = [
        (retention.mark_erased, retention.ACTIVITIES, day, NOON)
        for day in (today, today - timedelta(1), today + timedelta(1))
    ]
    await nodes.at_once(first, late, at="INSERT")
    await nodes.at_once(late, later)


async def test_the_audit_logs_rows_are_sealed_by_one(nodes: Nodes) -> None:
    action = Action(name="test.do", subject_type="test", subject_id=uuid7())
    before = (await nodes.once(seal)).head.seq
    await nodes.once(record, action, SYSTEM, NOON)
    with suppress(
        SealedElsewhere, IntegrityError
    ):  # how the slower one learns, unless it finds nothing to do
        await nodes.both(seal)
    after = await nodes.once(seal)
    assert (after.rows, after.head.seq) == (0, before + 1)


async def _a_client(nodes: Nodes, name: str) -> StoredClient:
    client = StoredClient(
        client_id=ClientId(uuid7()),
        name=name,
        scopes=("drawings:read",),
        active=True,
        requests_per_minute=60,
        created_by=None,
        created_at=NOON,
        updated_at=NOON,
        secrets=(_a_secret(),),
    )
    await nodes.once(clients_changing.create, client, SYSTEM)
    return client


def _a_secret() -> StoredSecret:
    return StoredSecret(secret_hash=uuid7().bytes * 2, created_at=NOON, expires_at=None)


def test_what_fails_for_another_reason_leaves_no_savepoint_behind(nodes: Nodes) -> None:
    row = {"night": object(), "started_at": NOON, "seen_at": NOON}
    with nodes.here.connect() as conn, conn.begin() as transaction:
        with pytest.raises(StatementError, match="object"):
            insert_unless_there(conn, nightly_checks, row)
        assert not conn.in_nested_transaction()
        transaction.rollback()

"""What somebody finds who looks around in the demo world."""

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing

import pytest

from fittrack.accounts.queries import credentials
from fittrack.app import Node
from fittrack.demo.people import ADMIN_EMAIL, DEMO_PASSWORD, PLAYER_EMAIL
from fittrack.drawings import entry_queries
from fittrack.drawings import queries as drawing_queries
from fittrack.drawings.commitment import open_secrets
from fittrack.drawings.draw import publish
from fittrack.drawings.model import DrawingStatus, UserType
from fittrack.drawings.stored import StoredDrawing
from fittrack.fairness.verification import verify
from fittrack.fulfilments.model import FulfillmentStatus
from fittrack.kit.clock import VirtualClock
from fittrack.kit.ids import UserId
from fittrack.kit.standing import AccountStatus, Role
from fittrack.points.live import PlayerView, ViewPlayer
from fittrack.schedule import queries as schedule_queries
from fittrack.schedule.schemas import TemplatesQuery
from fittrack.server.asking import USER
from tests.fittrack.demo.conftest import TOGETHER, DemoWorld
from tests.invariants import assert_invariants
from tests.world import no_fatal

pytestmark = TOGETHER


@pytest.fixture
async def node(demo: DemoWorld) -> AsyncIterator[Node]:
    node = Node(demo.settings, on_fatal=no_fatal, clock=VirtualClock(demo.now))
    yield node
    await node.close()


async def the_player(node: Node) -> UserId:
    found = await node.reads.run(credentials, PLAYER_EMAIL)
    assert found is not None
    return found.user_id


async def all_drawings(node: Node) -> list[StoredDrawing]:
    found, total = await node.reads.run(
        drawing_queries.find,
        statuses=list(DrawingStatus),
        drawing_type=None,
        user_types=list(UserType),
        offset=0,
        limit=1_000,
    )
    assert len(found) == total
    return found


def count(demo: DemoWorld, sql: str) -> int:
    with closing(sqlite3.connect(demo.folder / "fittrack.db")) as connection:
        return int(connection.execute(sql).fetchone()[0])


def test_every_invariant_holds_of_it_and_nothing_is_owed(demo: DemoWorld) -> None:
    assert_invariants(demo.folder / "fittrack.db", settled=True)


def test_whoever_waits_for_it_is_told_how_far_it_is(demo: DemoWorld) -> None:
    total = len(demo.steps)
    assert demo.steps == [(done, total) for done in range(1, total + 1)]


@pytest.mark.parametrize(("email", "role"), [(PLAYER_EMAIL, Role.PREMIUM), (ADMIN_EMAIL, Role.ADMIN)])
async def test_both_accounts_have_the_published_password(node: Node, email: str, role: Role) -> None:
    found = await node.reads.run(credentials, email)
    assert found is not None
    assert (found.role, found.status, found.email_verified) == (role, AccountStatus.ACTIVE, True)
    assert await node.identity.passwords.verify(DEMO_PASSWORD, found.password_hash)


async def test_the_player_has_points_a_streak_and_messages(node: Node) -> None:
    view: PlayerView = await node.registry.ref(USER, await the_player(node)).ask(ViewPlayer())
    assert view.balance > 2_000
    assert view.streak.current >= 28
    assert view.unread > 5


async def test_the_player_has_won_something_and_holds_tickets(node: Node, demo: DemoWorld) -> None:
    user_id = (await the_player(node)).hex
    assert count(demo, f"SELECT count(*) FROM winners WHERE user_id = x'{user_id}'") >= 1  # noqa: S608
    on_sale = [
        stored.drawing.drawing_id
        for stored in await all_drawings(node)
        if stored.drawing.status is DrawingStatus.OPEN
    ]
    held = await node.reads.run(entry_queries.tickets_of, await the_player(node), on_sale)
    assert len(held) >= 2


async def test_templates_show_whole_cents_as_drawings_do(node: Node) -> None:
    found, _ = await node.reads.run(schedule_queries.find, TemplatesQuery())
    values = [prize.value_usd for template in found for prize in template.prizes]
    assert values
    assert all(value.as_tuple().exponent == -2 for value in values)


async def test_there_are_drawings_in_every_state(node: Node) -> None:
    states = Counter(stored.drawing.status for stored in await all_drawings(node))
    assert set(states) == set(DrawingStatus)
    assert states[DrawingStatus.COMPLETED] > 20
    assert states[DrawingStatus.CLOSED] == 1, "one waits for the admin"


def test_there_are_prizes_in_every_state_in_which_they_stay(demo: DemoWorld) -> None:
    for status in set(FulfillmentStatus) - {FulfillmentStatus.PENDING}:
        assert count(demo, f"SELECT count(*) FROM fulfillments WHERE status = '{status}'") > 0, status  # noqa: S608


async def test_no_drawing_is_overdue(node: Node, demo: DemoWorld) -> None:
    assert await node.reads.run(drawing_queries.due, demo.now, 10) == []


async def test_what_was_drawn_can_be_verified_from_what_is_published(node: Node) -> None:
    completed = [
        stored for stored in await all_drawings(node) if stored.drawing.status is DrawingStatus.COMPLETED
    ]
    for stored in completed:
        assert stored.commitment is not None
        secrets = open_secrets(node.sealer, stored.drawing.drawing_id, stored.commitment)
        record = await node.reads.run(publish, stored, secrets)
        assert verify(record.to_json()).ok, stored.drawing.name


@pytest.mark.parametrize(
    ("what", "sql"),
    {
        "players of every tier": "SELECT count(DISTINCT tier_code) = 30 FROM profiles",
        "suspended players": "SELECT count(*) FROM users WHERE status = 'suspended'",
        "banned players": "SELECT count(*) FROM users WHERE status = 'banned'",
        "unverified players": "SELECT count(*) FROM users WHERE status = 'pending'",
        "players to review": "SELECT count(*) FROM account_reviews WHERE status = 'open'",
        "premium players": "SELECT count(*) FROM users WHERE role = 'premium'",
        "holders passed over": "SELECT count(*) FROM passed_over",
        "walks that two trackers told of": "SELECT count(*) FROM activities WHERE duplicate_of IS NOT NULL",
        "refunds": "SELECT count(*) FROM ledger WHERE reference_type = 'refund'",
        "physical prizes won": "SELECT count(*) FROM fulfillments JOIN prizes USING (prize_id) "
        "WHERE fulfillment_type = 'physical'",
        "prizes that were drawn again": "SELECT count(*) FROM alternates",
        "lost prizes of which nobody decided yet": "SELECT count(*) FROM fulfillments f "
        "WHERE status = 'forfeited' AND NOT EXISTS (SELECT 1 FROM alternates a "
        "WHERE a.drawing_id = f.drawing_id AND a.after_order = f.draw_order)",
        "winners who were warned": "SELECT count(*) FROM fulfillments WHERE warned_at IS NOT NULL "
        "AND status = 'winner_notified'",
        "prizes that nobody claimed": "SELECT count(*) FROM fulfillments WHERE forfeit_reason = 'unclaimed'",
        "addresses put right": "SELECT count(*) FROM fulfillment_transitions "
        "WHERE from_status = 'address_invalid' AND to_status = 'address_confirmed'",
        "templates at work": "SELECT count(*) FROM drawing_templates WHERE active = 1",
        "templates that rest": "SELECT count(*) FROM drawing_templates WHERE active = 0",
        "drawings made by a template": "SELECT count(*) FROM drawings JOIN template_drawings "
        "USING (drawing_id) WHERE status = 'scheduled'",
        "official rules": "SELECT count(*) FROM official_rules",
        "sponsors": "SELECT count(*) FROM sponsors WHERE active = 1",
        "sales in every open drawing": "SELECT min(EXISTS (SELECT 1 FROM drawing_log l "
        "WHERE l.drawing_id = d.drawing_id AND ticket_count > 0)) FROM drawings d WHERE status = 'open'",
    }.items(),
)
def test_there_are(demo: DemoWorld, what: str, sql: str) -> None:
    assert count(demo, sql) > 0, what


def test_no_letter_is_sent_to_people_who_do_not_exist(demo: DemoWorld) -> None:
    assert count(demo, "SELECT count(*) FROM mail_outbox") == 0


def test_nothing_happened_after_now(demo: DemoWorld) -> None:
    now_ms = int(demo.now.timestamp() * 1000)
    for table in ("users", "user_log", "drawing_log", "ledger", "inbox", "drawings"):
        assert count(demo, f"SELECT max(created_at) FROM {table}") <= now_ms  # noqa: S608

"""A small world for tests and benchmarks that need many rich players at once: made through the product.

world = await make_world(settings, players=200, points=2_000)
world.players[0].token, world.drawing_id, world.admin.token
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from fittrack.accounts import queries as accounts
from fittrack.accounts.rules import RULES_VERSION
from fittrack.activities.commands import LogActivities
from fittrack.activities.model import ActivityInput, ActivityType, Intensity
from fittrack.app import Node
from fittrack.config import Settings, load_settings
from fittrack.drawings.commands import AddPrize, CreateDrawing, OpenDrawing, ScheduleDrawing
from fittrack.drawings.model import Drawing, DrawingType, Eligibility, Prize
from fittrack.kit.ids import DrawingId, PrizeId, SessionId, UserId, uuid7
from fittrack.kit.intention import Intention
from fittrack.kit.standing import AccountStatus, Role
from fittrack.profiles.commands import ChangeProfile
from fittrack.profiles.rules import Profile
from fittrack.profiles.tiers import FitnessLevel, Sex
from fittrack.server.asking import DRAWING, USER
from fittrack.sessions import queries as sessions
from fittrack.sessions.queries import NewSession
from tests import databases
from tests.server import NO_RATE_LIMITS

POINTS_A_DAY = 1_000  # the cap; a day of hard exercise reaches it
ADMIN_PASSWORD = "Correct-Horse-7-Battery"
PREPARED_AT_ONCE = 200  # more would wait for each other longer than commands may on a busy machine
DAYS_BACK_MAX = 6  # older activities are refused


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a live session."""

    user_id: UserId
    token: str


@dataclass(frozen=True, slots=True)
class World:
    """What was made. The drawing is open for hours, costs `cost` points a ticket and asks for no age."""

    players: list[Member]
    admin: Member
    drawing_id: DrawingId


def settings_for(folder: Path, **environ: str) -> Settings:
    """Settings of a test database in `folder`; `environ` adds to them, in the names of the environment."""
    given = {
        "APP_ENV": "testing",
        **databases.environ_of(folder),
        "MAIL_DIR": str(folder / "mail"),
        "LOG_LEVEL": "WARNING",
        **NO_RATE_LIMITS,
    }
    return load_settings({**given, **environ}, dotenv=folder / ".env")


def migrated(settings: Settings) -> Settings:
    """The settings, their database at the newest schema."""
    databases.bring_up(settings.database)
    return settings


def no_fatal(error: BaseException) -> None:
    """For nodes whose journal is not expected to fail."""
    raise AssertionError("the journal failed") from error


async def make_world(
    settings: Settings, *, players: int, points: int = POINTS_A_DAY, cost: int = 1, close_in_s: float = 7_200
) -> World:
    """Make the world in a migrated database, through a node that is closed again afterwards."""
    node = Node(settings, on_fatal=no_fatal)
    try:
        return await fill(node, players=players, points=points, cost=cost, close_in_s=close_in_s)
    finally:
        await node.close()


async def fill(node: Node, *, players: int, points: int, cost: int, close_in_s: float) -> World:
    """Make the world on a running node."""
    admin = await enrol(node, "admin", role=Role.ADMIN)
    members = [await enrol(node, f"player{number}") for number in range(players)]
    for first in range(0, players, PREPARED_AT_ONCE):
        some = enumerate(members[first : first + PREPARED_AT_ONCE], first)
        await asyncio.gather(*(_prepare(node, member, number, points) for number, member in some))
    return World(members, admin, await open_drawing(node, cost=cost, close_in_s=close_in_s))


async def enrol(
    node: Node, name: str, *, role: Role = Role.USER, status: AccountStatus = AccountStatus.ACTIVE
) -> Member:
    """An account with a live session, verified unless it is pending. Admins have a password."""
    now = node.clock.now()
    password_hash = await node.identity.passwords.hash(ADMIN_PASSWORD) if role is Role.ADMIN else ""
    user_id = UserId(uuid7())
    new = accounts.NewAccount(
        user_id=user_id,
        unit_id=uuid7(),
        email=f"{name}@test.example",
        email_key=f"{name}@test.example",
        password_hash=password_hash,
        date_of_birth=date(1990, 5, 17),
        state="TX",
        role=role,
        status=status,
        rules_version=RULES_VERSION,
        now=now,
        email_verified_at=None if status is AccountStatus.PENDING else now,
    )
    session_id = SessionId(uuid7())
    session = NewSession(
        session_id=session_id,
        user_id=user_id,
        device_id=None,
        device_key=None,
        user_agent=None,
        ip_address=None,
        token_hash=session_id.bytes * 2,
        now=now,
        expires_at=now + timedelta(days=30),
    )
    await node.journal.transact(accounts.create, new)
    await node.journal.transact(sessions.open_session, session)
    return Member(user_id, node.identity.tokens.issue(user_id, session_id).token)


async def _prepare(node: Node, member: Member, number: int, points: int) -> None:
    await complete_profile(node, member, f"Player {number}")
    await earn(node, member, points)


async def complete_profile(node: Node, member: Member, display_name: str) -> None:
    """Give the player a profile."""
    profile = Profile(
        display_name=display_name, biological_sex=Sex.FEMALE, fitness_level=FitnessLevel.ADVANCED
    )
    await node.registry.ref(USER, member.user_id).ask(Intention(ChangeProfile(profile)))


async def earn(node: Node, member: Member, points: int) -> None:
    """Let the player exercise hard on as many of the last days as `points` need (at most six thousand)."""
    days = -(-points // POINTS_A_DAY)
    assert days <= DAYS_BACK_MAX, "activities older than a week are refused"
    today = node.calendar.day_of(node.clock.now())  # UTC's may be tomorrow
    items = [_hard_day(today - timedelta(days=back), back) for back in range(1, days + 1)]
    await node.registry.ref(USER, member.user_id).ask(Intention(LogActivities(items)))


def _hard_day(day: date, number: int) -> ActivityInput:
    start = datetime.combine(day, time(16), UTC)  # the middle of the platform's day
    return ActivityInput(
        activity_type=ActivityType.ACTIVE_MINUTES,
        start_time=start,
        end_time=start + timedelta(hours=6),
        source="fitbit",
        intensity=Intensity.VIGOROUS,
        external_id=f"hard-day-{number}",
    )


async def open_drawing(
    node: Node, *, cost: int = 1, close_in_s: float = 7_200, draw_after_s: float = 300, name: str = "The draw"
) -> DrawingId:
    """An open drawing with two prizes, that asks for no age of the account."""
    drawing_id = await scheduled_drawing(
        node, cost=cost, close_in_s=close_in_s, draw_after_s=draw_after_s, name=name
    )
    await node.registry.ref(DRAWING, drawing_id).ask(Intention(OpenDrawing()))
    return drawing_id


async def scheduled_drawing(
    node: Node, *, cost: int = 1, close_in_s: float = 7_200, draw_after_s: float = 300, name: str = "The draw"
) -> DrawingId:
    """The same, not yet open."""
    drawing_id = DrawingId(uuid7())
    close = node.clock.now() + timedelta(seconds=close_in_s)
    drawing = Drawing(
        drawing_id=drawing_id,
        drawing_type=DrawingType.DAILY,
        name=name,
        ticket_cost_points=cost,
        ticket_sales_close=close,
        drawing_time=close + timedelta(seconds=draw_after_s),
        eligibility=Eligibility(min_account_age_days=0),
    )
    ref = node.registry.ref(DRAWING, drawing_id)
    await ref.ask(Intention(CreateDrawing(drawing)))
    for rank in (1, 2):
        await ref.ask(Intention(AddPrize(a_prize(rank))))
    await ref.ask(Intention(ScheduleDrawing()))
    return drawing_id


def a_prize(rank: int) -> Prize:
    """A digital prize."""
    return Prize(prize_id=PrizeId(uuid7()), rank=rank, name=f"Prize {rank}", value_usd=Decimal("25.00"))

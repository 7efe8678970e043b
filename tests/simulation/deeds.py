"""What people may take it into their heads to do, drawn from the town's random numbers."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

from msgspec import structs

from fittrack.accounts.commands import ChangeRole, ChangeStatus
from fittrack.activities.commands import LogActivities
from fittrack.activities.model import ActivityInput, ActivityType, Intensity, Withdrawal
from fittrack.activities.processing import BatchItem
from fittrack.drawings.commands import (
    AddPrize,
    BuyTickets,
    CancelDrawing,
    CloseDrawing,
    CreateDrawing,
    DeleteDrawing,
    DrawingEdit,
    EditDrawing,
    ExecuteDrawing,
    OpenDrawing,
    ScheduleDrawing,
)
from fittrack.drawings.model import Drawing, DrawingType, Eligibility, Prize, UserType
from fittrack.inbox.commands import ReadInbox
from fittrack.kit.ids import DrawingId, PrizeId, uuid7
from fittrack.kit.intention import Command
from fittrack.kit.problems import IdempotencyMismatch
from fittrack.kit.standing import AccountStatus, Role
from fittrack.profiles.commands import ChangeProfile
from fittrack.profiles.rules import Profile
from fittrack.profiles.tiers import FitnessLevel, Sex
from fittrack.server.asking import DRAWING, USER
from tests.simulation.town import Person, Town

Deed = Callable[[Town], Awaitable[object]]

SOURCES = ("fitbit", "google_fit", "apple_health", "manual")
DRAWINGS_AT_A_TIME = 5
"""The latest ones, about which people care: few enough for each to be crowded."""


async def exercise(town: Town) -> None:
    """Somebody's tracker tells of some activities: new ones, the same again, others' versions of the same."""
    person = town.rng.choice(town.people)
    items: list[BatchItem] = [_activity(town, person) for _ in range(town.rng.randint(1, 6))]
    person.sent += [item for item in items if isinstance(item, ActivityInput)]
    if person.sent and town.rng.random() < 0.2:
        known = town.rng.choice(person.sent)
        items.append(Withdrawal(source=known.source, external_id=known.external_id or "none"))
    await town.ask(USER, person.member.user_id, LogActivities(items))


def _activity(town: Town, person: Person) -> ActivityInput:
    rng = town.rng
    if person.sent and rng.random() < 0.2:
        known = rng.choice(person.sent)
        return (
            structs.replace(known, metrics={"steps": rng.randint(0, 12_000)}) if rng.random() < 0.7 else known
        )
    start = town.clock.now() - timedelta(minutes=rng.randint(5, 6 * 24 * 60))
    minutes = rng.choice((5, 20, 45, 90, 240))
    return ActivityInput(
        activity_type=rng.choice(list(ActivityType)),
        start_time=start,
        end_time=start + timedelta(minutes=minutes),
        source=rng.choice(SOURCES),
        intensity=rng.choice([None, *Intensity]),
        metrics={"steps": rng.randint(0, 15_000)},
        external_id=f"{rng.getrandbits(24):x}",
        device_id=rng.choice((None, "watch", "phone")),
    )


async def shop(town: Town) -> None:
    """Somebody wants tickets, now and then more than the points allow."""
    if town.drawings:
        person, drawing_id = (
            town.rng.choice(town.people),
            town.rng.choice(town.drawings[-DRAWINGS_AT_A_TIME:]),
        )
        quantity = town.rng.choice((1, 1, 2, 5, 20, 200, 100_000))
        await town.ask(USER, person.member.user_id, BuyTickets(drawing_id, quantity))


async def rush(town: Town) -> None:
    """Many at once, some of them the same player."""
    await town.at_once(*(lambda: shop(town) for _ in range(20)), *(lambda: exercise(town) for _ in range(5)))


async def say_it_again(town: Town) -> None:
    """A client did not hear the answer."""
    recent = town.recent()
    if recent:
        await town.repeat(town.rng.choice(recent))


async def mix_keys_up(town: Town) -> None:
    """A client uses a key for something else."""
    recent = [given for given in town.recent() if given.kind == USER]
    if recent:
        given = town.rng.choice(recent)
        outcome = await town.misuse(given, ReadInbox(town.rng.randint(10_000, 20_000)))
        assert isinstance(outcome, IdempotencyMismatch), outcome


async def read(town: Town) -> None:
    """Somebody looks into the inbox."""
    person = town.rng.choice(town.people)
    await town.ask(USER, person.member.user_id, ReadInbox(town.rng.randint(0, 5)))


async def change(town: Town) -> None:
    """Somebody changes the profile, perhaps to a name that is taken."""
    person = town.rng.choice(town.people)
    profile = Profile(
        display_name=f"Person {town.rng.randint(0, 100)}",
        biological_sex=town.rng.choice(list(Sex)),
        fitness_level=town.rng.choice(list(FitnessLevel)),
    )
    await town.ask(USER, person.member.user_id, ChangeProfile(profile))


async def judge(town: Town) -> None:
    """An admin suspends, bans, reinstates, or gives another role."""
    person = town.rng.choice(town.people)
    statuses = [AccountStatus.ACTIVE] * 3 + [AccountStatus.SUSPENDED, AccountStatus.BANNED]
    command: Command = ChangeStatus(status=town.rng.choice(statuses), reason="Because")
    if town.rng.random() < 0.3:
        command = ChangeRole(role=town.rng.choice((Role.USER, Role.PREMIUM)), reason="Because")
    await town.ask(USER, person.member.user_id, command)


async def plan(town: Town) -> None:
    """An admin makes a drawing, and often brings it to its sales."""
    rng, drawing_id = town.rng, DrawingId(uuid7())
    close = town.clock.now() + timedelta(hours=rng.randint(1, 72))
    drawing = Drawing(
        drawing_id=drawing_id,
        drawing_type=rng.choice(list(DrawingType)),
        name=f"Drawing {len(town.drawings)}",
        ticket_cost_points=rng.choice((1, 10, 100)),
        sales_open=rng.choice((None, None, close - timedelta(minutes=50))),
        ticket_sales_close=close,
        drawing_time=close + timedelta(minutes=rng.choice((1, 5, 600))),
        eligibility=Eligibility(
            user_type=rng.choice((UserType.ALL, UserType.ALL, UserType.PREMIUM)), min_account_age_days=0
        ),
        auto_execute=rng.random() < 0.8,
    )
    town.drawings.append(drawing_id)
    await town.ask(DRAWING, drawing_id, CreateDrawing(drawing))
    for rank in range(1, rng.randint(1, 4)):
        await town.ask(DRAWING, drawing_id, AddPrize(_prize(rank, rng.choice((1, 1, 3)))))
    for command in (ScheduleDrawing(), OpenDrawing()):
        if rng.random() < 0.9:
            await town.ask(DRAWING, drawing_id, command)


def _prize(rank: int, quantity: int) -> Prize:
    return Prize(
        prize_id=PrizeId(uuid7()),
        rank=rank,
        name=f"Prize {rank}",
        value_usd=Decimal("25.00"),
        quantity=quantity,
    )


async def meddle(town: Town) -> None:
    """An admin does anything to any drawing, at any time."""
    if not town.drawings:
        return
    rng = town.rng
    close = town.clock.now() + timedelta(hours=rng.randint(1, 48))
    commands: list[Command] = [
        OpenDrawing(),
        ScheduleDrawing(),
        CloseDrawing(),
        ExecuteDrawing(),
        ExecuteDrawing(),
        DeleteDrawing(),
        AddPrize(_prize(9, 1)),
        EditDrawing(DrawingEdit(name=f"Name {rng.randint(0, 9)}")),
        EditDrawing(DrawingEdit(description="Better described")),
        EditDrawing(DrawingEdit(ticket_sales_close=close)),
    ]
    command = CancelDrawing("The sponsor withdrew") if rng.random() < 0.1 else rng.choice(commands)
    await town.ask(DRAWING, rng.choice(town.drawings[-DRAWINGS_AT_A_TIME:]), command)


async def wait(town: Town) -> None:
    """Minutes or hours go by."""
    await town.leap(timedelta(minutes=town.rng.choice((10, 60, 300, 720, 1_440))))


async def watch_the_clock(town: Town) -> None:
    """Seconds go by one after the other, with every tick of every countdown."""
    await town.clock.advance(town.rng.uniform(0, 5))


DEEDS: dict[Deed, int] = {
    exercise: 30,
    shop: 30,
    rush: 4,
    say_it_again: 10,
    mix_keys_up: 3,
    read: 4,
    change: 2,
    judge: 3,
    plan: 6,
    meddle: 6,
    wait: 12,
    watch_the_clock: 2,
    Town.restart: 1,
}
"""Everything that happens, and how often in comparison."""

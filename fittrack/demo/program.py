"""Which drawings the demo world has seen, and which are to come. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Final

from fittrack.demo import sponsors
from fittrack.demo.sponsors import Gift
from fittrack.drawings.model import DrawingType, UserType
from fittrack.drawings.timetable import (
    DEFAULT_TICKET_COST_POINTS,
    DrawingInstants,
    default_instants,
    is_drawing_day,
    next_instants,
)
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import whole_milliseconds

FIRST_DRAW_AFTER: Final = timedelta(days=8)
"""Accounts must be a week old to enter."""

_ANNOUNCED_AT: Final = time(8, 0)
_DAY: Final = timedelta(days=1)
_DAILY_NAMES: Final = (
    "Monday Mile",
    "Tuesday Trot",
    "Midweek Dash",
    "Thursday Tempo",
    "Friday Finish",
    "Saturday Stride",
    "Sunday Stroll",
)
_FLASH_STEP: Final = timedelta(minutes=5)


class Fate(Enum):
    """What becomes of a drawing beyond what the clock does to it."""

    SOLD = "sold"
    """Opened at once; closed and drawn by the clock."""
    ANNOUNCED = "announced"
    """Scheduled; it opens by itself, later."""
    DRAFTED = "drafted"
    CALLED_OFF = "called off"
    """Opened, then cancelled a day before its draw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One drawing, and how people take to it."""

    name: str
    description: str
    drawing_type: DrawingType
    announced_at: datetime
    instants: DrawingInstants
    gifts: tuple[tuple[Gift, int], ...]
    """Prizes in the order of their ranks, and how many of each."""
    fate: Fate = Fate.SOLD
    cost: int | None = None
    user_type: UserType = UserType.ALL
    auto_execute: bool = True
    sales_open: datetime | None = None
    appeal: float = 0.15
    """The chance, 0 to 1, that somebody who can enter does so on a given evening."""

    @property
    def ticket_cost_points(self) -> int:
        return self.cost or DEFAULT_TICKET_COST_POINTS[self.drawing_type]

    @property
    def called_off_at(self) -> datetime | None:
        """When it is cancelled, if it is."""
        return self.instants.drawing_time - _DAY if self.fate is Fate.CALLED_OFF else None


def program(first_day: date, now: datetime, calendar: PlatformCalendar) -> list[Plan]:
    """Every drawing announced from `first_day` up to `now`, in the order in which they are."""
    plans = [
        *_dailies(first_day, now, calendar),
        *_weeklies(first_day, now, calendar),
        *_long_runners(first_day, now, calendar),
        *_specials(now, calendar),
        *_of_today(now, calendar),
    ]
    return sorted((plan for plan in plans if plan.announced_at <= now), key=lambda plan: plan.announced_at)


def _dailies(first_day: date, now: datetime, calendar: PlatformCalendar) -> Iterator[Plan]:
    """One every evening, announced the morning before; so tonight's and tomorrow's are on sale."""
    day = first_day + FIRST_DRAW_AFTER
    while day <= calendar.day_of(now) + 2 * _DAY:
        yield Plan(
            name=f"{_DAILY_NAMES[day.weekday()]}, {day:%B} {day.day}",
            description="A little something for today's steps.",
            drawing_type=DrawingType.DAILY,
            announced_at=calendar.at(day - _DAY, _ANNOUNCED_AT),
            instants=default_instants(day, calendar),
            gifts=((sponsors.COFFEE, 5), (sponsors.SOCKS, 1)),
            appeal=0.3,
        )
        day += _DAY


def _weeklies(first_day: date, now: datetime, calendar: PlatformCalendar) -> Iterator[Plan]:
    day = first_day + FIRST_DRAW_AFTER
    while day <= calendar.day_of(now) + timedelta(days=7):
        if is_drawing_day(DrawingType.WEEKLY, day):
            announced = max(day - timedelta(days=7), first_day + _DAY)
            yield Plan(
                name=f"Sunday Summit, {day:%B} {day.day}",
                description="The week's big one. Every ticket counts until five to nine.",
                drawing_type=DrawingType.WEEKLY,
                announced_at=calendar.at(announced, _ANNOUNCED_AT),
                instants=default_instants(day, calendar),
                gifts=((sponsors.SHOES, 1), (sponsors.GROCERIES, 3), (sponsors.BOTTLE, 5)),
            )
        day += _DAY


def _long_runners(first_day: date, now: datetime, calendar: PlatformCalendar) -> Iterator[Plan]:
    """This month's, on sale, and the year's, announced."""
    month, year = (next_instants(kind, now, calendar) for kind in (DrawingType.MONTHLY, DrawingType.ANNUAL))
    yield Plan(
        name=f"{calendar.day_of(month.drawing_time):%B} Marathon",
        description="A month of moving comes down to one evening.",
        drawing_type=DrawingType.MONTHLY,
        announced_at=calendar.at(first_day + timedelta(days=9), _ANNOUNCED_AT),
        instants=month,
        gifts=((sponsors.WATCH, 1), (sponsors.TENT, 1), (sponsors.GIFT_CARD, 5)),
        appeal=0.05,
    )
    yield Plan(
        name=f"Finish Line {calendar.day_of(year.drawing_time).year}",
        description="Once a year. Ring it in on two wheels.",
        drawing_type=DrawingType.ANNUAL,
        announced_at=calendar.at(first_day + timedelta(days=10), _ANNOUNCED_AT),
        instants=year,
        gifts=((sponsors.BIKE, 1), (sponsors.TRIP, 1), (sponsors.EARBUDS, 10)),
        fate=Fate.ANNOUNCED,
        sales_open=whole_milliseconds(now + min(timedelta(days=10), (year.ticket_sales_close - now) / 2)),
    )


def _specials(now: datetime, calendar: PlatformCalendar) -> Iterator[Plan]:
    """One of each kind that the clock alone does not bring about."""
    today = calendar.day_of(now)
    yield Plan(
        name="Premium Thank-You",
        description="For those who make FitTrack possible. Everybody who enters has good odds.",
        drawing_type=DrawingType.WEEKLY,
        announced_at=calendar.at(today - timedelta(days=15), _ANNOUNCED_AT),
        instants=default_instants(today - timedelta(days=6), calendar),
        gifts=((sponsors.EARBUDS, 1), (sponsors.GIFT_CARD, 39)),
        cost=100,
        user_type=UserType.PREMIUM,
        appeal=0.4,
    )
    yield Plan(
        name="Premium Autumn Circle" if today.month in {9, 10, 11} else "Premium Circle",
        description="Premium players only.",
        drawing_type=DrawingType.WEEKLY,
        announced_at=calendar.at(today - timedelta(days=5), _ANNOUNCED_AT),
        instants=default_instants(today + timedelta(days=4), calendar),
        gifts=((sponsors.EARBUDS, 2), (sponsors.GROCERIES, 5)),
        cost=250,
        user_type=UserType.PREMIUM,
        appeal=0.4,
    )
    yield Plan(
        name="Trailhead Giveaway",
        description="Called off: the sponsor could not deliver. All points went back.",
        drawing_type=DrawingType.WEEKLY,
        announced_at=calendar.at(today - timedelta(days=9), _ANNOUNCED_AT),
        instants=default_instants(today - timedelta(days=2), calendar),
        gifts=((sponsors.TENT, 1), (sponsors.BOTTLE, 10)),
        fate=Fate.CALLED_OFF,
        cost=200,
        appeal=0.25,
    )
    yield Plan(
        name="Community Relay",
        description="Drawn by hand, in front of everybody, from the console.",
        drawing_type=DrawingType.WEEKLY,
        announced_at=calendar.at(today - timedelta(days=8), _ANNOUNCED_AT),
        instants=default_instants(today - _DAY, calendar),
        gifts=((sponsors.SHOES, 2), (sponsors.SOCKS, 10)),
        cost=300,
        auto_execute=False,
        appeal=0.2,
    )


def _of_today(now: datetime, calendar: PlatformCalendar) -> Iterator[Plan]:
    """What whoever looks around just now should not have to wait for."""
    next_month = default_instants(calendar.day_of(now) + timedelta(days=35), calendar)
    soon = _rounded_up(now + timedelta(minutes=25))
    yield Plan(
        name="Power Half-Hour",
        description="Blink and you miss it.",
        drawing_type=DrawingType.DAILY,
        announced_at=now,
        instants=DrawingInstants(ticket_sales_close=soon, drawing_time=soon + _FLASH_STEP),
        gifts=((sponsors.COFFEE, 10),),
        cost=50,
        appeal=0.5,
    )
    yield Plan(
        name="Spring Stride",
        description="Still looking for one more sponsor.",
        drawing_type=DrawingType.WEEKLY,
        announced_at=now,
        instants=next_month,
        gifts=((sponsors.BOTTLE, 25),),
        fate=Fate.DRAFTED,
    )
    yield Plan(
        name="Untitled monthly",
        description="Nothing decided yet.",
        drawing_type=DrawingType.MONTHLY,
        announced_at=now,
        instants=next_month,
        gifts=(),
        fate=Fate.DRAFTED,
    )


def _rounded_up(instant: datetime) -> datetime:
    step = int(_FLASH_STEP.total_seconds())
    whole = instant.replace(microsecond=0)
    return whole + timedelta(seconds=-int(whole.timestamp()) % step)

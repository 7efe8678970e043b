"""Lives through the demo world's weeks, moment by moment, up to now."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from secrets import token_urlsafe
from typing import Final, NamedTuple

from fittrack.app import Node
from fittrack.config import Settings
from fittrack.demo.clock import LeapingClock
from fittrack.demo.deliveries import PostRoom
from fittrack.demo.house import DrawingHouse
from fittrack.demo.people import ADMIN_EMAIL, CLERK_EMAIL, DEMO_PASSWORD, cast, the_player
from fittrack.demo.player import DemoPlayer, add_account
from fittrack.demo.program import program
from fittrack.demo.queries import tear_up_letters
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.ids import UserId
from fittrack.kit.standing import AccountStatus, Role

DAYS: Final = 28
JOINING_DAYS: Final = 20
SEED: Final = 2026

_DAWN, _POST_AT, _SYNC_AT, _SHOP_AT = time(5, 0), time(10, 0), time(19, 30), time(19, 45)
_DUE_AT: Final = (time(20, 55), time(21, 0))
"""Sales close, winners are drawn."""
_DAY: Final = timedelta(days=1)
_TROUBLE_AFTER, _TROUBLE_AT = 17 * _DAY, time(20, 30)


class Moment(NamedTuple):
    """Something that happens."""

    at: datetime
    happens: Callable[[], Awaitable[object]]


def plain(settings: Settings) -> Settings:
    """`settings` without a beacon: its rounds of the past are nothing that anybody waited for."""
    return replace(settings, drand_url="", drawings_without_beacon=True)


class World:
    """The demo world, on a node of its own whose clock begins at dawn, four weeks before `now`."""

    def __init__(self, settings: Settings, now: datetime, on_fatal: Callable[[BaseException], None]) -> None:
        self._now = now
        self._calendar = PlatformCalendar(settings.platform_tz)
        self._first_day = self._calendar.day_of(now) - DAYS * _DAY
        self._clock = LeapingClock(self._calendar.at(self._first_day, _DAWN))
        self._node = Node(plain(settings), on_fatal=on_fatal, clock=self._clock)
        self._house = DrawingHouse(self._node)
        people = [
            the_player(self._calendar.day_of(now)),
            *cast(
                self._calendar.day_of(now),
                JOINING_DAYS,
                excluded_states=settings.excluded_states,
                seed=SEED,
            ),
        ]
        self._players = [DemoPlayer(self._node, person, SEED) for person in people]
        self._post_room = PostRoom(self._node, self._players)

    async def live(self, step: Callable[[int, int], None]) -> None:
        """Live through all moments, then close the node. `step` is told how many of how many are over."""
        try:
            moments = sorted(
                (moment for moment in self._moments(await self._hash()) if moment.at <= self._now),
                key=lambda moment: moment.at,
            )
            for number, moment in enumerate(moments, 1):
                self._clock.leap_to(moment.at)
                await moment.happens()
                step(number, len(moments))
        finally:
            await self._node.close()

    async def _hash(self) -> str:
        return await self._node.identity.passwords.hash(DEMO_PASSWORD)

    def _moments(self, password_hash: str) -> Iterator[Moment]:
        """Everything that happens; at the same instant in this order."""
        yield Moment(self._calendar.at(self._first_day, _DAWN), self._house.welcome_sponsors)
        yield from self._arrivals(password_hash)
        yield Moment(self._calendar.at(self._first_day, _DAWN), self._employ_clerk)
        yield from self._drawings()
        trouble_day = self._first_day + _TROUBLE_AFTER
        yield Moment(self._calendar.at(trouble_day, _TROUBLE_AT), self._intervene)
        for days in range(DAYS + 1):
            yield from self._day(self._first_day + days * _DAY)
        yield Moment(self._now, partial(self._sync, self._calendar.day_of(self._now)))
        yield Moment(self._now, partial(self._shop, self._calendar.day_of(self._now)))
        yield Moment(self._now, self._house.tend)
        yield Moment(self._now, self._post_room.lose_one)
        yield Moment(self._now, self._house.keep_templates)
        yield Moment(self._now, self._house.welcome_partner)
        yield Moment(self._now, partial(self._node.journal.transact, tear_up_letters))
        yield Moment(self._now, partial(self._add_admin, password_hash))

    def _arrivals(self, password_hash: str) -> Iterator[Moment]:
        for player in self._players:
            joined = self._first_day + player.person.joined_after_days * _DAY
            yield Moment(self._calendar.at(joined, _DAWN), partial(player.register, password_hash))

    def _drawings(self) -> Iterator[Moment]:
        for plan in program(self._first_day, self._now, self._calendar):
            yield Moment(plan.announced_at, partial(self._house.announce, plan))
            if plan.called_off_at is not None:
                yield Moment(plan.called_off_at, partial(self._house.call_off, plan))

    def _day(self, day: date) -> Iterator[Moment]:
        yield Moment(self._calendar.at(day, _POST_AT), self._post_room.deal)
        yield Moment(self._calendar.at(day, _SYNC_AT), partial(self._sync, day))
        yield Moment(self._calendar.at(day, _SHOP_AT), partial(self._shop, day))
        for due_at in _DUE_AT:
            yield Moment(self._calendar.at(day, due_at), self._house.tend)

    async def _sync(self, day: date) -> None:
        await asyncio.gather(*(player.tell_activities(day) for player in self._players if player.is_active))

    async def _shop(self, day: date) -> None:
        on_sale = self._house.on_sale()
        await asyncio.gather(*(player.shop(on_sale, day) for player in self._players if player.is_active))

    async def _intervene(self) -> None:
        """Suspend one and ban another of those who hold tickets: the close passes them over."""
        on_sale = self._house.on_sale()
        holders = [player for player in self._players[1:] if player.is_active and player.holds_any(on_sale)]
        if holders:
            await holders[0].be_made(AccountStatus.SUSPENDED, "Under investigation")
            await holders[-1].be_made(AccountStatus.BANNED, "Several accounts")

    async def _employ_clerk(self) -> None:
        """Make the admin who sends the prizes. Nobody knows the password."""
        password_hash = await self._node.identity.passwords.hash(token_urlsafe())
        self._post_room.employ(await self._make_admin(CLERK_EMAIL, password_hash))

    async def _add_admin(self, password_hash: str) -> None:
        await self._make_admin(ADMIN_EMAIL, password_hash)

    async def _make_admin(self, email: str, password_hash: str) -> UserId:
        return await add_account(
            self._node,
            email,
            password_hash,
            born=date(1980, 1, 1),
            state="DC",
            role=Role.ADMIN,
            verified=True,
        )

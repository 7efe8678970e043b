"""The platform through three weeks: its clock, its admin, and the books that the story keeps beside it."""

import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any

from fittrack.accounts.admin import create_admin
from fittrack.db.engine import Access, make_engine
from fittrack.demo.clock import LeapingClock
from fittrack.kit.origin import SYSTEM
from tests.admins import Authenticator
from tests.rest_house import PASSWORD, RestHouse, a_rest_house
from tests.simulation.weeks.people import CALENDAR, MONDAY, PEOPLE, Doing, Person, life
from tests.simulation.weeks.phone import Phone
from tests.simulation.weeks.reckoning import earnings

ADMIN = "boss@test.example"

RULES_OF_KINDS: dict[str, dict[str, Any]] = {
    "daily": {"eligibility": {"min_account_age_days": 0}},
    "weekly": {},
    "monthly": {"auto_execute": False},
    "annual": {},
}
"""Where the templates of the story differ from the usual."""


@dataclass
class Books:
    """What everybody's account must come to."""

    adjusted: Counter[str] = field(default_factory=Counter)
    """Points that the admin gave."""
    spent: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Points by drawing, by name."""
    tickets: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Tickets by name, by drawing."""
    refunded: set[str] = field(default_factory=set)
    """Drawings that were cancelled."""
    winners: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Names by drawing."""

    def buy(self, name: str, drawing: dict[str, Any], quantity: int) -> None:
        self.spent[name][drawing["drawing_id"]] += quantity * drawing["ticket_cost_points"]
        self.tickets[drawing["drawing_id"]][name] += quantity

    def balance(self, name: str, earned: int) -> int:
        """What somebody who earned so much has."""
        gone = sum(cost for drawing, cost in self.spent[name].items() if drawing not in self.refunded)
        return earned + self.adjusted[name] - gone


class Platform:
    """Everybody on one node behind its doors."""

    def __init__(self, house: RestHouse, rng: random.Random) -> None:
        self.house, self.rng = house, rng
        self.books = Books()
        self.phones: dict[str, Phone] = {}
        self.lives: dict[str, dict[date, Doing]] = {}
        self._admin_token = ""
        self._authenticator: Authenticator | None = None

    @property
    def clock(self) -> LeapingClock:
        clock = self.house.inner.clock
        assert isinstance(clock, LeapingClock), "the story leaps"
        return clock

    @property
    def today(self) -> date:
        return CALENDAR.day_of(self.clock.now())

    async def leap(self, day: date, to: time) -> None:
        """It is that time of that day, and what is due is done: by the jobs, as they do it."""
        self.clock.leap_to(CALENDAR.at(day, to))
        await self.work()

    async def work(self) -> None:
        """One round of the node's jobs."""
        node, house = self.house.inner.node, self.house.inner
        await node.jobs.keep_schedule()
        await house.quiet()
        await node.jobs.tend_drawings()
        await house.quiet()
        while await node.jobs.apply_effects():
            await house.quiet()
        await node.jobs.deliver_mail()
        await node.jobs.seal_audit_log()
        await house.quiet()

    # --- Players ------------------------------------------------------------------------------------------

    async def welcome(self, person: Person) -> None:
        """Somebody registers."""
        phone = Phone(self.house, person, self.rng)
        await phone.register()
        self.phones[person.name] = phone
        self.lives[person.name] = life(person, self.rng)

    def earned(self, name: str) -> dict[date, int]:
        """What somebody's days have earned that were told by now."""
        now = self.clock.now()
        known = {day: doing.known(now) for day, doing in self.lives[name].items()}
        return earnings({day: told for day, told in known.items() if told is not None})

    def owed(self, name: str) -> int:
        """The balance that somebody must have."""
        return self.books.balance(name, sum(self.earned(name).values()))

    # --- The admin ----------------------------------------------------------------------------------------

    async def admin(self, method: str, path: str, body: object = None) -> Any:
        """What the admin does at the console; it is granted."""
        status, answer = await self.house.call(method, path, body, token=self._admin_token)
        assert status < 300, answer
        return answer

    async def admin_signs_in(self) -> None:
        """A new session, with a second factor that counts for ten minutes."""
        tokens = await self.house.call("POST", "/auth/login", {"email": ADMIN, "password": PASSWORD})
        self._admin_token = tokens[1]["access_token"]
        if self._authenticator is None:
            secret = (await self.admin("POST", "/auth/mfa/enroll", {"password": PASSWORD}))["secret"]
            self._authenticator = Authenticator(secret)
            await self.admin("POST", "/auth/mfa/confirm", {"code": self._code()})
        else:
            await self.admin("POST", "/auth/mfa/verify", {"code": self._code()})

    def _code(self) -> str:
        assert self._authenticator is not None, "a factor was enrolled"
        return self._authenticator.code(self.clock.now())

    async def open_for_business(self) -> None:
        """A sponsor, and a template of each kind of drawing."""
        await self.admin_signs_in()
        sponsor = await self.admin("POST", "/sponsors", {"name": "The Runners' Shop"})
        for kind, more in RULES_OF_KINDS.items():
            prizes = [
                {
                    "rank": 1,
                    "name": f"{kind} main prize",
                    "value_usd": "50.00",
                    "fulfillment_type": "physical",
                },
                {"rank": 2, "name": f"{kind} card", "value_usd": "10.00", "quantity": 1},
            ]
            template = {
                "drawing_type": kind,
                "name": f"The {kind} of {{date}}",
                "prizes": [{**prize, "sponsor_id": sponsor["sponsor_id"]} for prize in prizes],
            }
            await self.admin("POST", "/drawing-templates", template | more)


async def drawings_of(platform: Platform, status: str) -> list[dict[str, Any]]:
    """All drawings in a state, as anybody sees them."""
    page = await platform.house.get(f"/drawings?status={status}&limit=100")
    assert page["pagination"]["total_pages"] <= 1
    found: list[dict[str, Any]] = page["items"]
    return found


@asynccontextmanager
async def a_platform(folder: Path, seed: int) -> AsyncIterator[Platform]:
    """On the first morning: an admin made from the command line, and those who register first."""
    opening = CALENDAR.at(MONDAY, time(8))
    async with a_rest_house(folder, start=opening, clock_type=LeapingClock) as house:
        await _make_admin(house)
        platform = Platform(house, random.Random(seed))
        await platform.open_for_business()
        for person in PEOPLE:
            if not person.joins:
                await platform.welcome(person)
        yield platform


async def _make_admin(house: RestHouse) -> None:
    """What `fittrack admin create` does."""
    engine = make_engine(house.inner.node.settings.database, Access.WRITE)
    await create_admin(engine, ADMIN, PASSWORD, now=house.inner.clock.now(), origin=SYSTEM)
    engine.dispose()

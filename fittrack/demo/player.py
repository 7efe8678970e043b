"""A person of the demo world at play: registers, tells activities, buys tickets, through the actor."""

import random
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from fittrack.accounts.commands import ChangeRole, ChangeStatus
from fittrack.accounts.queries import NewAccount, create
from fittrack.accounts.rules import RULES_VERSION, email_key
from fittrack.activities.commands import LogActivities
from fittrack.activities.schemas import LoggedActivities
from fittrack.app import Node
from fittrack.demo.addresses import address_of
from fittrack.demo.exercise import activities_of
from fittrack.demo.people import PLAYER_EMAIL, Person
from fittrack.demo.program import Plan
from fittrack.drawings.commands import BuyTickets
from fittrack.drawings.model import DEFAULT_MIN_ACCOUNT_AGE_DAYS, UserType
from fittrack.fulfilments.commands import ChangeFulfillment, ConfirmAddress
from fittrack.kit.ids import DrawingId, FulfillmentId, UserId, uuid7
from fittrack.kit.intention import Answer, Command, Intention
from fittrack.kit.origin import SYSTEM, Origin
from fittrack.kit.standing import AccountStatus, Role
from fittrack.profiles.commands import ChangeProfile
from fittrack.server.asking import USER
from protocol.outbound import TicketsBought

BOLDNESS: Final = 0.2
"""The largest part of a balance that somebody spends on one drawing in an evening …"""
CAUTION: Final = 0.05
"""… and the demo's own player, whose balance is to be seen."""
TICKETS_MAX: Final = 25
PREMIUM_LASTS: Final = timedelta(days=365)

_OLD_ENOUGH: Final = timedelta(days=DEFAULT_MIN_ACCOUNT_AGE_DAYS)


async def add_account(
    node: Node, email: str, password_hash: str, *, born: date, state: str, role: Role, verified: bool
) -> UserId:
    """Make an account. The demo's addresses exist nowhere, so no letter is sent to them."""
    now = node.clock.now()
    new = NewAccount(
        user_id=UserId(uuid7()),
        unit_id=uuid7(),
        email=email,
        email_key=email_key(email),
        password_hash=password_hash,
        date_of_birth=born,
        state=state,
        role=role,
        status=AccountStatus.ACTIVE if verified else AccountStatus.PENDING,
        rules_version=RULES_VERSION,
        now=now,
        email_verified_at=now if verified else None,
    )
    await node.journal.transact(create, new)
    return new.user_id


class DemoPlayer:
    """One person and their account. What they do follows from `seed`, person and day."""

    def __init__(self, node: Node, person: Person, seed: int) -> None:
        self.person = person
        self._node = node
        self._seed = seed
        self._user_id: UserId | None = None
        self._may_enter_from: datetime | None = None
        self._balance = 0
        self._status = AccountStatus.ACTIVE if person.verified else AccountStatus.PENDING
        self._told: set[str] = set()
        self._entered: set[UUID] = set()

    @property
    def user_id(self) -> UserId | None:
        """Whose account it is; none before they register."""
        return self._user_id

    @property
    def is_active(self) -> bool:
        """Whether they have registered, and may earn and buy."""
        return self._user_id is not None and self._status is AccountStatus.ACTIVE

    async def register(self, password_hash: str) -> None:
        """Make the account and complete the profile."""
        person, now = self.person, self._node.clock.now()
        self._user_id = await add_account(
            self._node,
            person.email,
            password_hash,
            born=person.born,
            state=person.state,
            role=Role.USER,
            verified=person.verified,
        )
        self._may_enter_from = now + _OLD_ENOUGH
        await self._ask(ChangeProfile(person.profile))
        if person.premium:
            await self._ask(
                ChangeRole(role=Role.PREMIUM, reason="Demo world", premium_expires_at=now + PREMIUM_LASTS)
            )

    def holds_any(self, on_sale: list[tuple[DrawingId, Plan]]) -> bool:
        """Whether they have entered one of these."""
        return not self._entered.isdisjoint(drawing_id for drawing_id, _ in on_sale)

    async def be_made(self, status: AccountStatus, reason: str) -> None:
        """Have an admin change the account's status."""
        await self._ask(ChangeStatus(status=status, reason=reason))
        self._status = status

    async def claim(self, fulfilment_id: FulfillmentId) -> None:
        """Say where a prize is to be sent."""
        wish = ChangeFulfillment(fulfilment_id, ConfirmAddress(address_of(self.person)))
        await self._ask(wish, Origin(actor_id=self._user_id))

    async def tell_activities(self, day: date) -> None:
        """Sync what the trackers know of `day` by now and did not tell before."""
        now, rng = self._node.clock.now(), self._rng("moves", day)
        done = [
            activity
            for activity in activities_of(self.person, day, self._node.calendar, rng)
            if activity.end_time <= now and activity.external_id not in self._told
        ]
        if done:
            answer = await self._ask(LogActivities(done))
            assert isinstance(answer, LoggedActivities), "this is what logging is answered with"
            self._balance = answer.balance
            self._told.update(activity.external_id for activity in done if activity.external_id)

    async def shop(self, on_sale: list[tuple[DrawingId, Plan]], day: date) -> None:
        """Buy tickets of some of the drawings on sale, cheap ones first."""
        rng = self._rng("shops", day)
        for drawing_id, plan in sorted(on_sale, key=lambda sold: sold[1].ticket_cost_points):
            quantity = self._wish(drawing_id, plan, rng)
            if quantity:
                answer = await self._ask(BuyTickets(drawing_id, quantity))
                assert isinstance(answer, TicketsBought), "this is what buying is answered with"
                self._balance = answer.balance
                self._entered.add(drawing_id)

    def _wish(self, drawing_id: DrawingId, plan: Plan, rng: random.Random) -> int:
        """How many tickets they want: none when they cannot enter."""
        too_new = self._may_enter_from is None or self._node.clock.now() < self._may_enter_from
        if too_new or (plan.user_type is UserType.PREMIUM and not self.person.premium):
            return 0
        if self.person.email == PLAYER_EMAIL:  # enters everything once, so that there is something to see
            affordable = int(self._balance * CAUTION) // plan.ticket_cost_points
            can_pay = plan.ticket_cost_points <= self._balance // 3
            return max(affordable, int(can_pay)) if drawing_id not in self._entered else 0
        # What is dear is saved up for.
        saved = int(plan.ticket_cost_points <= self._balance)
        affordable = max(int(self._balance * BOLDNESS) // plan.ticket_cost_points, saved)
        if rng.random() >= plan.appeal or not affordable:
            return 0
        return rng.randint(1, min(affordable, TICKETS_MAX))

    def _rng(self, what: str, day: date) -> random.Random:
        return random.Random(f"{self._seed}/{what}/{self.person.email}/{day}")  # noqa: S311 - a demo

    async def _ask(self, command: Command, origin: Origin = SYSTEM) -> object:
        assert self._user_id is not None, "they have registered"
        wish = Intention(command, origin=origin)
        answer: Answer = await self._node.registry.ref(USER, self._user_id).ask(wish)
        return answer.body

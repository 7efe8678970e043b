"""A node that serves, and people of every kind who come to its doors."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from fittrack.accounts.commands import ChangeRole, ChangeStatus
from fittrack.accounts.queries import credentials_of
from fittrack.app import AUDIENCE, Node
from fittrack.drawings.model import Eligibility, UserType
from fittrack.kit.clock import VirtualClock
from fittrack.kit.ids import DrawingId, UserId
from fittrack.kit.standing import AccountStatus, Role
from fittrack.server.token_keys import TokenKeys
from fittrack.server.tokens import AccessTokens
from tests.actors.house import House, a_house
from tests.issuers import APPLE_APP, GOOGLE_APP, FakeIssuer, an_issuer, known_to
from tests.programs import a_program
from tests.server import NO_RATE_LIMITS, Address
from tests.world import ADMIN_PASSWORD, Member, complete_profile, enrol

PASSWORD = ADMIN_PASSWORD

PREMIUM_NAME = "A draw that is for premium players"
DRAFT_NAME = "A draw that is nobody's business yet"
"""What those who may not know of them must never read."""
HOOKS = {"GOOGLE_HOOK_SECRET": "Bearer what-only-google-knows"}
"""So that there is something to be refused."""
RESIDENTS = r"resident-\d+@test\.example"
"""The email addresses of people in the town."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who comes to a door. Even who shows no token is somebody, whose own things can be asked for."""

    kind: str
    member: Member
    email: str
    token: str | None

    @property
    def user_id(self) -> UserId:
        return self.member.user_id

    @property
    def column(self) -> str:
        """Under which column of the tables they stand."""
        return COLUMN_OF.get(self.kind, self.kind)

    @property
    def is_signed_in(self) -> bool:
        return self.column not in ("nobody", "bad token", "client")


@dataclass
class Town:
    """A node, its address, and the ways to make people and drawings in it."""

    house: House
    address: Address
    http: aiohttp.ClientSession
    issuers: Mapping[str, FakeIssuer]
    numbers: Iterator[int] = field(default_factory=count)
    completed: dict[str, dict[str, str]] = field(default_factory=dict)
    """What is in the addresses of drawings that are over, by what they were made as."""

    @property
    def node(self) -> Node:
        return self.house.node

    @property
    def paths(self) -> set[tuple[str, str]]:
        """Method and path of everything that the server's router knows."""
        routes = self.node.app.router.routes()
        return {(route.method, route.resource.canonical) for route in routes if route.resource is not None}

    @cached_property
    def password_hash(self) -> Awaitable[str]:
        """The hash of `PASSWORD`, computed once."""
        return asyncio.ensure_future(self.node.identity.passwords.hash(PASSWORD))

    # --- People -------------------------------------------------------------------------------------------

    def a_name(self) -> str:
        return f"Resident {next(self.numbers)}"

    async def enrol(self, *, profile: bool = True, **standing: Any) -> Member:
        name = self.a_name()
        member = await enrol(self.node, name.replace(" ", "-").lower(), **standing)
        if profile:
            await complete_profile(self.node, member, name)
        return member

    async def caller(self, kind: str) -> Caller:
        """Somebody new of this kind."""
        member = await KINDS[kind](self)
        account = await self.node.reads.run(credentials_of, member.user_id)
        assert account is not None, "it was just made"
        return Caller(kind, member, account.email, None if kind == "nobody" else member.token)

    async def granted(self, caller: Caller, path: str, body: object = None) -> dict[str, Any]:
        """Have something done that must be granted."""
        headers = {"Authorization": f"Bearer {caller.token}"}
        url = f"{self.address.url}/api/v1{path}"
        async with self.http.post(url, json=body, headers=headers) as answer:
            assert answer.status < 300, await answer.text()
            granted: dict[str, Any] = await answer.json()
            return granted

    # --- Drawings -----------------------------------------------------------------------------------------

    async def draft(self, *, premium: bool = False, **fields: Any) -> DrawingId:
        user_type = UserType.PREMIUM if premium else UserType.ALL
        fields.setdefault("name", PREMIUM_NAME if premium else "The draw")
        return await self.house.draft(
            eligibility=Eligibility(user_type=user_type, min_account_age_days=0), **fields
        )


@asynccontextmanager
async def a_town(folder: Path) -> AsyncIterator[Town]:
    """A town on a virtual clock; what is left behind must keep every invariant."""
    async with (
        an_issuer(GOOGLE_APP) as google,
        an_issuer(APPLE_APP) as apple,
        a_house(
            folder,
            **NO_RATE_LIMITS,
            **known_to(google=google, apple=apple),
            **HOOKS,
        ) as house,
        aiohttp.ClientSession() as http,
    ):
        runner = web.AppRunner(house.node.app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield Town(house, Address(runner.addresses[0][1]), http, {"google": google, "apple": apple})
        await runner.cleanup()


@contextmanager
def running_town(folder: Path) -> Iterator[tuple[Town, asyncio.Runner]]:
    """The town with a loop of its own, for tests that share it."""
    with asyncio.Runner() as runner:
        town = a_town(folder)
        yield runner.run(town.__aenter__()), runner
        runner.run(town.__aexit__(None, None, None))


# --- The kinds of people ----------------------------------------------------------------------------------


async def _ended(town: Town) -> Member:
    member = await town.enrol()
    headers = {"Authorization": f"Bearer {member.token}"}
    async with town.http.post(f"{town.address.url}/api/v1/auth/logout", headers=headers) as answer:
        assert answer.status == 204
    return member


async def _expired(town: Town) -> Member:
    return await _with_token(town, ago=timedelta(hours=1))


async def _forged(town: Town) -> Member:
    return await _with_token(town, keys=TokenKeys.from_secret(b"the key of somebody else"))


async def _with_token(town: Town, *, keys: TokenKeys | None = None, ago: timedelta = timedelta(0)) -> Member:
    """Somebody with a live session, and a token that was made otherwise than ours are."""
    node, member = town.node, await town.enrol()
    session_id = (await node.identity.authenticator.authenticate(member.token)).session_id
    tokens = AccessTokens(
        keys or node.identity.token_keys,
        issuer=node.settings.public_url,
        audience=AUDIENCE,
        clock=VirtualClock(town.house.clock.now() - ago),
    )
    return Member(member.user_id, tokens.issue(member.user_id, session_id).token)


def _with_status(status: AccountStatus) -> "MakePerson":
    async def make(town: Town) -> Member:
        member = await town.enrol()
        await town.house.do(member.user_id, ChangeStatus(status=status, reason="for the test"))
        return member

    return make


def _premium(*, ended: bool) -> "MakePerson":
    async def make(town: Town) -> Member:
        member = await town.enrol()
        end = town.house.clock.now() + timedelta(seconds=-1 if ended else 3_600)
        role = ChangeRole(role=Role.PREMIUM, reason="for the test", premium_expires_at=end)
        await town.house.do(member.user_id, role)
        return member

    return make


async def _program(town: Town) -> Member:
    """Somebody whose things may be asked for, and a program's token that has every scope."""
    member = await town.enrol()
    return Member(member.user_id, (await a_program(town.node, town.a_name())).token)


def _enrolled(**standing: Any) -> "MakePerson":
    async def make(town: Town) -> Member:
        return await town.enrol(**standing)

    return make


MakePerson = Callable[[Town], Awaitable[Member]]

KINDS: Mapping[str, MakePerson] = {
    "nobody": _enrolled(),
    "ended": _ended,
    "expired": _expired,
    "forged": _forged,
    "suspended": _with_status(AccountStatus.SUSPENDED),
    "banned": _with_status(AccountStatus.BANNED),
    "unverified without profile": _enrolled(profile=False, status=AccountStatus.PENDING),
    "verified without profile": _enrolled(profile=False),
    "unverified": _enrolled(status=AccountStatus.PENDING),
    "player": _enrolled(),
    "once premium": _premium(ended=True),
    "premium": _premium(ended=False),
    "admin": _enrolled(profile=False, role=Role.ADMIN),
    "client": _program,
}

COLUMN_OF: Mapping[str, str] = {
    **dict.fromkeys(("ended", "expired", "forged", "suspended", "banned"), "bad token"),
    **{kind: "no profile" for kind in KINDS if kind.endswith("without profile")},
    "once premium": "player",
}
"""Under which column of the tables a kind stands, where it is not its name."""

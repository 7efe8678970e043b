"""The shop of shoes on a real server, and somebody who is signed in."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from fittrack.kit.clock import VirtualClock
from fittrack.kit.ids import SessionId, UserId, uuid7
from fittrack.kit.standing import AccountStatus, Role
from fittrack.server.auth import Authenticator
from fittrack.server.headers import HeaderPolicy
from fittrack.server.http import make_application
from fittrack.server.principal import Standing
from fittrack.server.token_keys import TokenKeys
from fittrack.server.tokens import AccessTokens
from tests.fittrack.server import shop

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class People:
    """Accounts and their sessions, as a database would know them."""

    def __init__(self) -> None:
        self.standings: dict[SessionId, Standing] = {}
        self.reads = 0

    def sign_in(
        self,
        *,
        role: Role = Role.USER,
        status: AccountStatus = AccountStatus.ACTIVE,
        profile_complete: bool = True,
    ) -> tuple[UserId, SessionId]:
        user_id, session_id = UserId(uuid7()), SessionId(uuid7())
        self.standings[session_id] = Standing(
            user_id=user_id, role=role, status=status, profile_complete=profile_complete
        )
        return user_id, session_id

    async def standing(self, session_id: SessionId) -> Standing | None:
        self.reads += 1
        return self.standings.get(session_id)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOON)


@pytest.fixture
def tokens(clock: VirtualClock) -> AccessTokens:
    keys = TokenKeys.from_secret(b"a secret of the tests, long enough")
    return AccessTokens(keys, issuer="fittrack", audience="fittrack-api", clock=clock)


@pytest.fixture
def people() -> People:
    return People()


@pytest.fixture
def authenticator(tokens: AccessTokens, people: People, clock: VirtualClock) -> Authenticator:
    return Authenticator(tokens, people.standing, clock)


@pytest.fixture
def metrics() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
async def client(
    authenticator: Authenticator, clock: VirtualClock, metrics: CollectorRegistry
) -> AsyncIterator[TestClient]:
    app = make_application(
        shop.ROUTES,
        authenticator=authenticator,
        clock=clock,
        policy=HeaderPolicy(origins=["https://app.example"]),
        metrics=metrics,
    )
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
def bearer(tokens: AccessTokens, people: People):
    """Signs somebody in and gives the header that says so."""

    def make(**standing: object) -> dict[str, str]:
        user_id, session_id = people.sign_in(**standing)  # type: ignore[arg-type]
        return {"Authorization": f"Bearer {tokens.issue(user_id, session_id).token}"}

    return make

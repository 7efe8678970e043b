"""The product's accounts with all that they need: database, journal, player's actors, HTTP, mail folder."""

import email
import email.policy
import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Engine

from actors.leaderboard import BoardActor
from actors.outlet import Outlet
from actors.runtime import ActorKind, Registry
from actors.services import Services
from actors.user import UserActor
from fittrack.accounts.passwords import Passwords
from fittrack.accounts.routes import ROUTES as ACCOUNT_ROUTES
from fittrack.accounts.services import ACCOUNTS, AccountServices
from fittrack.db.engine import Access, make_engine
from fittrack.db.journal import Journal
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.writer_thread import WriterThread
from fittrack.db.reads import Reads
from fittrack.db.tables import metadata
from fittrack.drawings.official_rules import Publisher
from fittrack.integrations.jwks import RemoteKeySet
from fittrack.integrations.oidc import IdTokens, Issuer
from fittrack.integrations.smtp import MailFolder
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import VirtualClock
from fittrack.kit.clock_watch import ClockWatch
from fittrack.kit.ids import SessionId
from fittrack.kit.sealing import Sealer
from fittrack.leaderboards.messages import BOARD
from fittrack.mail.postbox import Postbox
from fittrack.mail.worker import MailWorker
from fittrack.mfa.routes import ROUTES as MFA_ROUTES
from fittrack.profiles.routes import ROUTES as PROFILE_ROUTES
from fittrack.pubsub.memory_broker import MemoryBroker
from fittrack.pubsub.messages import REVOCATIONS, Message
from fittrack.server.asking import CALENDAR, JOURNAL, READS, REGISTRY, USER
from fittrack.server.auth import Authenticator
from fittrack.server.headers import HeaderPolicy
from fittrack.server.http import make_application
from fittrack.server.principal import Standing
from fittrack.server.token_keys import TokenKeys
from fittrack.server.tokens import AccessTokens
from fittrack.sessions import queries as sessions
from fittrack.sessions.watch import SessionWatch, inform
from tests.fittrack.db.journal_world import settings_of
from tests.issuers import APPLE_APP, GOOGLE_ANDROID, GOOGLE_APP, FakeIssuer, an_issuer
from tests.rest_house import Answer, call

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
PASSWORD = "Correct-Horse-7-Battery"
NEW_PASSWORD = "Another-Horse-8-Battery"


def a_registration(**changes: Any) -> dict[str, Any]:
    return {
        "email": "Ada@Example.com",
        "password": PASSWORD,
        "date_of_birth": "1990-05-17",
        "state": "CA",
        "accepted_terms": True,
        "accepted_rules": True,
    } | changes


def a_profile(**changes: Any) -> dict[str, Any]:
    return {
        "display_name": "Ada",
        "biological_sex": "female",
        "fitness_level": "intermediate",
        "height_inches": 66.5,
        "weight_pounds": 140,
        "goals": ["run 10k"],
    } | changes


class CountedPasswords(Passwords):
    """Passwords that know how much work they were."""

    hashed = 0

    async def hash(self, password: str) -> str:
        self.hashed += 1
        return await super().hash(password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        self.hashed += 1
        return await super().verify(password, password_hash)


@dataclass
class House:
    """Everything, and the moves that tests make in it."""

    clock: VirtualClock
    engine: Engine
    read_engine: Engine
    journal: Journal
    reads: Reads
    broker: MemoryBroker
    registry: Registry
    watch: SessionWatch
    passwords: CountedPasswords
    worker: MailWorker
    mail_dir: Path
    http: TestClient[Any, Any]
    google: FakeIssuer
    apple: FakeIssuer
    outside: AsyncExitStack
    """What runs beside the house."""
    revoked: list[Message] = field(default_factory=list)

    async def call(self, method: str, path: str, body: object = None, **options: Any) -> Answer:
        return await call(self.http, method, path, body, **options)

    async def post(self, path: str, body: object = None, **options: Any) -> Answer:
        return await self.call("POST", path, body, **options)

    async def get(self, path: str, token: str | None = None) -> Answer:
        return await self.call("GET", path, token=token)

    async def mail(self) -> list[EmailMessage]:
        """Deliver what is due; every letter so far, the oldest first."""
        await self.worker.deliver_due(self.clock.now())
        files = sorted(self.mail_dir.glob("*.eml")) if self.mail_dir.exists() else []
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    async def code(self) -> str:
        """The code in the last letter."""
        text = text_of((await self.mail())[-1])
        found = re.search(r"fte_[\w-]+", text)
        assert found, text
        return found[0]

    async def register(self, **changes: Any) -> dict[str, Any]:
        status, body = await self.post("/auth/register", a_registration(**changes))
        assert status == 201, body
        return dict(body)

    async def verified(self, **changes: Any) -> dict[str, Any]:
        """A new account with a verified address."""
        body = await self.register(**changes)
        status, answer = await self.post("/auth/verify-email", {"token": await self.code()})
        assert status == 200, answer
        return body

    async def sign_in(self, email_address: str = "ada@example.com", **options: Any) -> dict[str, Any]:
        form = {"email": email_address, "password": options.pop("password", PASSWORD), **options}
        status, body = await self.post("/auth/login", form)
        assert status == 200, body
        return dict(body)

    async def is_signed_in(self, signed_in: Mapping[str, Any]) -> bool:
        status, _ = await self.get("/auth/me", signed_in["access_token"])
        return status == 200


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None, "every letter has a plain text"
    return str(body.get_content())


async def build(folder: Path) -> House:
    """A house on the database in `folder`, which is empty if it is the first one, at NOON."""
    settings = settings_of(folder)
    engine, clock, broker = make_engine(settings), VirtualClock(NOON), MemoryBroker()
    metadata.create_all(engine)
    calendar = PlatformCalendar(ZoneInfo("America/New_York"))
    sealer = Sealer({"k1": bytes(32)})
    journal = Journal(WriterThread(open_store(engine), clock), clock, on_fatal=_fail)
    read_engine = make_engine(settings, Access.READ)
    reads = Reads(read_engine)
    registry, watch, postbox = Registry(clock), SessionWatch(reads, broker, clock), Postbox(sealer)
    tokens = AccessTokens(TokenKeys.from_secret(b"s"), issuer="i", audience="a", clock=clock)
    # A tenth of the real work: these tests are about what happens around it.
    passwords = CountedPasswords(memory_kib=64, passes=1)
    services = Services(
        clock=clock,
        clock_watch=ClockWatch(clock),
        calendar=calendar,
        journal=journal,
        reads=reads,
        registry=registry,
        outlet=Outlet(broker, clock),
        sealer=sealer,
        excluded_states={"NY", "FL", "RI"},
        publisher=Publisher(
            operator="FitTrack",
            free_entry_address="",
            public_url="https://fittrack.example",
            excluded_states={"NY", "FL", "RI"},
            calendar=calendar,
        ),
        beacon_chain=None,
        beacon_chains={},
        drawings_need_beacon=False,
        beacon_wanted=lambda wanted: None,
        standing_changed=watch.changed,
        revoked=lambda user_id: None,
        effects_due=lambda: None,
    )
    registry.register(ActorKind(name=USER, factory=lambda user_id: UserActor(user_id, services)))
    registry.register(ActorKind(name=BOARD, factory=lambda board: BoardActor(board, services)))

    async def load_standing(session_id: SessionId) -> Standing | None:
        return await reads.run(sessions.standing, session_id, clock.now())

    authenticator = Authenticator(tokens, load_standing, clock)
    inform(authenticator, broker)
    app = make_application(
        [*ACCOUNT_ROUTES, *PROFILE_ROUTES, *MFA_ROUTES],
        authenticator=authenticator,
        clock=clock,
        policy=HeaderPolicy(),
    )
    outside = AsyncExitStack()
    google, apple = [
        await outside.enter_async_context(an_issuer(client_id)) for client_id in (GOOGLE_APP, APPLE_APP)
    ]
    session = await outside.enter_async_context(aiohttp.ClientSession())
    id_tokens = {
        "google": _id_tokens("google", google, {GOOGLE_APP, GOOGLE_ANDROID}, session, clock),
        "apple": _id_tokens("apple", apple, {APPLE_APP}, session, clock),
    }
    app[ACCOUNTS] = AccountServices(
        clock=clock,
        calendar=calendar,
        journal=journal,
        reads=reads,
        passwords=passwords,
        access_tokens=tokens,
        postbox=postbox,
        sealer=sealer,
        watch=watch,
        excluded_states={"NY", "FL", "RI"},
        id_tokens=id_tokens,
        pepper=b"pepper",
        mail_hint="Mail is in var/mail.",
    )
    app[REGISTRY], app[READS], app[JOURNAL], app[CALENDAR] = registry, reads, journal, calendar
    client = TestClient(TestServer(app))
    await client.start_server()
    mail_dir = folder / "mail"
    worker = MailWorker(
        journal,
        postbox,
        MailFolder(mail_dir),
        sender="FitTrack <no-reply@fittrack.example>",
        public_url="https://fittrack.example",
    )
    house = House(
        clock,
        engine,
        read_engine,
        journal,
        reads,
        broker,
        registry,
        watch,
        passwords,
        worker,
        mail_dir,
        client,
        google,
        apple,
        outside,
    )
    broker.subscribe(REVOCATIONS, house.revoked.append)
    return house


def _id_tokens(
    name: str, issuer: FakeIssuer, apps: set[str], session: aiohttp.ClientSession, clock: VirtualClock
) -> IdTokens:
    believed = Issuer(name=name, spellings=frozenset({issuer.url}), client_ids=frozenset(apps))
    return IdTokens(believed, RemoteKeySet(session, issuer.jwks_url, clock), clock)


async def tear_down(house: House) -> None:
    await house.http.close()
    await house.outside.aclose()
    await house.registry.stop(timeout_s=5)
    await house.journal.stop()
    await house.reads.stop()
    house.passwords.stop()
    house.engine.dispose()


def _fail(error: BaseException) -> None:
    raise AssertionError("the journal failed") from error

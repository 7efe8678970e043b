"""A node whose password was changed: it may not lock the user for all others, and comes back by itself."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import oracledb
import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from fittrack.app.watching import check_database
from fittrack.db import oracle_faults
from fittrack.db.engine import Access, DatabaseSettings, make_engine
from fittrack.db.oracle.pool import Pool
from fittrack.db.oracle.sign_in import FIRST_PAUSE_S, TROUBLE_PAUSE_S, SignIn
from fittrack.db.reads import Reads
from fittrack.kit.clock import SystemClock
from fittrack.kit.problems import Busy
from fittrack.server.health import HealthReporter
from tests.faulty_proxy import FaultyProxy, faulty_proxy
from tests.oracle_net.conftest import PASSWORD, Place, administer
from tests.oracle_net.process import SERVICE, ServerProcess
from tests.oracle_net.server import FAILED_LOGIN_ATTEMPTS

NEW_PASSWORD = "Another-Password-8"
POOLS = 2
"""A node's: the journal's and the one for reads."""
THREADS = 8
"""Ask at once, as those that read do."""
TIMES = 5
HALF_AN_HOUR_S = 1_800
ATTEMPTS_OF_ONE = 2
"""The driver's pool makes so many where one is asked for."""
BRIEF_S = 1
PATIENCE_S = 10.0
NO_LISTENER = oracledb.OperationalError("DPY-6005")
WRONG = oracledb.DatabaseError(SimpleNamespace(full_code="ORA-01017"))


@pytest.fixture
async def proxy(server: ServerProcess) -> AsyncIterator[FaultyProxy]:
    async with faulty_proxy(server.port) as proxy:
        yield proxy


@pytest.fixture
def through(proxy: FaultyProxy, place: Place) -> DatabaseSettings:
    """The schema of a test, behind the proxy."""
    return place.with_(oracle_dsn=f"127.0.0.1:{proxy.port}/{SERVICE}")


def identify(place: Place, password: str) -> None:
    user = place.settings.oracle_user
    administer(str(place.settings.oracle_dsn), f'ALTER USER {user} IDENTIFIED BY "{password}"')


async def cut(proxy: FaultyProxy) -> None:
    """All sessions. Sockets are closed in the event loop's next turn."""
    proxy.reset()
    await asyncio.sleep(0)


def one(connection: Connection) -> int:
    return int(connection.scalar(text("SELECT 1 AS one FROM dual")) or 0)


def ask(engine: Engine) -> str:
    """The number of the error, or nothing."""
    try:
        with engine.connect() as connection:
            assert one(connection) == 1
    except DBAPIError as error:
        return oracle_faults.number_of(error)
    return ""


async def ask_at_once(*engines: Engine) -> set[str]:
    return set(await asyncio.gather(*[asyncio.to_thread(ask, each) for each in engines * THREADS]))


async def test_nodes_with_a_former_password_do_not_lock_the_user(
    proxy: FaultyProxy, through: DatabaseSettings, place: Place
) -> None:
    engines = [make_engine(through) for _ in range(POOLS)]
    assert await ask_at_once(*engines) == {""}
    identify(place, NEW_PASSWORD)
    assert [await asyncio.to_thread(ask, engine) for engine in engines] == [""] * POOLS, "sessions stay"
    await cut(proxy)
    for _ in range(TIMES):
        assert await ask_at_once(*engines) == {"ORA-01017"}
    renewed = make_engine(replace(through, oracle_password=NEW_PASSWORD))
    assert await ask_at_once(renewed) == {""}, "the user is not locked"
    for engine in (*engines, renewed):
        await asyncio.to_thread(engine.dispose)


async def test_who_is_signed_in_is_served_while_nobody_else_is_let_in(
    through: DatabaseSettings, place: Place
) -> None:
    engine = make_engine(replace(through, oracle_pool_min=1, oracle_connect_timeout_s=BRIEF_S))
    held = await asyncio.to_thread(engine.connect)
    identify(place, NEW_PASSWORD)
    assert await asyncio.to_thread(ask, engine) == "ORA-01017", "one that is busy all the time is waited for"
    await asyncio.to_thread(held.close)
    for _ in range(TIMES):
        assert await asyncio.to_thread(ask, engine) == ""
    await asyncio.to_thread(engine.dispose)


async def test_who_comes_while_nobody_is_let_in_waits_for_a_connection_that_is_busy(
    through: DatabaseSettings, place: Place
) -> None:
    clock = Hand()
    pool = pool_of(through, SignIn(clock))
    held = await asyncio.to_thread(pool.acquire)
    identify(place, NEW_PASSWORD)
    for _ in range(TIMES):
        clock.looked_at.clear()
        asking = asyncio.create_task(asyncio.to_thread(pool.acquire))
        assert await asyncio.to_thread(clock.looked_at.wait, PATIENCE_S), "whoever asks is not let in"
        await asyncio.to_thread(held.close)
        held = await asking
    await asyncio.to_thread(held.close)
    await asyncio.to_thread(pool.close)


async def test_many_share_what_is_left_while_nobody_is_let_in(
    through: DatabaseSettings, place: Place
) -> None:
    pool = pool_of(through, SignIn(Hand()))
    held = await asyncio.to_thread(pool.acquire)
    identify(place, NEW_PASSWORD)

    def use() -> None:
        for _ in range(TIMES):
            with pool.acquire() as connection, connection.cursor() as cursor:
                cursor.execute("SELECT 1 AS one FROM dual")

    using = asyncio.gather(*[asyncio.to_thread(use) for _ in range(THREADS)])
    await asyncio.to_thread(held.close)
    await using
    identify(place, PASSWORD)
    assert await asyncio.to_thread(place.connect), "the user is not locked"
    await asyncio.to_thread(pool.close)


async def test_a_pool_serves_again_after_one_attempt_that_succeeds(
    proxy: FaultyProxy, through: DatabaseSettings, place: Place
) -> None:
    clock = Hand()
    pool = pool_of(through, SignIn(clock))
    first = await asyncio.to_thread(pool.acquire)
    await asyncio.to_thread(first.close)
    identify(place, NEW_PASSWORD)
    await cut(proxy)
    assert await refusal(pool) == "ORA-01017"
    identify(place, PASSWORD)
    assert await refusal(pool) == "ORA-01017", "before its time it does not try"
    clock.seconds += FIRST_PAUSE_S
    connection = await asyncio.to_thread(pool.acquire)
    another = await asyncio.to_thread(pool.acquire)
    for each in (connection, another):
        await asyncio.to_thread(each.close)
    await asyncio.to_thread(pool.close)


async def test_health_names_the_error_while_nobody_is_let_in(place: Place) -> None:
    reads = Reads(make_engine(place.with_(oracle_password="wrong"), Access.READ))
    health = HealthReporter(SystemClock(), "1")
    health.watch("database", partial(check_database, reads))
    with pytest.raises(Busy):
        await reads.run(one)
    assert (await health.report()).parts["database"].detail == "The database does not answer (ORA-01017)"
    await reads.stop()


@pytest.mark.parametrize("number", [1035, 1045, 28000, 28001])
async def test_a_query_of_who_is_not_let_in_is_busy(place: Place, number: int) -> None:
    place.arrange("sign in", str(number), times=TIMES)
    reads = Reads(make_engine(place.with_(oracle_pool_min=1, oracle_pool_max=1), Access.READ))
    with pytest.raises(Busy):
        await reads.run(one)
    await reads.stop()


def test_in_half_an_hour_a_pool_makes_few_attempts() -> None:
    clock = Hand()
    sign_in = SignIn(clock)
    attempts: list[float] = []

    def attempt() -> None:
        attempts.append(clock.seconds)
        raise WRONG

    sign_in.note(WRONG)
    while clock.seconds < HALF_AN_HOUR_S:
        with pytest.raises(oracledb.DatabaseError) as refused:
            sign_in.try_again(attempt)
        assert refused.value.args == WRONG.args
        clock.seconds += 1.0
    assert attempts == [FIRST_PAUSE_S, 3 * FIRST_PAUSE_S]
    made_by_a_node = POOLS * (ATTEMPTS_OF_ONE + len(attempts))
    assert made_by_a_node < FAILED_LOGIN_ATTEMPTS


@pytest.mark.parametrize("trouble", [NO_LISTENER, OSError("no such host")])
def test_what_passes_by_itself_is_told_and_tried_again_soon(trouble: Exception) -> None:
    clock = Hand()
    sign_in = SignIn(clock)
    sign_in.note(WRONG)
    clock.seconds += FIRST_PAUSE_S
    for _ in range(TIMES):
        with pytest.raises(type(trouble), match=str(trouble)):
            sign_in.try_again(failing(trouble))
        with pytest.raises(type(trouble), match=str(trouble)):
            sign_in.try_again(failing(WRONG))  # it is not made in the pause
        clock.seconds += TROUBLE_PAUSE_S
    with pytest.raises(oracledb.DatabaseError):
        sign_in.try_again(failing(WRONG))
    clock.seconds += 2 * FIRST_PAUSE_S
    sign_in.try_again(lambda: None)
    assert sign_in.failure is None


def failing(error: Exception) -> Callable[[], None]:
    """An attempt to sign in."""

    def attempt() -> None:
        raise error

    return attempt


async def refusal(pool: Pool) -> str:
    with pytest.raises(oracledb.DatabaseError) as refused:
        await asyncio.to_thread(pool.acquire)
    return str(refused.value.args[0].full_code)


def pool_of(settings: DatabaseSettings, sign_in: SignIn) -> Pool:
    who = {"dsn": settings.oracle_dsn, "user": settings.oracle_user, "password": settings.oracle_password}
    return Pool(
        partial(oracledb.create_pool, min=1, max=2, **who), partial(oracledb.connect, **who), 5.0, sign_in
    )


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.looked_at = threading.Event()

    def __call__(self) -> float:
        self.looked_at.set()
        return self.seconds

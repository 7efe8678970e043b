"""What developers may have done to the node that answers them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import structlog
from aiohttp import web
from msgspec.structs import replace

from actors.runtime import Registry
from fittrack.config import Settings
from fittrack.db.engine import sqlite_file
from fittrack.db.journal import Journal
from fittrack.db.reads import Reads
from fittrack.dev import queries
from fittrack.dev.schemas import Seed, SeedStatus
from fittrack.dev.seeding import NotMade, make_world, upgrade
from fittrack.dev.statements import LIVED_IN, clear, move_in
from fittrack.kit.clock import Clock
from fittrack.kit.problems import Conflict, Problem
from fittrack.pubsub.broker import Broker
from fittrack.pubsub.messages import REVOCATIONS, Revocation
from protocol.shapes import instant

log = structlog.get_logger(__name__)


class DevTools:
    """Of one node. `wake` has the drawings watched that are open; `undisturbed` is a time without jobs."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        journal: Journal,
        reads: Reads,
        registry: Registry,
        broker: Broker,
        wake: Callable[[], Awaitable[None]],
        undisturbed: Callable[[], AbstractAsyncContextManager[None]],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._journal = journal
        self._reads = reads
        self._registry = registry
        self._broker = broker
        self._wake = wake
        self._undisturbed = undisturbed
        self._seeding: asyncio.Task[None] | None = None
        self.seed = Seed()

    @property
    def database(self) -> str:
        """The name of the database: its file's, or Oracle's user."""
        file = sqlite_file(self._settings.database)
        return file.name if file else str(self._settings.database.oracle_user)

    async def migrate(self) -> list[str]:
        """Bring the schema to the newest; returns what it lacked. Code that knows it runs after a restart."""
        applied = await asyncio.to_thread(upgrade, self._settings.database)
        log.info("dev.migrated", applied=applied)
        return applied

    async def begin_seed(self) -> Seed:
        """Begin to make the demo world. Raises Conflict where somebody lives, or when one is being made."""
        self._check_alone()
        if await self._reads.run(queries.is_lived_in):
            raise Conflict(LIVED_IN)
        self._check_idle()
        self.seed = Seed(status=SeedStatus.RUNNING, started_at=instant(self._clock.now()))
        self._seeding = asyncio.get_running_loop().create_task(self._run_seed(), name="demo world")
        return self.seed

    async def settled(self) -> None:
        """Wait until no demo world is being made."""
        if self._seeding is not None:
            await asyncio.gather(self._seeding, return_exceptions=True)

    async def stop(self) -> None:
        """Give up the demo world that is being made."""
        if self._seeding is not None:
            self._seeding.cancel()
        await self.settled()

    async def reset(self) -> int:
        """Erase everything, have every actor forget it, close everybody's connections. Returns the rows.

        Raises Conflict where that cannot be done at once, in one transaction.
        """
        self._check_alone()
        self._check_idle()
        if self._settings.database.oracle_dsn:
            raise Conflict("Oracle commits each change of a trigger by itself: this is for SQLite only.")
        async with self._undisturbed():
            cleared = await self._journal.transact(clear)
            for user_id in cleared.user_ids:
                self._broker.publish(REVOCATIONS, Revocation(user_id))
            await self._registry.renounce()
        log.warning("dev.reset", rows=cleared.rows)
        return cleared.rows

    async def _run_seed(self) -> None:
        try:
            with TemporaryDirectory(prefix="fittrack-demo-") as folder:
                world = await make_world(self._settings, Path(folder))
                async with self._undisturbed():
                    rows = await self._journal.transact(move_in, world)
                    await self._registry.renounce()
            await self._wake()
        except (NotMade, Problem) as failure:
            self._finish(SeedStatus.FAILED, str(failure))
        except Exception as failure:
            log.exception("dev.seed_failed")
            self._finish(SeedStatus.FAILED, repr(failure))
        else:
            self._finish(SeedStatus.DONE, f"{rows} rows moved in.")

    def _finish(self, status: SeedStatus, detail: str) -> None:
        log.info("dev.seeded", status=status, detail=detail)
        self.seed = replace(self.seed, status=status, finished_at=instant(self._clock.now()), detail=detail)

    def _check_alone(self) -> None:
        if self._settings.redis_url:
            raise Conflict("With Redis there may be other nodes, whose actors would not know of it.")

    def _check_idle(self) -> None:
        if self.seed.status is SeedStatus.RUNNING:
            raise Conflict("A demo world is being made; `GET dev/tables` says when it is done.")


DEV: Final[web.AppKey[DevTools]] = web.AppKey("dev", DevTools)

"""Where a node writes and reads."""

from collections.abc import Callable
from dataclasses import dataclass

from fittrack.app.base import Base
from fittrack.db.engine import Access, make_engine
from fittrack.db.handles import Engine
from fittrack.db.journal import Journal
from fittrack.db.journal.host import WriterHost
from fittrack.db.journal.store import Store
from fittrack.db.journal.writer_thread import WriterThread
from fittrack.db.reads import Reads
from fittrack.webhooks.following import Following


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """The database. `write_engine` is the journal's where a thread of this process writes it."""

    journal: Journal
    following: Following
    reads: Reads
    read_engine: Engine
    write_engine: Engine | None

    async def stop(self) -> None:
        """Let go of what reads and writes; the journal has stopped before."""
        await self.reads.stop()
        if self.write_engine is not None:
            self.write_engine.dispose()


def open_storage(
    base: Base,
    *,
    on_fatal: Callable[[BaseException], None],
    writer: WriterHost | None,
    store: Callable[[Engine], Store],
) -> Storage:
    """The journal by `writer`, or else by a thread on what `store` opens; reads beside it."""
    database = base.settings.database
    write_engine: Engine | None = None
    if writer is None:
        write_engine = make_engine(database, Access.WRITE)
        writer = WriterThread(store(write_engine), base.clock)
    read_engine = make_engine(database, Access.READ)
    following = Following()
    return Storage(
        journal=Journal(writer, base.clock, on_fatal=on_fatal, follow=following),
        following=following,
        reads=Reads(read_engine),
        read_engine=read_engine,
        write_engine=write_engine,
    )

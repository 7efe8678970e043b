"""Loading the demo world into an empty database."""

from collections.abc import Callable

import uvloop

from fittrack.config import Settings
from fittrack.db.engine import Access, make_engine
from fittrack.demo import queries
from fittrack.demo.world import World
from fittrack.kit.clock import Clock
from fittrack.kit.problems import Conflict, Forbidden


class AlreadyInhabited(Conflict):
    """The database has accounts: the demo world only moves into an empty one.

    `complete`: the accounts are those of a demo world that was loaded to its end.
    """

    def __init__(self, detail: str, *, complete: bool) -> None:
        super().__init__(detail)
        self.complete = complete


def check_loadable(settings: Settings) -> None:
    """Raise `Forbidden` where others rely on the database, `AlreadyInhabited` when it has accounts."""
    if settings.app_env.deployed:
        raise Forbidden(
            f"APP_ENV is {settings.app_env}: the demo accounts' password is published, they belong nowhere "
            "that others can reach."
        )
    engine = make_engine(settings.database, Access.READ)
    try:
        with engine.connect() as conn:
            accounts, complete = queries.count_accounts(conn), queries.has_demo_admin(conn)
    finally:
        engine.dispose()
    if complete:
        raise AlreadyInhabited(f"The demo world is there already, among {accounts} accounts.", complete=True)
    if accounts:
        raise AlreadyInhabited(
            f"The database has {accounts} accounts, and no complete demo world; `make db-reset` empties it.",
            complete=False,
        )


def load_demo(
    settings: Settings,
    clock: Clock,
    *,
    on_fatal: Callable[[BaseException], None],
    step: Callable[[int, int], None],
) -> None:
    """Load the demo world, once it is known to be loadable (`check_loadable`).

    `step` is told how many of how many moments are over.
    """

    async def live() -> None:
        await World(settings, clock.now(), on_fatal).live(step)

    uvloop.run(live())

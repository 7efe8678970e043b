"""How an engine's connections are used: the driver's own pool on Oracle, SQLAlchemy's on SQLite."""

from typing import Any, Final, NamedTuple

from sqlalchemy import Engine
from sqlalchemy.pool import QueuePool

DRIVER_POOL: Final = "fittrack_driver_pool"
"""The execution option that holds the driver's pool, where it is not SQLAlchemy that keeps one."""


class PoolUse(NamedTuple):
    """Connections of a pool."""

    open: int
    busy: int
    most: int
    """How many it may have."""


def use_of(engine: Engine, most: int) -> PoolUse:
    """The use of the pool of `engine`; `most` is what its users limit themselves to."""
    driver: Any = engine.get_execution_options().get(DRIVER_POOL)
    if driver is not None:
        return PoolUse(driver.opened, driver.busy, driver.max)
    pool = engine.pool
    assert isinstance(pool, QueuePool), "a file's connections are kept"
    busy = pool.checkedout()
    return PoolUse(busy + pool.checkedin(), busy, most)

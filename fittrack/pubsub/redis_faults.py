"""What Redis may do to those who rely on it, and what that means."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import (
    AskError,
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ClusterDownError,
    MovedError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
)
from redis.exceptions import TimeoutError as RedisTimeoutError

LOSSES: Final = (RedisError, RedisClusterException, OSError, TimeoutError, asyncio.IncompleteReadError)
"""What the loss of Redis raises."""


CONNECT_WITHIN_S: Final = 5.0
"""A connection stands in some milliseconds; a server that takes it and says nothing is lost."""


async def connect(pool: ConnectionPool) -> AbstractConnection:
    """A connection of the pool, over which Redis takes commands.

    Raises what the loss of Redis raises, also when nothing is said to us.
    """
    try:
        async with asyncio.timeout(CONNECT_WITHIN_S):
            connection: AbstractConnection = await pool.get_connection()  # type: ignore[no-untyped-call]
            await _greet(pool, connection)
            return connection
    except TimeoutError:
        await pool.disconnect(inuse_connections=False)  # what waits in it is half of a greeting
        raise


async def _greet(pool: ConnectionPool, connection: AbstractConnection) -> None:
    """Who wants a password, or still reads its data, lets everybody connect."""
    try:
        await send(connection, [("PING",)])
        await connection.read_response()
    except BaseException:
        await connection.disconnect(nowait=True)
        await pool.release(connection)
        raise


async def send(connection: AbstractConnection, commands: Sequence[Sequence[Any]]) -> None:
    """Write commands. Raises what the loss of Redis raises."""
    try:
        await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
    except RuntimeError as error:  # uvloop's way to say that the transport was closed meanwhile
        raise ConnectionResetError(str(error)) from error


_MEANINGS: Final[tuple[tuple[tuple[type[BaseException], ...], str], ...]] = (
    ((NoPermissionError,), "it does not let this user do what is needed"),
    ((AuthenticationError, AuthorizationError), "it refuses the user or the password"),
    ((MasterNotFoundError,), "no Sentinel that can be reached names a master of that name that is up"),
    ((ReadOnlyError,), "it is a replica, which cannot be written"),
    ((MovedError, AskError), "it belongs to a Redis Cluster, so the URL begins with redis+cluster://"),
    ((ClusterDownError,), "the cluster says of itself that it is down"),
    ((OutOfMemoryError,), "it has no memory left"),
    ((BusyLoadingError,), "it has just started and still reads its data"),
    ((RedisTimeoutError, TimeoutError), "it does not answer in time"),
)

_WORDS: Final = (
    ("Cluster mode is not enabled", "it is no Redis Cluster, so the URL begins with redis:// or rediss://"),
    ("unknown command 'SENTINEL'", "it is no Sentinel"),
    ("Connect call failed", "nobody listens there"),
    ("Connection refused", "nobody listens there"),
    ("Name or service not known", "there is no host of that name"),
    ("MISCONF", "it cannot write its snapshots to its disk, and takes nothing until it can"),
    ("certificate", "its certificate is not trusted"),
)
"""What is told apart by its text alone."""


def plainly(error: BaseException) -> str:
    """What went wrong, in words that say what to do about it, and what Redis said itself."""
    said = str(error)
    meaning = next((sentence for kinds, sentence in _MEANINGS if isinstance(error, kinds)), "")
    meaning = next((sentence for word, sentence in _WORDS if word in said), meaning)
    if not meaning or meaning in said:
        return said or type(error).__name__
    return f"{meaning} ({said})" if said else meaning

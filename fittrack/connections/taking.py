"""Having a player's actor take in what a provider told, and tell the player what became of a connection."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol
from uuid import uuid5

import structlog

from fittrack.activities.commands import LogActivities
from fittrack.activities.outcome import ItemStatus
from fittrack.activities.schemas import LoggedActivities, LoggedItem
from fittrack.connections.commands import News, TellOfTracker
from fittrack.connections.rules import Told
from fittrack.connections.services import ConnectionServices
from fittrack.integrations.trackers.provider import Provider
from fittrack.kit.idempotency import request_hash
from fittrack.kit.ids import ConnectionId, UserId
from fittrack.kit.intention import Intention
from fittrack.kit.problems import Problem
from fittrack.server.asking import USER
from protocol.limits import ACTIVITIES_PER_COMMAND_MAX


class Connected(Protocol):
    """A connection, however much of it is known."""

    @property
    def user_id(self) -> UserId: ...
    @property
    def connection_id(self) -> ConnectionId: ...


log = structlog.get_logger(__name__)


async def take_in(
    services: ConnectionServices, connection: Connected, items: Sequence[Told]
) -> list[tuple[Told, LoggedItem]]:
    """What became of each item. What is refused is recorded: nobody sees these answers. Raises `Problem`."""
    player = services.registry.ref(USER, connection.user_id)
    taken: list[tuple[Told, LoggedItem]] = []
    for batch in _batches(items):
        answer = await player.ask(Intention(LogActivities(batch, from_provider=True)))
        logged: LoggedActivities = answer.body
        taken += zip(batch, logged.activities, strict=True)
    refused = Counter(item.code for _, item in taken if item.status == ItemStatus.REJECTED.value)
    if refused:
        log.info("tracker.refused", connection_id=str(connection.connection_id), codes=dict(refused))
    return taken


def _batches(items: Sequence[Told]) -> Iterator[Sequence[Told]]:
    for start in range(0, len(items), ACTIVITIES_PER_COMMAND_MAX):
        yield items[start : start + ACTIVITIES_PER_COMMAND_MAX]


async def tell(
    services: ConnectionServices,
    connection: Connected,
    provider: Provider,
    news: News,
    activities: int = 0,
) -> None:
    """Put news into the player's inbox, once for each connection."""
    connection_id = connection.connection_id
    wish = TellOfTracker(
        connection_id=connection_id,
        provider=provider.name,
        title=provider.title,
        news=news,
        activities=activities,
    )
    once = Intention(wish, uuid5(connection_id, news.value), request_hash(news.value, connection_id))
    try:
        await services.registry.ref(USER, connection.user_id).ask(once)
    except Problem as problem:  # the connection's status tells it as well
        log.warning("tracker.news_lost", connection_id=str(connection_id), code=problem.code)

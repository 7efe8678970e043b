"""Finds publications that got lost between nodes: what was told is compared with what there is, so that it
is made good within 30 s.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from fittrack.kit.clock import Clock
from fittrack.kit.ids import UserId
from fittrack.kit.problems import Problem
from fittrack.pubsub.messages import position_of
from fittrack.server.client import Client
from fittrack.server.fanout import FanOut
from fittrack.server.hub import Hub
from fittrack.server.ports import Gateway

COMPARE_EVERY_S = 30
"""Seconds within which every connected player is compared once, a thirtieth a second."""

CHANNELS_EVERY_S = 10
"""Seconds between two comparisons of the channels: one that fails still leaves time for the next."""

OVERLAP = timedelta(seconds=15)
"""How far a look at what happened reaches back behind the last one: what a slow transaction wrote appears
late, and clocks differ."""

_log = structlog.get_logger(__name__)


class Reconciler:
    """Compares what this node's connections were sent with what there is."""

    def __init__(self, hub: Hub[Client], fanout: FanOut, gateway: Gateway, clock: Clock) -> None:
        self._hub = hub
        self._fanout = fanout
        self._gateway = gateway
        self._clock = clock
        self._looked_at = clock.now()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to compare."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Compare no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def compare_players(self, user_ids: Sequence[UserId]) -> None:
        """Tell each player's connections the heads of their streams."""
        for user_id, heads in (await self._gateway.heads(user_ids)).items():
            for client in self._hub.connections_of(user_id):
                client.learn(heads)

    async def compare_channels(self) -> None:
        """Publish, on this node, what its channels missed."""
        now, heads = self._clock.now(), self._fanout.heads()
        if heads:
            for at, event in await self._gateway.lasting_since(self._looked_at - OVERLAP):
                self._fanout.remind(event, position_of(at))
        self._looked_at = now
        for channel, seq in heads.items():
            try:
                missed = await self._gateway.missed(channel, seq)
            except Problem as problem:  # whoever knows it cannot be reached: the next comparison asks again
                _log.info("a channel cannot be compared", channel=channel, code=problem.code)
                continue
            for event in missed:
                self._fanout.publish(event)

    async def _run(self) -> None:
        while True:
            user_ids = tuple(self._hub.accounts)
            share = -(-len(user_ids) // COMPARE_EVERY_S)
            for second in range(COMPARE_EVERY_S):
                await self._clock.sleep(1.0)
                try:
                    if part := user_ids[second * share : (second + 1) * share]:
                        await self.compare_players(part)
                    if (second + 1) % CHANNELS_EVERY_S == 0:
                        await self.compare_channels()
                except Exception:
                    _log.exception("heads could not be compared, going on")

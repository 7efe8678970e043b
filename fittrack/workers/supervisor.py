"""All workers together: begun, renewed one after the other, ended."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

import msgspec
import structlog

from fittrack.workers.figures import Figures
from fittrack.workers.limits import EXIT_USAGE, Limits
from fittrack.workers.place import OnDeath, Orders, Place

_log = structlog.get_logger(__name__)


class Supervisor:
    """Keeps `count` workers running. `command` starts one; `on_death` is told of those that died."""

    def __init__(
        self, count: int, command: Sequence[str], on_death: OnDeath, limits: Limits | None = None
    ) -> None:
        orders = Orders(command=command, on_death=on_death, give_up=self._give_up, limits=limits or Limits())
        self._limits, self._stopping = orders.limits, orders.stopping
        self._places = [Place(number, orders) for number in range(1, count + 1)]
        self._renewal_wanted = asyncio.Event()
        self._renews = False
        self._status = 0

    async def run(self, on_serving: Callable[[], None]) -> int:
        """Run until `stop`, or until workers say that none can serve. Returns the exit status.

        `on_serving` is called when a worker has come to serve at each place.
        """
        for place in self._places:
            place.open()
        beside = [
            asyncio.ensure_future(each) for each in (self._greet(on_serving), self._renew(), self._look())
        ]
        await self._stopping.wait()
        for task in beside:
            task.cancel()
        await asyncio.gather(*(place.close() for place in self._places))
        return self._status

    def stop(self) -> None:
        """Have the workers drain and end; said twice, they end at once."""
        at_once = self._stopping.is_set()
        _log.info("workers.stopping", at_once=at_once)
        self._stopping.set()
        for place in self._places:
            if at_once:
                place.kill()
            else:
                place.drain()

    def renew(self) -> None:
        """Replace the workers by new ones, one after the other; clients go over, spread over the drain.

        Said during a renewal, another one follows: whoever is new already began before this word.
        """
        _log.info("workers.renewal_wanted", follows_another=self._renews)
        self._renewal_wanted.set()

    async def _greet(self, on_serving: Callable[[], None]) -> None:
        await asyncio.gather(*(place.served.wait() for place in self._places))
        on_serving()

    async def _renew(self) -> None:
        while True:
            await self._renewal_wanted.wait()
            self._renewal_wanted.clear()
            self._renews = True
            if await self._renew_all():
                _log.info("workers.renewed")
            self._renews = False

    async def _renew_all(self) -> bool:
        """Ends with the first that cannot be renewed: what is wrong with its successor may be so with all."""
        for place in self._places:
            if not await place.renew():
                return False
        return True

    async def _look(self) -> None:
        """End those that stand still, one at each look: what halts all may have passed by the next one, and
        meets those who come as well. Tell the others how things are.
        """
        while True:
            await asyncio.sleep(self._limits.look_every_s)
            stuck = [worker for place in self._places for worker in place.standing_still()]
            for worker in stuck[:1]:
                worker.give_up(round(self._limits.look_every_s * self._limits.silent_looks, 1))
            line = msgspec.json.encode(self._figures())
            for place in self._places:
                place.tell(line)

    def _figures(self) -> Figures:
        empty = [seconds for place in self._places if (seconds := place.empty_s) is not None]
        counts = sum((place.counts for place in self._places), Counter[str]())
        return Figures(
            places=len(self._places), empty=len(empty), empty_s=round(max(empty, default=0.0), 1), **counts
        )

    def _give_up(self) -> bool:
        """Where nobody ever served, nobody will; later, the others go on with what they began with."""
        if any(place.served.is_set() for place in self._places):
            return False
        if not self._stopping.is_set():
            self._status = EXIT_USAGE
            self.stop()
        return True

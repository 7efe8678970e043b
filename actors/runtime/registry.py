"""The registry: all kinds of actors of this process, and the way to each actor."""

from actors.runtime.actor import EntityId
from actors.runtime.doubts import Doubts
from actors.runtime.handoff import Handoff
from actors.runtime.idleness import Sweeper
from actors.runtime.kind import ActorKind
from actors.runtime.lifecycle import Lifecycle
from actors.runtime.metrics import KindMetrics
from actors.runtime.placement import LocalPlacement, Placement
from actors.runtime.population import Population
from actors.runtime.post import Post
from actors.runtime.ref import Ref
from actors.runtime.replies import Replies
from actors.runtime.run_queue import RunQueue
from actors.runtime.shutdown import Shutdown
from actors.runtime.turns import Turns
from fittrack.kit.clock import Clock


class Registry:
    """Actors by kind and id, in memory while they are used. Belongs to one event loop and its thread."""

    def __init__(
        self,
        clock: Clock,
        *,
        placement: Placement | None = None,
        metrics: dict[str, KindMetrics] | None = None,
    ) -> None:
        """`metrics` is filled with one entry per registered kind."""
        self.metrics: dict[str, KindMetrics] = {} if metrics is None else metrics
        self._populations: dict[str, Population] = {}
        self._doubts = Doubts(clock.monotonic)
        replies = Replies(clock)
        run_queue = RunQueue(clock.monotonic)
        lifecycle = Lifecycle(clock, replies, run_queue.push)
        sweeper = Sweeper(clock, self._populations, lifecycle)
        run_queue.serve = Turns(clock, lifecycle, replies).serve
        placement = placement or LocalPlacement()
        self._post = Post(
            clock=clock,
            placement=placement,
            replies=replies,
            run_queue=run_queue,
            lifecycle=lifecycle,
            sweeper=sweeper,
        )
        self._handoff = Handoff(clock.monotonic, self._populations, lifecycle, placement.locate)
        self._shutdown = Shutdown(clock, self._populations, lifecycle, replies, sweeper)

    @property
    def doubted_at(self) -> float:
        """When an activation of any actor was lost last with something under way (`Actor.doubted_at`)."""
        return self._doubts.latest

    def register(self, kind: ActorKind) -> None:
        """Make a kind of actor known."""
        assert kind.name not in self._populations, f"two kinds named {kind.name}"
        metrics = self.metrics.setdefault(kind.name, KindMetrics())
        self._populations[kind.name] = Population(kind, metrics, self._doubts)

    def ref(self, kind: str, entity_id: EntityId) -> Ref:
        """The address of an actor, which need not be in memory. KeyError: no such kind."""
        return Ref(self._post, self._populations[kind], entity_id)

    def is_active(self, kind: str, entity_id: EntityId) -> bool:
        """Whether the actor is in memory, or on its way in or out."""
        return entity_id in self._populations[kind].cells

    async def move_away(self) -> int:
        """The placement changed: let go of the actors that run elsewhere now. Returns how many those are.

        The idle leave at once; others finish what was accepted, answer it, and leave. Messages that come
        meanwhile go to where the actor is now placed.
        """
        return await self._handoff.move_away()

    async def renounce(self) -> int:
        """What is in memory may be outdated: load every actor anew before it takes a further message.

        Turns under way end; what they write is fenced. Returns how many activations were given up.
        """
        return await self._handoff.renounce()

    async def stop(self, timeout_s: float) -> int:
        """Finish gracefully within `timeout_s`; the registry cannot be used afterwards.

        From now on messages are accepted only from turns under way, for actors in memory (else `busy`).
        What was accepted before gets its turn, held replies their outcome; then all actors are
        passivated. When the time is up, turns under way are cancelled and what is unanswered is told so:
        `busy` where nothing happened, `outcome-unknown` where something may have. Returns how many had
        to be given up.
        """
        return await self._shutdown.stop(timeout_s)

"""The seam to other nodes: an actor that lives elsewhere is asked there, by the same rules."""

import pytest

from actors.runtime import ActorKind, EntityId, Listener, Peer, Promise, Registry
from actors.runtime.handoff import FINISHES_WITHIN_S
from actors.runtime.testkit import Do, Notes, Probe, a_probe_kind, a_registry, settle, waiting_for
from fittrack.kit.clock import VirtualClock
from fittrack.kit.problems import NotFound, OutcomeUnknown


class Neighbour:
    """Reaches a registry next door."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def send(
        self,
        kind: str,
        entity_id: EntityId,
        message: object,
        on_reply: Listener | None,
        *,
        timeout_s: float | None,
        cause: str | None,
    ) -> None:
        ref = self.registry.ref(kind, entity_id)
        if on_reply is None:
            ref.tell(message, cause=cause)
        else:
            ref.send(message, on_reply, timeout_s=timeout_s, cause=cause)


class OddOnesElsewhere:
    def __init__(self, elsewhere: Peer) -> None:
        self.elsewhere = elsewhere

    def locate(self, kind: str, entity_id: EntityId) -> Peer | None:
        return self.elsewhere if isinstance(entity_id, int) and entity_id % 2 else None


def two_nodes(kind: ActorKind, other: ActorKind) -> tuple[Registry, Registry, VirtualClock]:
    there, clock = a_registry(other)
    here = Registry(clock, placement=OddOnesElsewhere(Neighbour(there)))
    here.register(kind)
    return here, there, clock


async def test_actors_run_where_they_are_placed() -> None:
    notes_here, notes_there = Notes(), Notes()
    here, _, _ = two_nodes(a_probe_kind(notes_here), a_probe_kind(notes_there))
    assert [await here.ref("probe", who).ask(f"hello {who}") for who in (1, 2)] == ["hello 1", "hello 2"]
    here.ref("probe", 3).tell("news")
    await settle()
    assert notes_here.of("received") == ["hello 2"]
    assert notes_there.of("received") == ["hello 1", "news"]
    assert not here.is_active("probe", 1)


async def test_problems_come_back_from_elsewhere() -> None:
    def refuse(_: Probe) -> object:
        raise NotFound

    here, _, _ = two_nodes(a_probe_kind(Notes()), a_probe_kind(Notes()))
    with pytest.raises(NotFound):
        await here.ref("probe", 1).ask(Do(refuse))


async def test_silence_from_elsewhere_leaves_the_outcome_unknown() -> None:
    here, _, clock = two_nodes(a_probe_kind(Notes()), a_probe_kind(Notes()))
    silent = here.ref("probe", 1).ask(waiting_for(Promise()), timeout_s=2)
    await clock.advance(3)
    with pytest.raises(OutcomeUnknown):
        await silent


class Moving:
    """Everything runs here, until it runs elsewhere."""

    elsewhere: Peer | None = None

    def locate(self, kind: str, entity_id: EntityId) -> Peer | None:
        return self.elsewhere


@pytest.mark.parametrize("wants_to_leave", [False, True])
async def test_an_actor_that_belongs_elsewhere_begins_no_turn_here_after_a_while(
    wants_to_leave: bool,
) -> None:
    notes_here, notes_there, slow = Notes(), Notes(), Promise()
    there, clock = a_registry(a_probe_kind(notes_there))
    placement = Moving()
    here = Registry(clock, placement=placement)
    here.register(a_probe_kind(notes_here))
    ref = here.ref("probe", 1)
    if wants_to_leave:
        ref.tell(Do(Probe.leave))
    first = ref.ask(waiting_for(slow), timeout_s=3 * FINISHES_WITHIN_S)
    await settle()
    waiting = ref.ask("patient", timeout_s=3 * FINISHES_WITHIN_S)
    ref.tell("news")
    placement.elsewhere = Neighbour(there)
    assert await here.move_away() == 1
    await clock.advance(FINISHES_WITHIN_S)
    slow.settle("done")
    assert [await first, await waiting] == ["done", "patient"]
    await settle()
    assert notes_there.of("received") == ["patient", "news"]
    assert "patient" not in notes_here.of("received")
    assert not here.is_active("probe", 1)

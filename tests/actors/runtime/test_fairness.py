"""A burst on one actor starves neither other actors nor the event loop."""

import asyncio

from actors.runtime.run_queue import SLICE_CELLS
from actors.runtime.testkit import Notes, a_probe_kind, a_registry
from actors.runtime.turns import TURNS_IN_A_ROW


async def test_others_get_their_turn_within_a_burst() -> None:
    notes = Notes()
    registry, _ = a_registry(a_probe_kind(notes, mailbox_max=10_000))
    for number in range(10 * TURNS_IN_A_ROW):
        registry.ref("probe", "popular").tell(number)
    await registry.ref("probe", "modest").ask("me too")
    assert notes.of("received").index("me too") <= TURNS_IN_A_ROW


async def test_the_event_loop_breathes_within_a_burst() -> None:
    notes = Notes()
    messages = 3 * SLICE_CELLS * TURNS_IN_A_ROW
    registry, _ = a_registry(a_probe_kind(notes, mailbox_max=messages))
    ref = registry.ref("probe", "popular")
    await ref.ask("load")
    for number in range(messages):
        ref.tell(number)
    breaths = 0
    while len(notes.of("received")) <= messages:
        await asyncio.sleep(0)
        breaths += 1
    assert breaths >= 3

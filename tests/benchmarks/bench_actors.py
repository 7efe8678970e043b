"""The actor runtime against the textbook: an asyncio.Queue and a task for each actor.

Rows are medians of several runs, alternating between the two so that both see the same machine. Rates are
per second of processor time: everything here runs on one thread that never waits, so on an idle machine
that is a second, and on a busy one the figures stay comparable.
`python -m tests.benchmarks.bench_actors` prints them.
"""

import asyncio
import gc
import statistics
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol, TypedDict

import uvloop

from actors.runtime import Actor, ActorKind, Held, Promise, Registry
from fittrack.kit.clock import SystemClock

RUNS = 5
MESSAGES, QUICK_MESSAGES = 40_000, 2_000
ACTORS = 100
IDLE_ACTORS, QUICK_IDLE_ACTORS = 100_000, 1_000

Measurement = Callable[[int], Awaitable[float]]
"""Takes the number of messages, or of actors."""


class Row(TypedDict):
    name: str
    value: float
    unit: str
    target: float | None
    note: str


class Asks(Protocol):
    def ask(self, message: object) -> Awaitable[object]: ...


class Counter(Actor):
    """As little as an actor can do: what is measured is the runtime."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0

    def receive(self, message: object) -> object:
        self.count += 1
        return self.count


class Gate(Actor):
    """Replies are held until the batch commits, as a drawing's are."""

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting: list[Promise] = []

    def receive(self, message: object) -> Held | None:
        if message == "commit":
            batch, self.waiting = self.waiting, []
            for promise in batch:
                promise.settle("durable")
            return None
        self.waiting.append(Promise())
        return Held(self.waiting[-1])


class Forwarder(Actor):
    """Its turn lasts until another actor has replied, as a player's does while buying."""

    __slots__ = ("_registry",)

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def receive(self, message: object) -> Promise:
        answer = Promise()
        self._registry.ref("counter", "shared").send(message, answer.settle)
        return answer


class QueueActor:
    """The textbook's actor: a queue, a task that reads it for ever, a future for each reply."""

    def __init__(self) -> None:
        self.count = 0
        self._queue: asyncio.Queue[tuple[object, asyncio.Future[object]]] = asyncio.Queue(256)
        self._task = asyncio.get_running_loop().create_task(self._serve())

    async def ask(self, message: object) -> object:
        reply: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((message, reply))
        async with asyncio.timeout(10):
            return await reply

    def stop(self) -> None:
        self._task.cancel()

    async def _serve(self) -> None:
        while True:
            _, reply = await self._queue.get()
            self.count += 1
            reply.set_result(self.count)


def a_registry() -> Registry:
    registry = Registry(SystemClock())
    registry.register(ActorKind(name="counter", factory=lambda _: Counter(), active_max=2 * IDLE_ACTORS))
    registry.register(ActorKind(name="gate", factory=lambda _: Gate(), mailbox_max=8_192))
    registry.register(ActorKind(name="forwarder", factory=lambda _: Forwarder(registry)))
    return registry


async def _ask_concurrently(actors: list[Asks], messages: int) -> float:
    """Asks per second of one asker per entry of `actors`, each waiting for its reply before the next."""

    async def ask_often(actor: Asks) -> None:
        for _ in range(messages // len(actors)):
            await actor.ask("count")

    began = time.process_time()
    await asyncio.gather(*(ask_often(actor) for actor in actors))
    return messages / (time.process_time() - began)


async def asks_of_many(messages: int) -> float:
    registry = a_registry()
    return await _ask_concurrently([registry.ref("counter", who) for who in range(ACTORS)], messages)


async def asks_of_one(messages: int) -> float:
    registry = a_registry()
    return await _ask_concurrently([registry.ref("counter", "one") for _ in range(ACTORS)], messages)


async def asks_in_sequence(messages: int) -> float:
    registry = a_registry()
    return await _ask_concurrently([registry.ref("counter", "one")], messages)


async def _of_queues(count: int, askers: int, messages: int) -> float:
    actors = [QueueActor() for _ in range(count)]
    try:
        return await _ask_concurrently([actors[number % count] for number in range(askers)], messages)
    finally:
        for actor in actors:
            actor.stop()


async def queue_asks_of_many(messages: int) -> float:
    return await _of_queues(ACTORS, ACTORS, messages)


async def queue_asks_of_one(messages: int) -> float:
    return await _of_queues(1, ACTORS, messages)


async def queue_asks_in_sequence(messages: int) -> float:
    return await _of_queues(1, 1, messages)


async def sends_of_many(messages: int) -> float:
    """Messages per second in the callback form, which is what the product's hot path uses."""
    registry = a_registry()
    refs = [registry.ref("counter", who) for who in range(ACTORS)]
    replies: list[object] = []
    began = time.process_time()
    for _ in range(messages // ACTORS):
        for ref in refs:
            ref.send("count", replies.append)
        await asyncio.sleep(0)
    await _until(partial(_has_all, replies, messages))
    return messages / (time.process_time() - began)


async def held_replies(messages: int) -> float:
    """Messages per second to one actor that holds its replies for a batch of 512."""
    registry, replies = a_registry(), list[object]()
    ref, batch = registry.ref("gate", 1), 512
    began = time.process_time()
    for sent in range(1, messages + 1):
        ref.send("change", replies.append)
        if sent % batch == 0 or sent == messages:
            ref.tell("commit")
            await _until(partial(_has_all, replies, sent))
    return messages / (time.process_time() - began)


async def forwarded_asks(messages: int) -> float:
    """Round trips per second through two actors, the first of which waits within its turn."""
    registry, replies = a_registry(), list[object]()
    refs = [registry.ref("forwarder", who) for who in range(ACTORS)]
    began = time.process_time()
    for expected in range(ACTORS, messages + 1, ACTORS):
        for ref in refs:
            ref.send("count", replies.append)
        await _until(partial(_has_all, replies, expected))
    return messages / (time.process_time() - began)


async def memory_of_idle(count: int) -> float:
    """Bytes an idle actor takes in memory beside its state (the actor object, its id)."""
    registry, ids = a_registry(), list(range(count))
    state = _traced_growth(lambda: [Counter() for _ in ids]) / count - 8  # the list's own share
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in ids:
        registry.ref("counter", number).tell("count")
    await _until(lambda: registry.metrics["counter"].turns == count)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return grown / count - state


async def memory_of_idle_queues(count: int) -> float:
    """Bytes of an idle actor with a queue and a task."""
    count //= 10
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    actors = [QueueActor() for _ in range(count)]
    await asyncio.gather(*(actor.ask("count") for actor in actors))
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    for actor in actors:
        actor.stop()
    return grown / count


async def _until(is_reached: Callable[[], bool]) -> None:
    while not is_reached():  # noqa: ASYNC110 - an event to wait for would be measured as well
        await asyncio.sleep(0)


def _has_all(replies: list[object], expected: int) -> bool:
    return len(replies) >= expected


def _traced_growth(make: Callable[[], object]) -> float:
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    made = make()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    del made
    return grown


def _medians(*measurements: Measurement, size: int, runs: int = RUNS) -> list[float]:
    results = [[uvloop.run(_awaited(measure, size)) for measure in measurements] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*results, strict=True)]


async def _awaited(measure: Measurement, size: int) -> float:
    return await measure(size)


def run(*, quick: bool = False) -> list[Row]:
    """Measure everything; about half a minute."""
    messages, idle = (QUICK_MESSAGES, QUICK_IDLE_ACTORS) if quick else (MESSAGES, IDLE_ACTORS)
    rows: list[Row] = []
    pairs: list[tuple[str, Measurement, Measurement, float | None]] = [
        (f"asks, {ACTORS} askers of one actor", asks_of_one, queue_asks_of_one, 200_000),
        (f"asks, {ACTORS} askers of {ACTORS} actors", asks_of_many, queue_asks_of_many, 200_000),
        ("asks, one after the other", asks_in_sequence, queue_asks_in_sequence, None),
    ]
    for name, ours, textbook, target in pairs:
        value, baseline = _medians(ours, textbook, size=messages)
        rows.append(_row(name, value, "1/s", target, f"{value / baseline:.1f} times queue and task"))
    for name, measure, note in (
        ("sends with a callback", sends_of_many, f"{ACTORS} actors"),
        ("sends with held replies", held_replies, "one actor, batches of 512"),
        ("sends through two actors", forwarded_asks, "the first one waits in its turn"),
    ):
        rows.append(_row(name, _medians(measure, size=messages)[0], "1/s", None, note))
    value, baseline = _medians(memory_of_idle, memory_of_idle_queues, size=idle, runs=3)
    note = f"{idle} actors, beside their state; queue and task: {baseline:.0f}"
    rows.append(_row("memory of an idle actor", value, "bytes", 300, note))
    return rows


def _row(name: str, value: float, unit: str, target: float | None, note: str) -> Row:
    return {"name": name, "value": round(value), "unit": unit, "target": target, "note": note}


def main() -> None:
    for row in run():
        target = "" if row["target"] is None else f"(target {row['target']:,.0f})"
        print(f"{row['name']:<36}{row['value']:>12,.0f} {row['unit']:<6}{target:<18}{row['note']}")


if __name__ == "__main__":
    main()

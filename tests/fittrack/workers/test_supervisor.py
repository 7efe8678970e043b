"""What the supervisor does when workers die, hang, refuse, or cannot be started: processes behave so.

That real workers are renewed under load is shown in tests/cluster/test_workers.py.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from structlog.testing import capture_logs

from fittrack.workers.figures import Figures
from fittrack.workers.limits import EXIT_USAGE, Limits
from fittrack.workers.supervisor import Supervisor
from tests.fittrack.workers import program
from tests.server import PATIENCE_S
from tests.stage import eventually

Lines = list[MutableMapping[str, Any]]

SOON = Limits(restart_first_s=0.01)
NEVER_S = 10 * PATIENCE_S


class House:
    """A supervisor that runs, and what is known of it."""

    def __init__(self, folder: Path, count: int, limits: Limits, behaves: str, logs: Lines) -> None:
        self._folder, self._logs = folder, logs
        self.mourned: list[str] = []
        self.behave(behaves)
        self._starter, self._away = folder / "starter", folder / "away"
        self._starter.write_text(f'#!/bin/sh\nexec {sys.executable} {program.__file__} {folder} "$@"\n')
        self._starter.chmod(0o700)
        self._supervisor = Supervisor(count, [str(self._starter)], self._mourn, limits)
        self.renew, self.stop = self._supervisor.renew, self._supervisor.stop
        self.serving = asyncio.Event()
        self._running = asyncio.ensure_future(self._supervisor.run(self.serving.set))

    def behave(self, how: str) -> None:
        """How workers behave that are started from now on."""
        (self._folder / "behaves").write_text(how)

    def go(self) -> None:
        """What workers wait for."""
        (self._folder / "go").touch()

    def let_nothing_start(self) -> None:
        """From now on the system gives no process."""
        self._starter.rename(self._away)

    def let_start(self) -> None:
        self._away.rename(self._starter)

    def kill(self, start: int) -> None:
        """The worker of that start, of all of them, is gone at once."""
        self.send(start, signal.SIGKILL)

    def send(self, start: int, number: signal.Signals) -> None:
        """The worker of that start gets that signal."""
        os.kill(self.said("started")[start]["pid"], number)

    def said(self, event: str) -> Lines:
        return [line for line in self._logs if line["event"] == f"workers.{event}"]

    async def hears(self, event: str, times: int = 1) -> MutableMapping[str, Any]:
        """The line that says so for that time."""
        await eventually(lambda: len(self.said(event)) >= times, f"{event}, {times}")
        return self.said(event)[times - 1]

    async def hears_figures(self, number: int, fit: Callable[[Figures], bool]) -> None:
        """The worker of that place is told such figures."""
        heard = self._folder / f"heard {number}"
        await eventually(
            lambda: heard.exists() and fit(msgspec.json.decode(heard.read_bytes(), type=Figures)), "figures"
        )

    async def finds(self, word: str) -> None:
        """A worker has left that word."""
        await eventually((self._folder / word).exists, word)

    async def serves(self) -> None:
        """A worker has come to serve at each place."""
        await asyncio.wait_for(self.serving.wait(), PATIENCE_S)

    async def ended(self) -> int:
        """The exit status."""
        return await asyncio.wait_for(asyncio.shield(self._running), PATIENCE_S)

    @property
    def living(self) -> int:
        """Workers of which no end is known."""
        return len(self.said("started")) - len(self.said("died")) - len(self.said("ended"))

    async def _mourn(self, node: str) -> None:
        self.mourned.append(node)
        raise LookupError("nobody is there to be told")


@asynccontextmanager
async def a_house(
    folder: Path, count: int = 1, limits: Limits = SOON, behaves: str = "serves"
) -> AsyncIterator[House]:
    """Workers that behave so, and serve if it is that; afterwards none is left."""
    with capture_logs() as logs:
        house = House(folder, count, limits, behaves, logs)
        if behaves in ("serves", "lives", "listens"):
            await house.serves()
        yield house
        house.go()
        if not house.said("stopping"):
            house.stop()
            assert await house.ended() == 0
        await house.ended()
        assert not house.living


async def test_a_worker_that_died_and_cannot_be_started_is_tried_again_until_it_can(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.let_nothing_start()
        house.kill(0)
        line = await house.hears("not_started", 2)
        assert line["reason"] == "No such file or directory" and line["again_in_s"] == 0.04
        assert house.said("death_not_told"), "nobody could be told either"
        house.let_start()
        await house.hears("started", 2)
        assert house.living == 1


async def test_a_first_worker_that_breaks_keeps_nobody_from_serving(tmp_path: Path) -> None:
    async with a_house(tmp_path, 2, behaves="breaks") as house:
        assert (await house.hears("died", 2))["status"] == program.BREAKS
        house.behave("serves")
        await house.serves()


async def test_where_settings_are_wrong_no_worker_is_tried_again(tmp_path: Path) -> None:
    async with a_house(tmp_path, 2, behaves="refuses") as house:
        assert await house.ended() == EXIT_USAGE
        assert len(house.said("started")) == 2 and not house.serving.is_set()


async def test_settings_that_became_wrong_end_none_of_those_that_serve(tmp_path: Path) -> None:
    async with a_house(tmp_path, 2) as house:
        house.behave("refuses")
        house.kill(0)
        assert (await house.hears("died", 2))["status"] == EXIT_USAGE
        house.behave("serves")
        await eventually(lambda: house.living == 2)
        assert not house.said("ended")


async def test_a_worker_that_dies_while_its_successor_starts_is_replaced_once(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.behave("waits")
        house.renew()
        await house.hears("started", 2)
        house.kill(0)
        await house.hears("died")
        house.go()
        await house.hears("renewed")
        assert len(house.said("started")) == 2 and house.living == 1
        assert house.mourned == ["node of 1, serves"], "of that one alone"
        house.kill(1)
        await house.hears("started", 3)


async def test_a_worker_that_died_is_started_again_when_its_successor_does_not_come_to_serve(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path) as house:
        house.behave("hangs")
        house.renew()
        await house.finds("hangs 1")
        house.kill(0)
        await house.hears("died")
        house.behave("serves")
        house.kill(1)
        assert (await house.hears("not_renewed"))["reason"] == "it ended with -9 before it served"
        await house.hears("started", 3)
        assert house.living == 1
        assert house.mourned == ["node of 1, serves"], "the other has not said who it is"


async def test_a_worker_that_stands_still_is_replaced_and_one_that_says_nothing_by_habit_is_not(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path, 2, Limits(restart_first_s=0.01, look_every_s=0.01)) as house:
        house.behave("halts")
        house.kill(0)
        await eventually(lambda: list(tmp_path.glob("halts *")), "a halt")
        house.behave("serves")
        line = await house.hears("stuck")
        assert line["pid"] == house.said("started")[2]["pid"]
        assert line["silent_s"] == 0.1
        assert (await house.hears("died", 2))["pid"] == line["pid"]
        await house.hears("started", 4)
        assert [node.split(", ")[1] for node in house.mourned] == ["serves", "halts"]
        assert house.living == 2 and len(house.said("stuck")) == 1, "the other was silent for longer"


async def test_a_supervisor_that_stood_still_itself_holds_that_against_nobody(tmp_path: Path) -> None:
    limits = Limits(look_every_s=0.4, silent_looks=2)
    async with a_house(tmp_path, 2, limits, behaves="lives") as house:
        stood_still_until = time.monotonic() + 4 * limits.look_every_s
        while time.monotonic() < stood_still_until:
            time.sleep(0.1)  # noqa: ASYNC251 - that is what it does
        house.renew()
        await house.hears("renewed")
        assert not house.said("stuck")


async def test_who_tells_workers_to_renew_themselves_ends_none(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.send(0, signal.SIGHUP)
        house.send(0, signal.SIGTERM)
        assert (await house.hears("died"))["status"] == 0, "that it takes"


async def test_a_successor_that_never_serves_is_ended_and_the_former_goes_on(tmp_path: Path) -> None:
    async with a_house(tmp_path, 2, Limits(serve_within_s=0.1)) as house:
        house.behave("hangs")
        house.renew()
        line = await house.hears("not_renewed")
        assert line["reason"] == "it did not serve within 0.1 s"
        assert line["pid"] == (await house.hears("ended"))["pid"] == house.said("started")[2]["pid"]
        assert len(house.said("started")) == 3 and house.living == 2


async def test_a_renewal_for_which_there_is_no_process_leaves_all_as_it_was(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.let_nothing_start()
        house.renew()
        assert (await house.hears("not_renewed"))["reason"] == "No such file or directory"
        assert house.living == 1
        house.let_start()
        house.renew()
        await house.hears("renewed")


async def test_a_renewal_that_is_wanted_during_another_follows_it(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.behave("waits")
        house.renew()
        await house.hears("started", 2)
        house.renew()
        house.renew()
        assert [line["follows_another"] for line in house.said("renewal_wanted")] == [False, True, True]
        house.go()
        await house.hears("renewed", 2)
        assert len(house.said("started")) == 3 and house.living == 1


async def test_told_to_stop_during_a_renewal_all_drain_and_nobody_is_started_any_more(tmp_path: Path) -> None:
    async with a_house(tmp_path, 2, behaves="drains") as house:
        await house.serves()
        house.behave("serves")
        house.renew()
        await house.finds("drains 1")
        house.stop()
        await house.finds("drains 2")
        house.go()
        assert await house.ended() == 0
        assert len(house.said("started")) == 3
        formers = {line["pid"] for line in house.said("started")[:2]}
        assert [line["status"] for line in house.said("ended") if line["pid"] in formers] == [0, 0]


async def test_told_to_stop_before_a_worker_is_started_again_it_ends_at_once(tmp_path: Path) -> None:
    async with a_house(tmp_path, limits=Limits(restart_first_s=10 * PATIENCE_S)) as house:
        house.kill(0)
        await house.hears("died")


async def test_a_worker_that_does_not_end_is_killed_when_its_time_is_up(tmp_path: Path) -> None:
    async with a_house(tmp_path, limits=Limits(end_within_s=0.1), behaves="ignores") as house:
        await house.serves()
        house.renew()
        line = await house.hears("killed")
        assert line["pid"] == house.said("started")[0]["pid"]
        assert line["reason"] == "it had 0.1 s to drain and end, and did not"
        await house.hears("renewed")


async def test_told_to_stop_twice_all_end_at_once(tmp_path: Path) -> None:
    async with a_house(tmp_path, behaves="ignores") as house:
        await house.serves()
        house.stop()
        house.stop()
        assert await house.ended() == 0
        assert not house.said("killed")


async def test_a_worker_that_comes_late_to_serve_is_reported(tmp_path: Path) -> None:
    async with a_house(tmp_path, limits=Limits(serve_within_s=0.01), behaves="waits") as house:
        assert (await house.hears("not_serving"))["reason"] == "it has not come to serve in 0.01 s"
        house.go()
        await house.serves()


async def test_workers_that_listen_are_told_of_all(tmp_path: Path) -> None:
    limits = Limits(restart_first_s=0.01, look_every_s=0.01, serve_within_s=PATIENCE_S)
    async with a_house(tmp_path, 2, limits, behaves="listens") as house:
        await house.hears_figures(2, lambda told: told == Figures(places=2))
        house.let_nothing_start()
        house.kill(0)
        await house.hears_figures(2, lambda told: (told.empty, told.died) == (1, 1) and told.empty_s > 0)
        house.let_start()
        await house.hears_figures(1, lambda told: told == Figures(places=2, died=1))
        house.renew()
        await house.hears("renewed")
        house.behave("breaks")
        house.renew()
        await house.hears("not_renewed")
        house.behave("halts")
        house.kill(4)
        await house.finds("halts 2")
        house.behave("listens")
        await house.hears("stuck")
        await house.hears_figures(
            1, lambda told: (told.died, told.stuck, told.renewed, told.not_renewed) == (2, 1, 2, 1)
        )

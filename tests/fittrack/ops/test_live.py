"""The channel `ops` over real WebSockets: figures each second, actions as they happen, alerts."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from fittrack.accounts.commands import ChangeStatus
from fittrack.activities.commands import LogActivities
from fittrack.db.handles import Connection
from fittrack.db.journal.errors import NotStored
from fittrack.db.tables.messages import mail_outbox
from fittrack.drawings.commands import CancelDrawing
from fittrack.kit.clock import _turn_loop
from fittrack.kit.idempotency import intend
from fittrack.kit.ids import uuid7
from fittrack.kit.origin import Origin
from fittrack.kit.standing import AccountStatus, Role
from fittrack.ops.queries import Done
from fittrack.ops.room import action_shape
from fittrack.server.asking import DRAWING, USER
from tests.actors.beacon_house import fetched
from tests.actors.house import NOON, House, a_house, hard_day
from tests.beacons import OWN_CHAIN, FakeDrand, a_drand
from tests.door import Door, a_player, an_admin, opened
from tests.fittrack.db.faults import Failure, Watched, watched_store
from tests.server import Address
from tests.wire import Frame, Wire, wired
from tests.world import enrol

OTHER_KEYS = "other:" + b64encode(bytes(32)).decode()
"""Not those under which the secrets of a drawing were sealed."""


class Disk:
    """What the database writes to: full, when a test says so."""

    def __init__(self) -> None:
        self.is_full = False

    def store(self, engine: Engine) -> Watched:
        return watched_store(engine, self._step)

    def _step(self, name: str) -> None:
        if self.is_full and name == "insert":
            raise Failure.FULL.error()


class Watch:
    """A house with a door, an admin, a disk, and a beacon whose rounds cannot be had at first."""

    def __init__(self, house: House, admin: Door, drand: FakeDrand, disk: Disk) -> None:
        self.house, self.admin, self.drand, self.disk = house, admin, drand, disk
        drand.is_down = True

    def watching(self) -> AbstractAsyncContextManager["Watcher"]:
        """Somebody who listens to the channel."""
        return watching(self.house, self.admin)

    def origin(self) -> Origin:
        return Origin(self.admin.user_id, "127.0.0.1", "a-request")

    async def drawing_waits(self) -> str:
        """A drawing whose time has come, and whose beacon's round has not."""
        house, now = self.house, self.house.clock.now()
        drawing_id = await house.drawing(
            ticket_sales_close=now + timedelta(seconds=2), drawing_time=now + timedelta(seconds=3)
        )
        await house.pass_time(seconds=2)
        for _ in range(3):
            await house.pass_time(seconds=50)
            await fetched(house)
        return str(drawing_id)


class Watcher:
    """What somebody hears who listens."""

    def __init__(self, house: House, wire: Wire) -> None:
        self.house, self.wire = house, wire

    @property
    def snapshot(self) -> Any:
        return next(frame["d"] for frame in self.wire.frames if frame["t"] == "snapshot")

    async def tick(self, seconds: int = 1) -> None:
        """Let that many seconds pass, each heard before the next."""
        for _ in range(seconds):
            heard = len(self.all("ops.live"))
            await self.house.clock.advance(1)
            while len(self.all("ops.live")) == heard:
                assert await self.wire.read()

    async def hear(self, kind: str) -> Any:
        """The next of that type, within a minute."""
        known = len(self.all(kind))
        for _ in range(60):
            await self.tick()
            if len(self.all(kind)) > known:
                return self.all(kind)[-1]["d"]
        raise AssertionError(f"no {kind} within a minute")

    def all(self, kind: str) -> list[Frame]:
        return [frame for frame in self.wire.frames if frame["t"] == kind]

    def of(self, code: str) -> list[Any]:
        """What was said of that alert."""
        return [frame["d"] for frame in self.all("ops.alert") if frame["d"]["code"] == code]


def address_of(somebody: Door) -> Address:
    return Address(somebody.client.server.port or 0)


@asynccontextmanager
async def watching(house: House, admin: Door) -> AsyncIterator[Watcher]:
    """An admin listens to the channel."""
    async with wired(address_of(admin), admin.token) as wire:
        await wire.send({"t": "sub", "id": "sub", "ch": "ops"})
        await wire.until("snapshot")
        yield Watcher(house, wire)


@pytest.fixture
async def watch(tmp_path: Path) -> AsyncIterator[Watch]:
    disk = Disk()
    async with (
        a_drand() as drand,
        a_house(tmp_path, chain=OWN_CHAIN, store=disk.store, DRAND_URL=drand.url) as house,
        opened(house.node) as client,
    ):
        yield Watch(house, await an_admin(house, client), drand, disk)


async def test_figures_come_once_a_second(watch: Watch) -> None:
    house = watch.house
    drawing_id = await house.drawing()
    player = await house.player(days=1)
    async with watch.watching() as watcher:
        assert watcher.snapshot["live"]["connections"] == 1
        for _ in range(3):
            await house.buy(player, drawing_id, 1)
        await watcher.tick()
        live = watcher.all("ops.live")[0]["d"]
        assert live["purchases_per_s"] == 3
        assert live["connections"] == 1
        assert live["actors"] >= 2
        assert live["messages_per_s"] >= 6
        assert live["journal_batches_per_s"] >= 3
        assert live["errors_per_s"] == 0
        await watcher.tick(2)
        assert [frame["d"]["purchases_per_s"] for frame in watcher.all("ops.live")] == [3, 0, 0]
        positions = [frame["seq"] for frame in watcher.all("ops.live")]
        assert positions == sorted(set(positions))


async def test_nothing_is_computed_while_nobody_watches(watch: Watch) -> None:
    ops = watch.house.node.server.watching.room
    assert not ops.is_running
    async with watch.watching() as watcher:
        await watcher.tick()
        assert ops.is_running
        await watcher.wire.send({"t": "unsub", "id": "unsub", "ch": "ops"})
        await watcher.wire.answers(["unsub"])
        while ops.is_running:
            await watch.house.clock.advance(1)
    async with watch.watching() as watcher:
        await watcher.tick()
        assert ops.is_running


async def test_what_an_admin_does_is_told_once_without_what_is_personal(watch: Watch) -> None:
    player = await a_player(watch.house, watch.admin.client, "joe", display_name="Joe")
    async with watch.watching() as watcher:
        wish = ChangeStatus(status=AccountStatus.BANNED, reason="Joe Smith cheats")
        await watch.house.node.registry.ref(USER, player.user_id).ask(intend(wish, None, watch.origin()))
        action = await watcher.hear("ops.action")
        assert (action["actor"], action["action"]) == ("boss@test.example", "user.status")
        assert (action["entity_type"], action["entity_id"]) == ("user", str(player.user_id))
        assert action["reason"] is None
        drawing_id = await watch.house.drawing()
        wish_of_drawing = CancelDrawing("The sponsor withdrew")
        cancel = intend(wish_of_drawing, None, watch.origin())
        await watch.house.node.registry.ref(DRAWING, drawing_id).ask(cancel)
        await watcher.tick(15)
        told = [frame["d"] for frame in watcher.all("ops.action")]
        assert [each["action"] for each in told if each["actor"] != "system"] == [
            "user.status",
            "drawing.cancel",
        ]
        assert told[-1]["reason"] == "The sponsor withdrew"
        assert len({each["audit_id"] for each in told}) == len(told)
    async with watch.watching() as late:
        assert late.snapshot["actions"][0]["action"] == "drawing.cancel"
        await late.tick(3)
        assert late.all("ops.action") == []


async def test_what_an_admin_has_open_is_told_to_those_who_watch(watch: Watch) -> None:
    sponsor = str(uuid7())
    async with watch.watching() as watcher:
        for gone in (False, True):
            said = {"entity_type": "sponsor", "entity_id": sponsor, "gone": gone}
            assert (await watch.admin.post("/admin/live/looking", said))[0] == 204
        await watcher.tick()
        told = [frame["d"] for frame in watcher.all("ops.looking")]
    assert [(each["actor"], each["entity_id"], each["gone"]) for each in told] == [
        ("boss@test.example", sponsor, False),
        ("boss@test.example", sponsor, True),
    ]


async def test_what_is_done_to_a_players_review_names_the_review(watch: Watch) -> None:
    review_id = uuid7()
    after = f'{{"review_id":"{review_id}","status":"cleared"}}'.encode()
    done = Done(uuid7(), NOON, None, "user.resolve_review", "user", str(uuid7()), "Looked at", after)
    assert action_shape(done).part == review_id
    assert action_shape(done._replace(after=None)).part is None


async def test_a_draw_that_does_not_take_place_is_an_alert_until_it_does(watch: Watch) -> None:
    drawing_id = await watch.drawing_waits()
    async with watch.watching() as watcher:
        (alert,) = watcher.snapshot["alerts"]
        assert (alert["code"], alert["subject"]) == ("draw-waits-for-beacon", drawing_id)
        assert (alert["severity"], alert["cleared"]) == ("critical", False)
        watch.drand.is_down = False
        while not watcher.all("ops.alert"):  # a round is asked for again after a minute
            await watcher.tick(10)
            await watch.house.node.jobs.tend_drawings()
            await fetched(watch.house)
        cleared = watcher.all("ops.alert")[0]["d"]
        assert (cleared["code"], cleared["subject"]) == ("draw-waits-for-beacon", drawing_id)
        assert cleared["cleared"] is True
    async with watch.watching() as late:
        assert late.snapshot["alerts"] == []


async def test_a_draw_whose_secrets_nobody_can_open_is_an_alert_until_the_keys_are_back(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path) as house:
        drawing_id = str(await house.drawing())
        await house.pass_time(hours=1)
    at = NOON + timedelta(hours=1, minutes=5)
    async with a_house(tmp_path, start=at, TOKEN_KEYS=OTHER_KEYS) as house, opened(house.node) as client:
        admin = await an_admin(house, client, "ann")
        async with watching(house, admin) as watcher:
            house.clock.settle = _turn_loop  # who crashed is not quiet until time has passed
            await house.node.jobs.tend_drawings()
            while not (alerts := watcher.of("draw-failed")):
                await watcher.tick()
        assert (alerts[0]["subject"], alerts[0]["severity"]) == (drawing_id, "critical")
    at += timedelta(minutes=5)
    async with a_house(tmp_path, start=at) as house, opened(house.node) as client:
        admin = await an_admin(house, client, "bob")
        async with watching(house, admin) as watcher:
            assert [alert["code"] for alert in watcher.snapshot["alerts"]] == ["draw-failed"]
            await house.node.jobs.tend_drawings()
            cleared = await watcher.hear("ops.alert")
        assert (cleared["code"], cleared["subject"]) == ("draw-failed", drawing_id)
        assert cleared["cleared"] is True


async def test_a_database_that_takes_nothing_is_an_alert_until_it_has_taken_all_for_a_minute(
    watch: Watch,
) -> None:
    player = await watch.house.player(days=0)
    async with watch.watching() as watcher:
        watch.disk.is_full = True
        with pytest.raises(NotStored):
            await watch.house.do(player, LogActivities([hard_day(watch.house.clock, 1)]))
        alert = await watcher.hear("ops.alert")
        assert (alert["code"], alert["severity"], alert["cleared"]) == ("journal-failing", "critical", False)
        watch.disk.is_full = False
        await watch.house.do(player, LogActivities([hard_day(watch.house.clock, 1)]))
        await watcher.tick(59)
        assert len(watcher.all("ops.alert")) == 1
        cleared = await watcher.hear("ops.alert")
        assert (cleared["code"], cleared["cleared"]) == ("journal-failing", True)


async def test_an_event_loop_that_is_late_is_an_alert_until_it_is_in_time(watch: Watch) -> None:
    async with watch.watching() as watcher:
        await watcher.tick()
        watch.house.clock.leap_to(watch.house.clock.now() + timedelta(seconds=1.5))  # nothing had its turn
        late = await watcher.hear("ops.alert")
        assert (late["code"], late["severity"], late["cleared"]) == ("loop-lag", "warning", False)
        assert max(frame["d"]["loop_lag_ms"] for frame in watcher.all("ops.live")) == 500
        cleared = await watcher.hear("ops.alert")
        assert (cleared["code"], cleared["cleared"]) == ("loop-lag", True)


async def test_letters_that_were_given_up_are_an_alert_for_a_day(watch: Watch) -> None:
    async with watch.watching() as watcher:
        await watch.house.node.journal.transact(give_up_a_letter, watch.house.clock.now())
        alert = await watcher.hear("ops.alert")
        assert (alert["code"], alert["severity"], alert["cleared"]) == ("mail-dead-letters", "warning", False)
        await watcher.tick(12)
        assert len(watcher.all("ops.alert")) == 1  # it is told once
        await watch.house.node.journal.transact(forget_letters)
        assert (await watcher.hear("ops.alert"))["cleared"] is True


async def test_actors_that_crash_are_an_alert_for_a_minute(watch: Watch) -> None:
    async with watch.watching() as watcher:
        watch.house.node.registry.ref(USER, watch.admin.user_id).tell("what no player understands")
        alert = await watcher.hear("ops.alert")
        assert (alert["code"], alert["subject"]) == ("actors-failing", "user")
        assert max(frame["d"]["errors_per_s"] for frame in watcher.all("ops.live")) >= 1
        await watcher.tick(59)
        assert len(watcher.all("ops.alert")) == 1
        assert (await watcher.hear("ops.alert"))["cleared"] is True


async def test_the_same_is_there_over_rest(watch: Watch) -> None:
    drawing_id = await watch.drawing_waits()
    live = await watch.admin.get("/admin/live")
    assert live["live"]["connections"] == 0
    assert [alert["subject"] for alert in live["alerts"]] == [drawing_id]
    assert live["actions"][0]["action"] == "drawing.close"
    assert not watch.house.node.server.watching.room.is_running
    async with watch.watching() as watcher:
        await watcher.tick()
        assert (await watch.admin.get("/admin/live"))["live"] == watcher.all("ops.live")[-1]["d"]


async def test_nobody_but_admins_listens(watch: Watch) -> None:
    member = await enrol(watch.house.node, "joe")
    async with wired(address_of(watch.admin), member.token) as wire:
        await wire.send({"t": "sub", "id": "sub", "ch": "ops"})
        answer = (await wire.answers(["sub"]))["sub"]
        assert (answer["t"], answer["d"]["code"]) == ("err", "forbidden")
    assert not watch.house.node.server.watching.room.is_running
    other = await enrol(watch.house.node, "ann", role=Role.ADMIN)
    async with wired(address_of(watch.admin), other.token) as wire:
        await wire.send({"t": "sub", "id": "sub", "ch": "ops"})
        assert (await wire.answers(["sub"]))["sub"]["t"] == "ok"


def give_up_a_letter(conn: Connection, now: Any) -> None:
    conn.execute(
        insert(mail_outbox).values(
            mail_id=uuid7(),
            template="general",
            attempts=9,
            failed_at=now,
            last_error="refused",
            created_at=now,
        )
    )


def forget_letters(conn: Connection) -> None:
    conn.execute(update(mail_outbox).values(last_error=None))

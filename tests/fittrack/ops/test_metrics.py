"""What a node exports: figures that are right, names that keep to conventions, labels that cannot grow."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio

from fittrack.app import Node
from fittrack.drawings.commands import ExecuteDrawing
from fittrack.kit.problems import Problem
from fittrack.workers.figures import Figures
from fittrack.workers.metrics import WorkersCollector
from protocol.close_codes import CloseCode
from tests.actors.beacon_house import pass_the_close_and_the_draw, sold_drawing
from tests.actors.house import House, a_house
from tests.deploy.promql import OF_LIBRARIES as LIBRARIES_EXPORT
from tests.docs.pages import bare, table, text_of
from tests.door import Client, a_player, opened
from tests.exported import Exported, exported_by
from tests.fittrack.ops.test_live import OTHER_KEYS, Disk
from tests.redis_server import first_of_two_free_ports, redis_server
from tests.server import Address
from tests.wire import wired
from tests.world import migrated, no_fatal, settings_for

OF_LIBRARIES = ("process_", "python_")
"""What prometheus-client exports by itself, under the names that every Python program has."""

LABEL_VALUES_MAX = 400
"""Of one label: there are some two hundred routes."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as house:
        yield house


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    async with opened(house.node) as client:
        yield client


async def test_purchases_are_counted_when_they_are_durable_and_refusals_by_their_reason(
    house: House, client: Client
) -> None:
    drawing_id, joe = await house.drawing(), await house.player()
    for quantity in (1, 2):
        await house.buy(joe, drawing_id, quantity)
    with pytest.raises(Problem):
        await house.buy(joe, drawing_id, 1_000)
    seen = await exported_by(client)
    assert seen.value("fittrack_purchases_total") == 2
    assert seen.value("fittrack_tickets_sold_total") == 3
    assert seen.value("fittrack_purchases_refused_total", problem="insufficient-points") == 1
    assert seen.value("fittrack_journal_batch_units_count") == seen.value("fittrack_journal_batches_total")
    assert seen.value("fittrack_journal_batch_units_sum") == seen.value("fittrack_journal_units_total")
    assert seen.value("fittrack_database_read_seconds_count") > 0


async def test_draws_are_counted_by_outcome(house: House, client: Client) -> None:
    drawing_id = await sold_drawing(house)
    with pytest.raises(Problem):
        await house.run(drawing_id, ExecuteDrawing(None))
    await pass_the_close_and_the_draw(house)
    seen = await exported_by(client)
    assert seen.value("fittrack_draws_total", outcome="refused") == 1
    assert seen.value("fittrack_draws_total", outcome="completed") == 1
    assert seen.value("fittrack_draw_seconds_count") == 1
    assert seen.value("fittrack_draws_total", outcome="failed") == 0


async def test_a_draw_that_cannot_be_made_is_counted_and_found_overdue(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await sold_drawing(house)
        await house.pass_time(hours=1)
        now = house.clock.now()
    async with a_house(tmp_path, start=now, TOKEN_KEYS=OTHER_KEYS) as house, opened(house.node) as client:
        await house.pass_time(minutes=8)
        await house.node.partners.backlogs.look()
        seen = await exported_by(client)
        assert seen.value("fittrack_draws_total", outcome="failed") >= 1
        assert seen.value("fittrack_draws_overdue") == 1


async def test_connections_are_counted_with_the_code_that_ended_them(house: House, client: Client) -> None:
    joe = await a_player(house, client, "joe", display_name="Joe")
    address = Address(client.server.port or 0)
    async with wired(address, joe.token) as wire:
        await wire.send({"t": "tickets.buy", "id": 1, "key": str(uuid4()), "d": _purchase()})
        await wire.answers([1])
        seen = await exported_by(client)
        assert seen.value("fittrack_websocket_connections") == 1
        assert seen.value("fittrack_websocket_commands_total", command="tickets.buy") == 1
        assert seen.value("fittrack_websocket_errors_total", problem="not-found") == 1
        await joe.post("/auth/logout")
        while await wire.read():
            pass
    seen = await exported_by(client)
    assert seen.value("fittrack_websocket_closed_total", code=str(int(CloseCode.REVOKED))) == 1
    assert seen.value("fittrack_websocket_connections") == 0
    assert seen.value("fittrack_websocket_opened_total") == 1


async def test_a_broadcast_shows_how_soon_its_subscribers_heard_of_it(house: House, client: Client) -> None:
    drawing_id = await house.drawing()
    joe = await a_player(house, client, "joe", display_name="Joe")
    async with wired(Address(client.server.port or 0), joe.token) as wire:
        await wire.send({"t": "sub", "id": 1, "ch": f"drawing:{drawing_id}"})
        await wire.until("snapshot")
        await house.buy(await house.player("ann"), drawing_id, 1)
        await house.clock.advance(1)
        await wire.until("drawing.tick")
    seen = await exported_by(client)
    assert seen.value("fittrack_websocket_publish_lag_seconds_count") >= 1
    assert seen.value("fittrack_websocket_deliveries_total") >= 1


async def test_what_a_database_refuses_is_counted(tmp_path: Path) -> None:
    disk = Disk()
    async with a_house(tmp_path, store=disk.store) as house, opened(house.node) as client:
        drawing_id, joe = await house.drawing(), await house.player()
        disk.is_full = True
        with pytest.raises(Problem):
            await house.buy(joe, drawing_id, 1)
        disk.is_full = False
        assert (await exported_by(client)).value("fittrack_journal_not_stored_total") >= 1


def _purchase() -> dict[str, object]:
    return {"drawing_id": str(uuid4()), "quantity": 1}


# --- A running node ---------------------------------------------------------------------------------------


class Nodes:
    """Two workers on one port, over a real Redis, each with its own door for metrics."""

    def __init__(self, url: str, doors: tuple[str, str], http: aiohttp.ClientSession) -> None:
        self.url, self.doors, self._http = url, doors, http

    async def exported(self, worker: int) -> Exported:
        async with self._http.get(f"{self.doors[worker - 1]}/metrics") as response:
            return Exported(await response.text())

    async def disturb(self) -> None:
        """What strangers may send: addresses, methods, ids, headers and close codes of their own choice."""
        word = uuid4().hex
        for method, path in (
            ("GET", f"/{word}"),
            ("GET", f"/api/v1/drawings/{word}"),
            ("GET", f"/api/v1/drawings/{uuid4()}"),
            ("PROPFIND", f"/api/v1/{word}"),
            ("GET", f"/problems/{word}"),
        ):
            headers = {"X-Request-ID": word, "User-Agent": word, "Host": word}
            async with self._http.request(method, self.url + path, headers=headers) as response:
                await response.read()
        async with self._http.ws_connect(f"{self.url}/ws", protocols=("fittrack.v1.json",)) as socket:
            await socket.receive_json()
            await socket.send_str(f'{{"t": "{word}", "id": "{word}"}}')
            await socket.close(code=3000 + int(word, 16) % 1000)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def nodes(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Nodes]:
    folder, first = tmp_path_factory.mktemp("workers"), first_of_two_free_ports()
    with redis_server(folder) as redis:
        settings = migrated(
            settings_for(folder, REDIS_URL=redis.url, METRICS_PORT=str(first), WS_DRAIN_SECONDS="0")
        )
        running = [Node(settings, on_fatal=no_fatal) for _ in range(2)]
        port = await running[0].start("127.0.0.1", 0, worker=1)
        await running[1].start("127.0.0.1", port, worker=2)
        for node in running:
            node.metrics.register(WorkersCollector(lambda: Figures(places=2)))
        doors = (f"http://127.0.0.1:{first}", f"http://127.0.0.1:{first + 1}")
        async with aiohttp.ClientSession() as http:
            yield Nodes(f"http://127.0.0.1:{port}", doors, http)
        await asyncio.gather(*(node.stop() for node in running))


of_nodes = pytest.mark.asyncio(loop_scope="module")


@of_nodes
async def test_each_worker_is_asked_at_a_port_of_its_own(nodes: Nodes) -> None:
    for worker in (1, 2):
        assert (await nodes.exported(worker)).value("fittrack_node_info", worker=str(worker)) == 1


@of_nodes
async def test_the_page_of_metrics_names_what_a_node_exports_and_nothing_else(nodes: Nodes) -> None:
    await nodes.disturb()
    documented = {bare(row["metric"]): row for row in table(text_of("docs/metrics.md"), "metric")}
    found: dict[str, set[str]] = {}
    for worker in (1, 2):
        seen = await nodes.exported(worker)
        assert set(seen.families) >= LIBRARIES_EXPORT
        own = {name for name in seen.families if not name.startswith(OF_LIBRARIES)}
        assert own == set(documented)
        for name in own:
            assert seen.families[name].type == documented[name]["type"], name
            found[name] = found.get(name, set()) | seen.labels(name)
    for name, labels in found.items():
        named = set(re.findall(r"`(\w+)`", documented[name]["labels"]))
        assert labels <= named, name
        assert labels == named or not labels, name


@of_nodes
async def test_names_keep_to_the_conventions(nodes: Nodes) -> None:
    for name, family in (await nodes.exported(1)).families.items():
        if name.startswith(OF_LIBRARIES):
            continue
        assert re.fullmatch(r"fittrack_[a-z]+(_[a-z]+)*", name), name
        assert family.documentation.endswith("."), name
        assert name.endswith("_total") == (family.type == "counter"), name
        assert not re.search(r"_(ms|milliseconds|minutes|hours|kb|kib|mb|percent)(_|$)", name), name
        if family.type == "histogram":
            assert name.endswith(("_seconds", "_units")), name


@of_nodes
async def test_strangers_cannot_make_labels(nodes: Nodes) -> None:
    for _ in range(3):  # either worker has answered by then, or not: both have seen it all before
        await nodes.disturb()
    known = {each for worker in (1, 2) for each in (await nodes.exported(worker)).series}
    for _ in range(6):
        await nodes.disturb()
    for worker in (1, 2):
        seen = await nodes.exported(worker)
        assert {name for name, _ in seen.series - known} <= {"fittrack_job_done_timestamp_seconds"}
        for family in seen.families.values():
            for label in {label for sample in family.samples for label in sample.labels}:
                values = {sample.labels.get(label) for sample in family.samples}
                assert len(values) <= LABEL_VALUES_MAX, (family.name, label)

"""What probes are told."""

import asyncio

import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry, Counter
from yarl import URL

from fittrack.kit.problems import Busy
from fittrack.server import health
from fittrack.server.headers import HeaderPolicy
from fittrack.server.health import HealthReporter, health_routes
from fittrack.server.http import make_application
from fittrack.server.metrics_door import metrics_route


class Part:
    """A part of the node that can be broken."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.asked = 0

    async def check(self) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error


@pytest.fixture
def database() -> Part:
    return Part()


@pytest.fixture
def reporter(clock, database) -> HealthReporter:
    reporter = HealthReporter(clock, "1.2")
    reporter.watch("database", database.check)
    return reporter


@pytest.fixture
async def probe(reporter, authenticator, clock, metrics: CollectorRegistry):
    routes = [*health_routes(reporter), metrics_route(metrics)]
    app = make_application(routes, authenticator=authenticator, clock=clock, policy=HeaderPolicy())
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_a_well_node_is_ready(probe):
    for path in ("/health", "/health/ready"):
        response = await probe.get(path)
        assert response.status == 200
        assert await response.json() == {
            "status": "ok",
            "version": "1.2",
            "parts": {"database": {"status": "ok", "detail": ""}},
        }


@pytest.mark.parametrize(
    ("error", "detail"), [(Busy("No room"), "No room"), (OSError("/secret/path"), "OSError")]
)
async def test_the_failing_part_is_named_without_its_secrets(probe, database, error, detail):
    database.error = error
    response = await probe.get("/health/ready")
    assert response.status == 503
    assert (await response.json())["parts"] == {"database": {"status": "failing", "detail": detail}}


async def test_a_node_that_cannot_serve_still_lives(probe, database):
    database.error = OSError()
    assert (await probe.get("/health/live")).status == 200


async def test_a_part_that_does_not_answer_is_failing(reporter, monkeypatch):
    monkeypatch.setattr(health, "CHECK_WITHIN_S", 0)
    reporter.watch("redis", asyncio.Event().wait)
    report = await reporter.report()
    assert report.parts["redis"].detail == "did not answer in time"


async def test_a_draining_node_is_not_ready(probe, reporter):
    reporter.drain()
    response = await probe.get("/health/ready")
    assert response.status == 503
    assert (await response.json())["status"] == "draining"


async def test_many_probes_ask_the_parts_once_a_second(reporter, database, clock):
    await asyncio.gather(*(reporter.report() for _ in range(20)))
    assert database.asked == 1
    await clock.advance(1)
    await reporter.report()
    assert database.asked == 2


async def test_metrics_are_shown_as_prometheus_reads_them(probe, metrics):
    Counter("sneezes", "Sneezes", registry=metrics).inc()
    response = await probe.get("/metrics")
    assert "sneezes_total 1.0" in await response.text()
    assert response.headers["Content-Type"].startswith("text/plain; version=")


async def test_another_spelling_of_the_address_does_not_lead_past_a_proxy_to_the_metrics(probe):
    assert (await probe.get("/metrics?name=x")).status == 200
    response = await probe.get(URL("/%6Detrics", encoded=True))
    assert (response.status, (await response.json())["code"]) == (404, "not-found")

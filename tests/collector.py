"""A collector of spans for tests: OTLP over HTTP, as OpenTelemetry's exporters send it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


class Seen(NamedTuple):
    """A span that ended."""

    name: str
    process: str
    """Who recorded it."""
    trace: str
    id: str
    parent: str
    links: frozenset[str]
    """Spans of other traces that it was for."""
    error: bool


class Collector:
    """What came so far."""

    def __init__(self) -> None:
        self.spans: list[Seen] = []
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        export = ExportTraceServiceRequest.FromString(await request.read())
        for resource in export.resource_spans:
            facts = {each.key: each.value.string_value for each in resource.resource.attributes}
            assert facts["service.name"] == "fittrack"
            for scope in resource.scope_spans:
                self.spans += (
                    Seen(
                        span.name,
                        facts["service.instance.id"],
                        span.trace_id.hex(),
                        span.span_id.hex(),
                        span.parent_span_id.hex(),
                        frozenset(link.span_id.hex() for link in span.links),
                        span.status.code == span.status.STATUS_CODE_ERROR,
                    )
                    for span in scope.spans
                )
        return web.Response(
            body=ExportTraceServiceResponse().SerializeToString(), content_type="application/x-protobuf"
        )

    def of_trace(self, trace: str) -> list[Seen]:
        return [span for span in self.spans if span.trace == trace]


@asynccontextmanager
async def a_collector() -> AsyncIterator[Collector]:
    """One at a free port."""
    collector = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", collector.receive)
    async with TestServer(app) as server:
        collector.url = str(server.make_url("/")).rstrip("/")
        yield collector

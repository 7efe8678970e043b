"""Spans by OpenTelemetry (`pip install fittrack[otel]`), sent by OTLP over HTTP. Imported when wanted.

Where to, how many and under which name is said by OpenTelemetry's own settings, `OTEL_…`.
"""

import os
import socket
from collections.abc import Iterable
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from fittrack import __version__
from fittrack.kit.correlation import new_trace_id, span_of, trace_of
from fittrack.kit.tracing import Attributes, Kind

_KINDS: Final = {
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "consumer": SpanKind.CONSUMER,
    "internal": SpanKind.INTERNAL,
}
_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)


class _Ids(RandomIdGenerator):
    """Traces keep the ids that logs know them by."""

    def __init__(self) -> None:
        self.next_trace = ""

    def generate_trace_id(self) -> int:
        return int(self.next_trace, 16)


class OtelSpan:
    """A span under way."""

    __slots__ = ("_span", "cause")

    def __init__(self, span: Span, behalf: str) -> None:
        self._span = span
        context, own = span.get_span_context(), behalf.partition(";")[1:]
        trace = f"{context.trace_id:032x}"
        if context.trace_flags.sampled:
            trace = f"{trace}-{context.span_id:016x}"
        self.cause = "".join((trace, *own))

    def end(self, attributes: Attributes | None = None, *, error: str = "") -> None:
        """See `tracing.Span`."""
        if attributes:
            self._span.set_attributes(dict(attributes))
        if error:
            self._span.set_status(Status(StatusCode.ERROR, error))
        self._span.end()


class OtelRecorder:
    """Implements `tracing.Recorder`. To be used on one thread."""

    def __init__(self, processor: SpanProcessor) -> None:
        self._ids = _Ids()
        named = {
            "service.name": "fittrack",
            "service.version": __version__,
            "service.instance.id": f"{socket.gethostname()}-{os.getpid()}",
        }
        # What OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME say goes before.
        resource = Resource.create(named).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(id_generator=self._ids, resource=resource)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("fittrack", __version__)

    def begin(
        self,
        name: str,
        cause: str,
        *,
        kind: Kind = "internal",
        attributes: Attributes | None = None,
        links: Iterable[str] = (),
    ) -> OtelSpan:
        """See `tracing.Recorder`."""
        self._ids.next_trace = trace_of(cause) or new_trace_id()
        parent = _context_of(cause)
        span = self._tracer.start_span(
            name,
            context=None if parent is None else set_span_in_context(NonRecordingSpan(parent)),
            kind=_KINDS[kind],
            attributes=dict(attributes or {}),
            links=[Link(each) for each in map(_context_of, links) if each is not None],
        )
        return OtelSpan(span, cause)

    def stop(self) -> None:
        """Send what waits, and end."""
        self._provider.shutdown()


def exporting_recorder() -> OtelRecorder:
    """A recorder that sends to where `OTEL_EXPORTER_OTLP_ENDPOINT` says, from a thread of its own."""
    return OtelRecorder(BatchSpanProcessor(OTLPSpanExporter()))


def _context_of(cause: str) -> SpanContext | None:
    span = span_of(cause)
    if not span:
        return None
    return SpanContext(int(trace_of(cause), 16), int(span, 16), is_remote=True, trace_flags=_SAMPLED)

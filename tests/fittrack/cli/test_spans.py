"""Spans are recorded where OpenTelemetry's settings say so, and no exporter is loaded where they do not."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from fittrack.cli.spans import record_spans
from fittrack.kit import tracing
from fittrack.kit.correlation import new_trace_id, span_of, trace_of
from tests.logs import Lines, lines

__all__ = ["lines"]

SOMEWHERE = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}


@pytest.fixture(autouse=True)
def _nobody_records_afterwards() -> Iterator[None]:
    yield
    tracing.recorder = None


def test_nothing_is_recorded_unless_it_is_said_where_to() -> None:
    record_spans({})()
    assert tracing.recorder is None
    record_spans({**SOMEWHERE, "OTEL_SDK_DISABLED": "true"})()
    assert tracing.recorder is None


def test_a_server_that_records_nothing_loads_no_exporter() -> None:
    names = "{'fittrack.integrations.otel', 'opentelemetry.exporter.otlp'}"
    found = f"import fittrack.app, fittrack.cli.serve, sys; print({names} & sys.modules.keys())"
    said = subprocess.run([sys.executable, "-c", found], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_where_it_is_not_installed_the_server_says_what_to_do(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fittrack.integrations.otel", None)
    record_spans(SOMEWHERE)()
    assert tracing.recorder is None
    assert lines()[0]["remedy"] == "pip install fittrack[otel]"


def test_a_span_keeps_the_trace_that_logs_know_it_by_and_the_word_of_the_client() -> None:
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from fittrack.integrations.otel import OtelRecorder

    kept = InMemorySpanExporter()
    recorder, trace = OtelRecorder(SimpleSpanProcessor(kept)), new_trace_id()
    outer = recorder.begin("outer", f"{trace};mine")
    inner = recorder.begin("inner", outer.cause)
    assert trace_of(inner.cause) == trace
    assert inner.cause.endswith(";mine")
    inner.end(error="busy")
    outer.end()
    told, above = kept.get_finished_spans()
    assert told.parent is not None
    assert f"{told.parent.span_id:016x}" == span_of(outer.cause)
    assert above.parent is None
    assert f"{above.context.trace_id:032x}" == trace
    assert not told.status.is_ok


def test_what_is_not_sampled_is_known_by_its_trace_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.1")
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from fittrack.integrations.otel import OtelRecorder

    kept = InMemorySpanExporter()
    recorder = OtelRecorder(SimpleSpanProcessor(kept))
    for _ in range(1_000):
        trace = new_trace_id()
        outer = recorder.begin("outer", trace)
        inner = recorder.begin("inner", outer.cause)
        assert trace_of(inner.cause) == trace
        inner.end()
        outer.end()
    spans = kept.get_finished_spans()
    assert 100 < len(spans) < 300, "a tenth of the traces, each of them whole"
    assert len({span.context.trace_id for span in spans}) * 2 == len(spans)

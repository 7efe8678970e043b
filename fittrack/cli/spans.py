"""Whether a server records spans: OpenTelemetry's own settings say."""

from collections.abc import Callable, Mapping
from typing import Final

import structlog

from fittrack.kit import tracing

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

log = structlog.get_logger(__name__)


def record_spans(environ: Mapping[str, str]) -> Callable[[], None]:
    """Record from now on, if `environ` says where to. Returns how to end it, which sends what waits."""
    wanted = any(environ.get(name) for name in _ENDPOINTS)
    if not wanted or environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return _nothing
    try:
        # Not installed with the rest, and half a second to import.
        from fittrack.integrations.otel import exporting_recorder  # noqa: PLC0415
    except ImportError as error:
        log.error(  # noqa: TRY400 - that it is missing is all that there is to say
            "tracing.not_installed", missing=error.name, remedy="pip install fittrack[otel]"
        )
        return _nothing
    recorder = exporting_recorder()
    tracing.recorder = recorder
    return recorder.stop


def _nothing() -> None:
    """Nothing was begun."""

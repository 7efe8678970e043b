"""Requests to others' servers, as spans. Of their addresses the host is told: the rest may be secret."""

from types import SimpleNamespace

import aiohttp

from fittrack.kit import tracing
from fittrack.kit.correlation import current_cause


def http_spans() -> list[aiohttp.TraceConfig]:
    """What a client session is to be made with: nothing, while nobody records."""
    if tracing.recorder is None:
        return []
    config = aiohttp.TraceConfig()
    config.on_request_start.append(_begin)
    config.on_request_end.append(_end)
    config.on_request_exception.append(_fail)
    return [config]


async def _begin(
    _: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestStartParams
) -> None:
    recorder = tracing.recorder
    context.span = recorder and recorder.begin(
        params.method,
        current_cause(),
        kind="client",
        attributes={"http.request.method": params.method, "server.address": params.url.host or ""},
    )


async def _end(
    _: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
) -> None:
    if context.span is not None:
        status = params.response.status
        context.span.end({"http.response.status_code": status}, error=str(status) if status >= 400 else "")


async def _fail(
    _: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestExceptionParams
) -> None:
    if context.span is not None:
        context.span.end(error=type(params.exception).__name__)

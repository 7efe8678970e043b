"""The port to whoever records spans: nobody, unless a process was told to (`integrations.otel`).

Where spans begin, `tracing.recorder` is looked at: that is all it costs while nobody records.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Literal, Protocol

Kind = Literal["server", "client", "consumer", "internal"]
Attributes = Mapping[str, str | int | float | bool]


class Span(Protocol):
    """Something that is being done."""

    @property
    def cause(self) -> str:
        """On whose behalf what it brings about is done (`kit.correlation`)."""

    def end(self, attributes: Attributes | None = None, *, error: str = "") -> None:
        """It is over; `error` says in a word what went wrong."""


class Recorder(Protocol):
    """Records spans."""

    def begin(
        self,
        name: str,
        cause: str,
        *,
        kind: Kind = "internal",
        attributes: Attributes | None = None,
        links: Iterable[str] = (),
    ) -> Span:
        """Something begins on behalf of `cause`, or of nobody, when that is empty. `links`: other causes."""


recorder: Recorder | None = None


def error_of(outcome: object) -> str:
    """What a span says of an outcome: the code of the problem, nothing where there is none."""
    if isinstance(outcome, BaseException):
        return str(getattr(outcome, "code", type(outcome).__name__))
    return ""


def ending(span: Span, on_outcome: Callable[[object], object]) -> Callable[[object], object]:
    """What takes an outcome, with which `span` ends."""
    return partial(_end, span, on_outcome)


def _end(span: Span, on_outcome: Callable[[object], object], outcome: object) -> None:
    span.end(error=error_of(outcome))
    on_outcome(outcome)

"""Problems on the WebSocket: the catalogue of REST, as `err` frames."""

import re

from msgspec import UNSET, ValidationError

from fittrack.kit.problems import FieldError, Problem, Validation
from protocol.outbound import Err, ErrorField

_PATH = re.compile(r" - at `(?:key in )?\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_NAMED = re.compile(r"^Object (?P<what>missing required|contains unknown) field `(?P<field>[^`]*)`$")


def err_of(problem: Problem) -> Err:
    """What the client is told of `problem`."""
    return Err(
        code=problem.code,
        status=problem.status,
        detail=problem.detail,
        retryable=problem.retryable,
        after_ms=UNSET if problem.after_ms is None else problem.after_ms,
        errors=[ErrorField(pointer=e.pointer, detail=e.detail) for e in problem.errors] or UNSET,
    )


def validation_of(error: ValidationError) -> Validation:
    """The problem that a failed msgspec validation is: one field error with a JSON pointer."""
    found = field_error(error)
    return Validation(f"{found.pointer or 'The data'}: {found.detail}", errors=(found,))


def field_error(error: ValidationError) -> FieldError:
    """Where in the input `error` lies, as a JSON pointer, and what it is.

    A missing or unknown field is pointed at itself rather than at the object around it.
    """
    text = str(error)
    path = _PATH.search(text)
    detail = text[: path.start()] if path else text
    pointer = _pointer(path["path"]) if path else ""
    if named := _NAMED.match(detail):
        missing = named["what"].startswith("missing")
        return FieldError(
            f"{pointer}/{_escape(named['field'])}", "Is required" if missing else "Is not a known field"
        )
    return FieldError(pointer, detail)


def _pointer(path: str) -> str:
    # msgspec writes values of a mapping as `[...]`: the key is not told, the pointer ends above it.
    steps = [name or index for name, index in _STEP.findall(path.split("[...]", maxsplit=1)[0])]
    return "".join("/" + _escape(step) for step in steps)


def _escape(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def catalogue() -> list[type[Problem]]:
    """Every problem there is, by code: the kit's and those of all slices that were imported."""
    return [Problem.catalogue[code] for code in sorted(Problem.catalogue)]

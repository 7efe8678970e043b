"""What every declaration must keep to, checked when the application is put together.

A limit on everything: bodies and parameters refuse unknown fields, and every text, list, mapping and
number in them is bounded, so that no column, integer type or memory can be overrun by what validates.
Instants in answers are written by us, since the encoder's own would carry microseconds.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from msgspec import inspect

from fittrack.server.access import Access
from fittrack.server.routes import Route


class DeclarationError(ValueError):
    """A route is declared in a way that would break the contract."""


def check_routes(routes: Iterable[Route]) -> None:
    """Raise `DeclarationError` with everything that is wrong with the declarations of `routes`."""
    faults: list[str] = []
    seen: set[tuple[str, str]] = set()
    for route in routes:
        name = f"{route.method} {route.path}"
        if (route.method, route.path) in seen:
            faults.append(f"{name}: declared twice")
        seen.add((route.method, route.path))
        faults += (f"{name}: {fault}" for fault in _faults(route))
    if faults:
        raise DeclarationError("\n".join(faults))


def _faults(route: Route) -> Iterator[str]:
    if route.step_up and route.access is not Access.ADMIN:
        yield "step_up without Access.ADMIN: nobody else has a second factor"
    if route.scope is not None and (route.step_up or not route.access.needs_token):
        yield "a scope where a second factor is asked for, or where nobody is turned away"
    for expected in (*route.bodies, *([route.query] if route.query else [])):
        yield from _faults_of_input(expected)
    for answer in route.answers.values():
        if answer is not None:
            yield from _faults_of_answer(answer)


@cache  # of types, which stay what they are
def _faults_of_input(expected: type) -> tuple[str, ...]:
    return tuple(_loose(inspect.type_info(expected), expected.__name__, set()))


@cache
def _faults_of_answer(answer: Any) -> tuple[str, ...]:
    return tuple(_raw_instants(inspect.type_info(answer), "answer", set()))


def _loose(kind: inspect.Type, at: str, seen: set[Any]) -> Iterator[str]:
    """Where an input is not bounded."""
    match kind:
        case inspect.StructType():
            if not kind.forbid_unknown_fields:
                yield f"{at} lets unknown fields pass"
        case inspect.StrType():
            if kind.max_length is None:
                yield f"{at} is a text without max_length"
        case inspect.IntType():
            if (kind.ge is None and kind.gt is None) or (kind.le is None and kind.lt is None):
                yield f"{at} is a whole number without bounds"
        case inspect.CollectionType() | inspect.DictType():
            if kind.max_length is None:
                yield f"{at} is a collection without max_length"
        case inspect.AnyType():
            yield f"{at} may be anything"
        case _:
            pass
    yield from _each_part(kind, at, seen, _loose)


def _raw_instants(kind: inspect.Type, at: str, seen: set[Any]) -> Iterator[str]:
    """Where an answer holds a datetime rather than an instant as it is written."""
    if isinstance(kind, inspect.DateTimeType):
        yield f"{at} is a datetime: use protocol.shapes.Instant"
    yield from _each_part(kind, at, seen, _raw_instants)


def _each_part(kind: inspect.Type, at: str, seen: set[Any], check: Any) -> Iterator[str]:
    match kind:
        case inspect.StructType():
            if kind.cls not in seen:
                seen.add(kind.cls)
                for field in kind.fields:
                    yield from check(field.type, f"{at}.{field.encode_name}", seen)
        case inspect.UnionType():
            for each in kind.types:
                yield from check(each, at, seen)
        case inspect.CollectionType():
            yield from check(kind.item_type, f"{at}[]", seen)
        case inspect.DictType():
            yield from check(kind.key_type, f"{at} (keys)", seen)
            yield from check(kind.value_type, f"{at}[…]", seen)
        case inspect.Metadata():
            yield from check(kind.type, at, seen)
        case _:
            pass

"""What is wrong with an input, all of it at once, in sentences a form can show.

msgspec stops at the first mistake. Only when there is one, the input is gone through again, field by
field, to find the others: the good path pays nothing for it.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, get_args, get_origin

import msgspec
from msgspec import Struct, inspect

from fittrack.kit.problems import FieldError, Malformed, Validation
from fittrack.server.sentences import sentence
from protocol.errors import field_error

COMPLAINTS_MAX: Final = 50
"""Field errors in one answer: a form has fewer fields, a batch of 500 may have thousands."""


def complaints_about_body(body: bytes, expected: type[Struct], first: msgspec.ValidationError) -> Validation:
    """Everything that keeps `body` from being an `expected`; `first` is what was found already."""
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return Validation(errors=[_friendly(field_error(first), expected)])
    return Validation(errors=_all(given, expected, first, strict=True))


def complaints_about_parameters(
    given: Mapping[str, str], expected: type[Struct], first: msgspec.ValidationError
) -> Malformed:
    """Everything that keeps query parameters from being an `expected`."""
    errors = _all(given, expected, first, strict=False)
    return Malformed("Some parameters are not right", errors=errors)


def _all(given: Any, expected: Any, first: msgspec.ValidationError, *, strict: bool) -> list[FieldError]:
    found = []
    for error in _walk(given, expected, "", strict):
        found.append(error)
        if len(found) == COMPLAINTS_MAX:
            break
    return found or [_friendly(field_error(first), expected)]


def _walk(given: Any, expected: Any, pointer: str, strict: bool) -> Iterator[FieldError]:
    """The mistakes in `given`, those of an object's fields and of a list's items one by one."""
    try:
        msgspec.convert(given, expected, strict=strict)
    except msgspec.ValidationError as error:
        told = _friendly(field_error(error), expected)
        # What is wrong with the whole (a list too long, a rule over several fields) is told only when
        # no part of it is wrong; and what is too long is not gone through.
        parts = (
            _walk_parts(given, expected, pointer, strict)
            if told.pointer or isinstance(given, Mapping)
            else ()
        )
        at_least_one = False
        for part in parts:
            at_least_one = True
            yield part
        if not at_least_one:
            yield FieldError(pointer + told.pointer, told.detail)


def _walk_parts(given: Any, expected: Any, pointer: str, strict: bool) -> Iterator[FieldError]:
    kind = inspect.type_info(expected)
    if isinstance(kind, inspect.StructType) and isinstance(given, Mapping):
        yield from _walk_fields(given, kind.cls, pointer, strict)
    elif isinstance(given, Mapping) and (of := _entry_types(expected)):
        for name, value in given.items():
            at = f"{pointer}/{escape(str(name))}"
            yield from (FieldError(at, each.detail) for each in _walk(name, of[0], at, strict))
            yield from _walk(value, of[1], at, strict)
    elif isinstance(given, list) and (item_type := _item_type(expected)) not in (None, msgspec.Raw):
        for index, item in enumerate(given):
            yield from _walk(item, item_type, f"{pointer}/{index}", strict)


def _walk_fields(
    given: Mapping[str, Any], expected: type[Struct], pointer: str, strict: bool
) -> Iterator[FieldError]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(expected)}
    for name, field in fields.items():
        at = f"{pointer}/{escape(name)}"
        if name in given:
            yield from _walk(given[name], field.type, at, strict)
        elif field.required:
            yield FieldError(at, "This field is required.")
    for name in given:
        if name not in fields:
            yield FieldError(f"{pointer}/{escape(str(name))}", "There is no such field.")


def _item_type(expected: Any) -> Any:
    """The type of the items of `list[…]`, also under `Annotated`; none for what is no list."""
    if get_origin(expected) is Annotated:
        expected = get_args(expected)[0]
    return get_args(expected)[0] if get_origin(expected) is list else None


def _entry_types(expected: Any) -> tuple[Any, Any] | None:
    """The types of names and values of `dict[…]`, also under `Annotated`; none for what is no mapping."""
    if get_origin(expected) is Annotated:
        expected = get_args(expected)[0]
    return get_args(expected) if get_origin(expected) is dict else None


def _friendly(error: FieldError, expected: Any) -> FieldError:
    return FieldError(error.pointer, sentence(error.detail, expected if not error.pointer else None))


def escape(step: str) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    return step.replace("~", "~0").replace("/", "~1")

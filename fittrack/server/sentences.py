"""msgspec's words about a wrong value, as sentences for people."""

import re
from typing import Any, Final

from msgspec import inspect

_KINDS: Final = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "datetime": "an instant such as 2026-01-31T12:00:00.000Z",
    "date": "a day such as 2026-01-31",
    "uuid": "a UUID",
    "decimal": 'a decimal number such as "50.00"',
    "null": "null",
}
_COUNTED: Final = {"str": "characters", "array": "items", "object": "entries"}
_BOUNDS: Final = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}

_WRONG_KIND = re.compile(r"^Expected `([a-z |]+)`, got `[a-z]+`$")
_LENGTH = re.compile(r"^Expected `(\w+)` of length (>=|<=) (\d+)$")
_BOUND = re.compile(r"^Expected `[a-z |]+` (>=|<=|>|<) (\S+)$")
_FIXED: Final = {
    "Invalid RFC3339 encoded datetime": "Must be an instant such as 2026-01-31T12:00:00.000Z.",
    "Invalid RFC3339 encoded date": "Must be a day such as 2026-01-31.",
    "Invalid UUID": "Must be a UUID.",
    "Invalid decimal string": 'Must be a decimal number such as "50.00".',
    "Expected `datetime` with a timezone component": "Must name its time zone, e.g. end in Z.",
    "Number out of range": "The number is too large.",
    "Integer value out of range": "The number is too large.",
    "Is required": "This field is required.",
    "Is not a known field": "There is no such field.",
}


def sentence(detail: str, expected: Any = None) -> str:
    """`detail`, what msgspec says of a value that should be an `expected` (if that is known)."""
    if fixed := _FIXED.get(detail):
        return fixed
    if choices := _choices(detail, expected):
        return f"Must be one of: {', '.join(choices)}."
    if found := _LENGTH.match(detail):
        kind, bound, number = found.groups()
        return f"Must have {_BOUNDS[bound]} {number} {_COUNTED.get(kind, 'characters')}."
    if found := _BOUND.match(detail):
        return f"Must be {_BOUNDS[found[1]]} {found[2]}."
    if found := _WRONG_KIND.match(detail):
        kinds = [_KINDS.get(kind.strip(), kind.strip()) for kind in found[1].split("|")]
        return f"Must be {' or '.join(kinds)}."
    if "matching regex" in detail:
        return "Does not have the right form."
    return f"{detail}." if detail and detail[-1].isalnum() else detail


def _choices(detail: str, expected: Any) -> list[str]:
    """What may stand where a wrong choice was made."""
    if expected is None or not detail.startswith("Invalid enum value"):
        return []
    kind = inspect.type_info(expected)
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    choices: list[str] = []
    for each in kinds:
        if isinstance(each, inspect.LiteralType):
            choices += map(str, each.values)
        elif isinstance(each, inspect.EnumType):
            choices += [str(member.value) for member in each.cls]
    return choices

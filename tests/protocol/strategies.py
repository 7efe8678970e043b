"""Any value of any struct of the protocol, for property tests."""

import inspect
import types
from datetime import UTC, datetime
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from protocol.limits import QUANTITY_MAX
from protocol.shapes import ActivityInput, WireInstant, instant

_text = st.text(st.characters(codec="utf-8"), max_size=20)
_wire_integers = st.integers(-(2**63), 2**64 - 1)
_instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_names = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
_ids = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20).filter(
    lambda text: "\x7f" not in text
)
_quantities = st.integers(0, QUANTITY_MAX) | st.floats(0, QUANTITY_MAX)

activities = st.builds(
    ActivityInput,
    activity_type=st.sampled_from(["steps", "workout", "active_minutes"]),
    start_time=_instants,
    end_time=_instants,
    duration_minutes=_quantities,
    source=_names,
    intensity=st.sampled_from(["light", "moderate", "vigorous", None]),
    metrics=st.dictionaries(_names, _quantities, max_size=4),
    external_id=st.none() | _ids,
    device_id=st.none() | _ids,
)


def any_of(type: Any) -> st.SearchStrategy[Any]:
    """Values that `type`, a struct or what a struct's field may be, can hold."""
    if isinstance(type, types.UnionType) or get_origin(type) is Union:
        return st.one_of(*map(any_of, get_args(type)))
    if get_origin(type) is list:
        return st.lists(any_of(get_args(type)[0]), max_size=3)
    if type is WireInstant:
        return _instants.map(instant)
    if type is ActivityInput:
        return activities
    if (simple := _SIMPLE.get(type)) is not None:
        return simple
    if inspect.isclass(type) and issubclass(type, msgspec.Struct):
        return any_struct(type)
    return st.from_type(type)


_SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    int: _wire_integers,
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: _text,
    msgspec.UnsetType: st.just(msgspec.UNSET),
}


def any_struct(struct: type[Any]) -> st.SearchStrategy[Any]:
    """Instances of a struct, each field of any value of its type."""
    hints = get_type_hints(struct)
    return st.builds(struct, **{name: any_of(hints[name]) for name in struct.__struct_fields__})

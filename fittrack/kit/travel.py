"""What goes from one process to another: typed values as MessagePack, by the names in a register.

Only what the register names can be read, and reading makes nothing but values of the types it names. A field
that may hold values of many types (a command in its intention, the payload of an event) is *open*: it travels
as a name and the bytes of the value.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple, get_origin, get_type_hints

import msgspec
from msgspec import Raw, Struct, defstruct, field
from msgspec.structs import FieldInfo, astuple

from fittrack.kit.problems import FieldError, Internal, Problem

UNREADABLE: Final = (ValueError, RecursionError, OverflowError, LookupError)
"""What reading raises for what is no value of the register."""

Parcel = tuple[str, Raw]
"""A name, and the value as bytes."""

_PROBLEM: Final = "problem"
_NOTHING: Final = ""
_SEVERAL: Final = "several"

_NO_DEFAULT: Final = (msgspec.NODEFAULT, dataclasses.MISSING)

_encode = msgspec.msgpack.Encoder(uuid_format="bytes", decimal_format="string").encode


class _Problem(Struct, array_like=True, gc=False):
    code: str
    detail: str
    errors: list[tuple[str, str]]
    after_ms: int | None


class _Entry(NamedTuple):
    name: str
    pack: Callable[[Any], bytes]
    unpack: Callable[[Raw], Any]


class _Way(NamedTuple):
    type: Any
    pack: Callable[[Any], Any]
    unpack: Callable[[Any], Any]


class NotRegisteredError(TypeError):
    """A value of a type that may not travel: a mistake of whoever sends it."""


class Register:
    """Types that may travel, by name: that of the type in its module.

    `open_fields` are, by type, the fields that may hold any type of the register, or a sequence of such.
    """

    def __init__(self, types: Iterable[type], open_fields: Mapping[type, Iterable[str]]) -> None:
        self._by_type: dict[type, _Entry] = {}
        self._by_name: dict[str, _Entry] = {}
        for each in types:
            if each not in self._by_type:
                self._add(self._entry(each, frozenset(open_fields.get(each, ()))), each)
        self._read_problem = msgspec.msgpack.Decoder(_Problem).decode
        self._read_several = msgspec.msgpack.Decoder(list[Parcel]).decode

    @property
    def types(self) -> Iterable[type]:
        """What may travel."""
        return self._by_type.keys()

    def pack(self, value: object) -> Parcel:
        """`value` for the way. None, problems, and lists of what may go, may always go.

        Raises `NotRegisteredError`.
        """
        if value is None:
            return _NOTHING, Raw(b"\xc0")
        entry = self._by_type.get(type(value))
        if entry is not None:
            return entry.name, Raw(entry.pack(value))
        if isinstance(value, Problem):
            errors = [(error.pointer, error.detail) for error in value.errors]
            return _PROBLEM, Raw(_encode(_Problem(value.code, value.detail, errors, value.after_ms)))
        if isinstance(value, list):
            return _SEVERAL, Raw(_encode([self.pack(each) for each in value]))
        raise NotRegisteredError(f"{type(value).__qualname__} may not travel: it is in no register")

    def unpack(self, parcel: Parcel) -> Any:
        """The value, problem or list that was packed. Raises one of `UNREADABLE`."""
        name, raw = parcel
        if name == _NOTHING:
            return None
        if name == _PROBLEM:
            return _problem_again(self._read_problem(raw))
        if name == _SEVERAL:
            return [self.unpack(each) for each in self._read_several(raw)]
        return self._by_name[name].unpack(raw)

    def _add(self, entry: _Entry, each: type) -> None:
        assert entry.name not in self._by_name, f"two types named {entry.name}"
        self._by_type[each] = self._by_name[entry.name] = entry

    def _entry(self, each: type, open_names: frozenset[str]) -> _Entry:
        name = f"{each.__module__.removeprefix('fittrack.')}.{each.__qualname__}"
        if open_names:
            return _Entry(name, *self._with_open_fields(each, open_names))
        return _Entry(name, _encode, msgspec.msgpack.Decoder(each).decode)

    def _with_open_fields(
        self, each: type, open_names: frozenset[str]
    ) -> tuple[Callable[[Any], bytes], Callable[[Raw], Any]]:
        hints = get_type_hints(each)
        names = _field_names(each)
        # How an open field's value is packed and unpacked; None: it goes as it is.
        ways = [self._way(hints[name]) if name in open_names else None for name in names]
        types = [hints[name] if way is None else way.type for name, way in zip(names, ways, strict=True)]
        defaults = _defaults(each)
        # A struct, not a tuple: another version may have written a field more, or one less.
        fields: list[Any] = [
            (name, of_name, field(default_factory=partial(_default_there, defaults[name], way)))
            if name in defaults
            else (name, of_name)
            for name, of_name, way in zip(names, types, ways, strict=True)
        ]
        read = msgspec.msgpack.Decoder(
            defstruct(each.__name__, fields, array_like=True, kw_only=True, gc=False)
        ).decode

        def pack(value: Any) -> bytes:
            given = [getattr(value, name) for name in names]
            return _encode([v if w is None else w.pack(v) for v, w in zip(given, ways, strict=True)])

        def unpack(raw: Raw) -> Any:
            found = astuple(read(raw))
            values = [v if w is None else w.unpack(v) for v, w in zip(found, ways, strict=True)]
            return each(**dict(zip(names, values, strict=True)))

        return pack, unpack

    def _way(self, hint: Any) -> _Way:
        if get_origin(hint) in (Sequence, list, tuple):
            return _Way(
                list[Parcel],
                lambda values: [self.pack(value) for value in values],
                lambda parcels: [self.unpack(parcel) for parcel in parcels],
            )
        return _Way(Parcel, self.pack, self.unpack)


def _field_names(each: type) -> tuple[str, ...]:
    return tuple(info.name for info in _fields(each))


def _fields(each: type) -> Sequence[FieldInfo | dataclasses.Field[Any]]:
    if issubclass(each, Struct):
        return msgspec.structs.fields(each)
    assert dataclasses.is_dataclass(each), "only structs and dataclasses have fields by name"
    return dataclasses.fields(each)


def _defaults(each: type) -> dict[str, Callable[[], Any]]:
    """Of the fields that need not be there, how their values are made."""
    found = {}
    for info in _fields(each):
        if info.default_factory not in _NO_DEFAULT:
            found[info.name] = info.default_factory
        elif info.default not in _NO_DEFAULT:
            found[info.name] = partial(_same, info.default)
    return found


def _default_there(default: Callable[[], Any], way: _Way | None) -> Any:
    return default() if way is None else way.pack(default())


def _same(value: Any) -> Any:
    return value


def _problem_again(kept: _Problem) -> Problem:
    if kept.code not in Problem.catalogue:
        return Internal(kept.detail)
    errors = [FieldError(*error) for error in kept.errors]
    problem = Problem.again(kept.code, kept.detail, errors)
    problem.after_ms = kept.after_ms
    return problem

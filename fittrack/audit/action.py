"""What is recorded of one action."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

NAME_LENGTH_MAX: Final = 60
"""Characters of an action's name."""

REASON_LENGTH_MAX: Final = 500

State = Struct | Mapping[str, Any]
"""What something was or became: fields by name, in values that JSON has."""


class Action(Struct, frozen=True, kw_only=True):
    """One thing done to one subject.

    `before` and `after` may hold personal data, as `reason` may: they can be erased. `name`,
    `subject_type` and `subject_id` may not, and stay for ever.
    """

    name: str
    """`area.verb`, e.g. `drawing.open`."""
    subject_type: str
    subject_id: UUID | str | None = None
    before: State | None = None
    """None: it was not there."""
    after: State | None = None
    """None: it is gone."""
    reason: str | None = None


def differences(before: State, after: State) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields in which the two differ, as they were and as they became. A missing field is None."""
    old, new = _fields(before), _fields(after)
    changed = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return {name: old.get(name) for name in changed}, {name: new.get(name) for name in changed}


def _fields(state: State) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(state)
    return fields

"""Patches: structs whose fields are `UNSET` where nothing is said of them."""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import asdict


def given(patch: Struct) -> dict[str, Any]:
    """The fields of a patch that are given, by name."""
    return {name: value for name, value in asdict(patch).items() if value is not UNSET}


def changes(former: object, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Of `fields` by name, those in which `former` differs."""
    return {name: value for name, value in fields.items() if getattr(former, name) != value}

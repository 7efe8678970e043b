"""What may travel between nodes: the messages of actors, their answers, and what is published.

Whatever a slice declares in its `commands`, `messages` and `live` may: commands come with their answers. Who
adds one there has nothing to do here. What else is said across nodes stands in `_OTHERS`.
"""

import dataclasses
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Final

from msgspec import Struct

import fittrack
from actors.purchase import Offer, Sale
from fittrack.activities.commands import LogActivities
from fittrack.activities.model import ActivityInput, Unreadable, Withdrawal
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.travel import Register
from fittrack.pubsub import messages as publications
from fittrack.server.ports import Snapshot
from protocol.outbound import OUTBOUND

_MODULES: Final = frozenset({"commands", "messages", "live"})
"""Modules of a slice, by name, that declare what its actors are told and what they answer."""

_OTHERS: Final = (Offer, Sale, Intention, Answer, Snapshot, ActivityInput, Withdrawal, Unreadable)

_OPEN_FIELDS: Final = {
    Intention: ("command",),
    Answer: ("body",),
    Snapshot: ("payload",),
    LogActivities: ("items",),
    publications.StreamEvent: ("payload",),
    publications.PlayerNote: ("payload",),
    publications.ChannelEvent: ("payload",),
}


def make_register() -> Register:
    """The register of the product."""
    return Register([*_declared(), *_OTHERS, *OUTBOUND], _OPEN_FIELDS)


def _declared() -> Iterator[type]:
    for module in pkgutil.walk_packages(fittrack.__path__, f"{fittrack.__name__}."):
        if module.name.rpartition(".")[2] not in _MODULES:
            continue
        for each in vars(import_module(module.name)).values():
            if isinstance(each, type) and each.__module__ == module.name and _is_a_value(each):
                yield each
                if hasattr(each, "ANSWER"):
                    yield each.ANSWER


def _is_a_value(each: type) -> bool:
    return dataclasses.is_dataclass(each) or issubclass(each, Struct)

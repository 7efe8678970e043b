"""Archives of APIs that are gone, taken in like any other activities (SPEC 7).

Only what can still count is taken (SPEC 3): activities of the last 7 days.
"""

from typing import NamedTuple

from fittrack.activities.commands import LogActivities
from fittrack.activities.rules import is_too_old
from fittrack.connections import rules
from fittrack.connections.rules import Told
from fittrack.connections.services import ConnectionServices
from fittrack.integrations.trackers.archives import NoArchive, read_archive
from fittrack.integrations.trackers.provider import Tracked
from fittrack.kit.problems import Validation
from protocol.limits import ACTIVITIES_PER_COMMAND_MAX


class Archive(NamedTuple):
    """What is in a document: what can count, how many are too old, how many could not be read."""

    command: LogActivities
    too_old: int
    unreadable: int


def read(services: ConnectionServices, provider: str, document: bytes) -> Archive:
    """The archive in `document`. Raises `Validation`."""
    now = services.clock.now()
    try:
        told, unreadable = read_archive(provider, document, services.calendar.start_of, now)
    except NoArchive as none:
        raise Validation(str(none)) from none
    items: list[Told] = []
    too_old = 0
    for item in told:
        if not isinstance(item, Tracked):
            items.append(rules.withdrawal_of(item))
        elif is_too_old(item.start, now):
            too_old += 1
        else:
            items.append(rules.activity_of(item))
    if len(items) > ACTIVITIES_PER_COMMAND_MAX:
        raise Validation(f"At most {ACTIVITIES_PER_COMMAND_MAX} activities of the last 7 days at once")
    return Archive(LogActivities(items), too_old, unreadable)

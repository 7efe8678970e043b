"""What a phone's store of health data tells: a batch, deletions, and where the app goes on (SPEC 7)."""

import msgspec
from msgspec import Raw, Struct

from fittrack.activities.commands import LogActivities, Push
from fittrack.activities.model import Withdrawal
from fittrack.activities.processing import BatchItem
from fittrack.activities.schemas import Anchor, Deleted, PhoneStore
from fittrack.activities.wire import log_activities
from fittrack.server.parse import decode
from protocol.codec import JSON
from protocol.reading import reader_for


class _LoosePush(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `PhonePush` whose activities are read one by one: a bad one refuses no other."""

    provider: PhoneStore
    anchor: Anchor | None = None
    activities: list[Raw] = []
    deleted: Deleted = []


def read_push(body: bytes) -> LogActivities:
    """The command. Raises `Malformed` or `Validation`."""
    push = decode(body, _LoosePush)
    items: list[BatchItem] = []
    if push.activities:
        batch = reader_for(JSON).activity_batch(Raw(msgspec.json.encode({"activities": push.activities})))
        items += log_activities(batch).items
    items += [Withdrawal(source=push.provider, external_id=name) for name in push.deleted]
    return LogActivities(items, Push(push.provider, push.anchor))

"""Notices that another's unit owes a player: written with what they tell of, told by the player's own log.

    notice = notices.prize_shipped(prize_name, fulfillment_id, carrier, tracking_number)
    unit.inserts = [*unit.inserts, owed_notice(user_id, fulfillment_id, "shipped", notice, now)]
    …
    services.effects_due()  # once the unit is durable

The player's unit puts the notice into the inbox and its letter into the post, as the player wants it, and
tells whoever is connected: exactly once, however often it is tried.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from fittrack.db.handles import Table
from fittrack.db.tables.logs import effects
from fittrack.inbox.notices import Notice
from fittrack.kit.ids import UserId

NOTICE: Final = "notice"
"""Tell a player. The subject is what the notice is of, and which of its steps: told once, for ever."""


def owed_notice(
    user_id: UserId, subject_id: UUID, step: str, notice: Notice, now: datetime
) -> tuple[Table, tuple[Any, ...]]:
    """The row that a unit inserts. `step` tells apart what is told of one subject, e.g. `shipped`.

    The same subject and step twice break a constraint: a step that repeats has its number in its name.
    """
    return effects, (NOTICE, uuid5(subject_id, step), user_id, msgspec.json.encode(notice), now)


def read_notice(payload: bytes) -> Notice:
    """The notice of an effect."""
    return msgspec.json.decode(payload, type=Notice)

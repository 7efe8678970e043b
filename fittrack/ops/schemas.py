"""What the console tells the server."""

from uuid import UUID

from msgspec import Struct

from protocol.channel_events import OpsEntity


class Looking(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an admin has open: said when it is opened, every 20 s, and with `gone` when it is left."""

    entity_type: OpsEntity
    entity_id: UUID
    gone: bool = False

"""Who is behind a change, and from where: it travels with what is wanted, for the audit log (SPEC 9)."""

from typing import Final
from uuid import UUID

from msgspec import Struct


class Origin(Struct, frozen=True):
    """Where a change comes from. Nobody and nowhere: the system itself, by its clock."""

    actor_id: UUID | None = None
    """The account that wants it; none at the command line."""
    address: str | None = None
    """The client's address, or `login@machine` at the command line. Personal: erased in time."""
    request_id: str | None = None
    """The correlation id under which the logs tell of it."""


SYSTEM: Final = Origin()

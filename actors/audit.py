"""The actor of the audit log's hash chain: the one that seals, so that nobody contends for the next place.

It holds nothing in memory: head and rows are read in the transaction that seals. Should two run by accident,
the database lets one of them through (`fittrack.audit.statements.seal`).
"""

from typing import Any
from uuid import UUID

import structlog

from actors.runtime import Actor
from actors.services import Services
from fittrack.audit.messages import SealRows
from fittrack.audit.statements import SEALED_AT_ONCE_MAX, SealedElsewhere, seal
from fittrack.db.handles import IntegrityError

log = structlog.get_logger(__name__)


class AuditActor(Actor):
    """Seals what was recorded."""

    __slots__ = ("_services",)

    def __init__(self, _chain_id: UUID, services: Services) -> None:
        self._services = services

    def receive(self, message: Any) -> object:
        match message:
            case SealRows():
                return self._seal()
            case _:
                raise AssertionError(f"the audit log does not understand {message!r}")

    async def _seal(self) -> None:
        """Seal all that waits; then tell the log the new head, which leaves the machine with it."""
        total, sealed = 0, None
        try:
            while sealed is None or sealed.rows == SEALED_AT_ONCE_MAX:
                sealed = await self._services.journal.transact(seal)
                total += sealed.rows
        except (SealedElsewhere, IntegrityError) as error:
            log.info("audit.sealed_elsewhere", error=repr(error))  # the next sweep looks again
            return
        if total:
            now = self._services.clock.now().isoformat()
            log.info("audit.head", seq=sealed.head.seq, hash=sealed.head.link.hex(), at=now, sealed=total)

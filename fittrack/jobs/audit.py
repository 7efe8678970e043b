"""The audit log's rows are sealed within about a second: nothing depends on its actor being awake."""

from typing import Final

from actors.runtime import Registry
from fittrack.audit import queries
from fittrack.audit.messages import AUDIT, CHAIN_ID, SealRows
from fittrack.db.reads import Reads

SWEEP_EVERY_S: Final = 1.0


async def seal_waiting(reads: Reads, registry: Registry) -> None:
    """Remind the audit log of rows that wait to be sealed. Reminding twice is harmless."""
    if await reads.run(queries.any_unsealed):
        registry.ref(AUDIT, CHAIN_ID).tell(SealRows())

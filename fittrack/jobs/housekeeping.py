"""What is forgotten in time: keys and answers after 7 days (PROTOCOL, Commands; SPEC 10), old ID tokens."""

from fittrack.accounts.social.queries import forget_used_tokens
from fittrack.db import log_queries
from fittrack.db.journal import Journal
from fittrack.db.reads import Reads
from fittrack.db.tables.accounts import users
from fittrack.db.tables.drawings import drawings
from fittrack.db.tables.logs import drawing_log, user_log
from fittrack.kit.clock import Clock
from fittrack.server.queries import erase_kept

ENTITIES_PER_ROUND = 200
"""Logs gone through in one transaction: some milliseconds of the writer's time."""


async def forget_old_keys(journal: Journal, reads: Reads, clock: Clock) -> None:
    """Erase keys and answers that have lived; the rows of the logs stay."""
    now = clock.now()
    await journal.transact(erase_kept, now)
    await journal.transact(forget_used_tokens, now)
    for log, owners in ((user_log, users.c.user_id), (drawing_log, drawings.c.drawing_id)):
        last = None
        while ids := await reads.run(log_queries.next_owners, owners, last, ENTITIES_PER_ROUND):
            await journal.transact(log_queries.forget_keys, log, ids, now - log_queries.KEY_LIFETIME)
            last = ids[-1]

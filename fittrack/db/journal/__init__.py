"""The journal: durable appends of all actors, many in one transaction (DESIGN 1 and 3).

journal = Journal(WriterProcess(setup), clock, on_fatal=...)
appender = journal.open(logs.user_log, user_id, Head(rev, unit_id))
committed = await appender.append(Unit(uuid7(), "points.adjust", now, inserts=[(logs.ledger, row)]))
"""

from fittrack.db.journal.appender import Appender
from fittrack.db.journal.errors import JournalStopped, NotStored, StaleLog, StalePeer, UnitRefused
from fittrack.db.journal.journal import Journal
from fittrack.db.journal.load import COMMITTED_WITHIN_S, Outcome
from fittrack.db.journal.metrics import JournalMetrics
from fittrack.db.journal.unit import VOID, Committed, Dead, Head, PeerRow, Row, Unit

__all__ = [
    "COMMITTED_WITHIN_S",
    "VOID",
    "Appender",
    "Committed",
    "Dead",
    "Head",
    "Journal",
    "JournalMetrics",
    "JournalStopped",
    "NotStored",
    "Outcome",
    "PeerRow",
    "Row",
    "StaleLog",
    "StalePeer",
    "Unit",
    "UnitRefused",
]

"""What the writer is given for one transaction, and what it says of it: values that may travel."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import Connection, Table

from fittrack.db.journal.errors import StaleLog
from fittrack.db.journal.unit import Committed, Unit

BEGUN_WITHIN_S: Final = 10.0
"""After a unit was appended: its asker has given up, and may have asked again elsewhere."""

COMMITTED_WITHIN_S: Final = 2 * BEGUN_WITHIN_S
"""The same, until its COMMIT is sent: a batch waits for a lock and is written in less. So a process that
stood still in between writes nothing of what others have long taken to be lost."""

Outcome = Committed | BaseException
"""What became of a unit, or why nothing did."""


class End(NamedTuple):
    """Where an author sees the end of its log: the next place is behind it. `lost`: it was overtaken."""

    log: Table
    key: UUID
    rev: int
    unit_id: UUID | None
    lost: StaleLog | None = None


class Call(NamedTuple):
    """A function to run in the transaction, behind its connection."""

    fn: Callable[..., Any]
    args: Sequence[Any]
    kwargs: Mapping[str, Any]


class Job(Protocol):
    """What belongs to no actor's log and runs inside a batch."""

    def run(self, connection: Connection) -> bytes:
        """Do it; returns its result, pickled."""


class Result(NamedTuple):
    """How a job ended: what it returned, pickled, or what it raised."""

    value: bytes
    error: BaseException | None = None


class Load(NamedTuple):
    """What one transaction is to write: units, each with the number of its log's end, and jobs."""

    ends: list[End]
    units: list[tuple[int, Unit]]
    jobs: Sequence[Job]
    since: float
    """When the oldest unit was appended, on the machine's clock (`boottime`); infinite without any."""


class Report(NamedTuple):
    """What became of a load.

    An outcome for each unit; a result for each job that found time, the others are still to be done. With
    `doubtful`, COMMIT was sent and not answered: what was written may be stored, or come to be.
    `fatal` ends the process.
    """

    outcomes: list[Outcome]
    results: list[Result]
    seconds: float = 0.0
    """From BEGIN to the end of COMMIT."""
    commit_seconds: float = 0.0
    """Of COMMIT alone: mostly the disk's."""
    replayed: bool = False
    doubtful: BaseException | None = None
    fatal: BaseException | None = None

    @classmethod
    def of_all(
        cls, load: Load, make: Callable[[], BaseException], fatal: BaseException | None = None
    ) -> "Report":
        """Everything in `load` ended alike."""
        return cls([make() for _ in load.units], [Result(b"", make()) for _ in load.jobs], fatal=fatal)

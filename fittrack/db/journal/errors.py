"""How a unit can fail. Each says what is known of the database afterwards."""

from uuid import UUID

from fittrack.kit.problems import Busy


class StaleLog(Exception):  # noqa: N818 - a fact about the activation, not a fault of the program
    """The author's log moved on without it: another activation writes it. Nothing of the unit was stored.

    `winner` is the unit found where the author's should have gone; None if there is none, because
    the author is ahead of the log.
    """

    def __init__(self, rev: int, winner: UUID | None) -> None:
        super().__init__(rev, winner)
        self.rev, self.winner = rev, winner

    def __str__(self) -> str:
        return f"rev {self.rev} is not the author's: {self.winner or 'its predecessor is not there'}"


class StalePeer(Exception):  # noqa: N818
    """The unit's other log moved on. Only this unit failed, and it left no gap in the author's log."""

    def __init__(self, rev: int, winner: UUID | None) -> None:
        super().__init__(rev, winner)
        self.rev, self.winner = rev, winner

    def __str__(self) -> str:
        return f"rev {self.rev} of the other log is not as the unit says: {self.winner or 'no predecessor'}"


class UnitRefused(Exception):  # noqa: N818
    """A constraint other than the logs' own refused the unit. Nothing of it was stored.

    `constraint` is what the database calls it: a name, or the columns (SQLite names no unique
    constraint and no foreign key).
    """

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint

    def __str__(self) -> str:
        return f"the database refused the unit: {self.constraint}"


class NotStored(Busy):
    """The database could not take the batch (full, locked, gone). Certainly nothing of it was stored."""


class JournalStopped(Busy):
    """The journal takes nothing any more. Nothing of the unit was stored."""

"""What a check found: findings by invariant, each a sentence an operator can act on."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from enum import Enum
from typing import Final, NamedTuple
from uuid import UUID

FINDINGS_KEPT_MAX: Final = 1_000
"""Findings of one invariant that are kept in words; what follows is only counted."""


class Invariant(Enum):
    """What always holds, in the words of DESIGN 4."""

    LEDGER = "every ledger entry follows the one before, and no balance is below zero"
    LOGS = "logs and inboxes have no gaps, and every unit names its predecessor"
    PURCHASES = "spends and bought entries are one to one, for the price of the tickets"
    ENTRIES = "entries lie between opening and close, and tile the tickets 1 to N"
    FREE_ENTRIES = "every free entry has its evidence, and nobody more free tickets than the drawing allows"
    RULES = "every version of official rules is there as it was published"
    REFUNDS = "every bought entry of a cancelled drawing is refunded once, no other ever"
    KEYS = "a key has one unit in its log, with its answer"
    AWARDS = "what was booked for a day is what its accepted activities are worth"
    REVIEWS = "an account is under review exactly while a review of it is not cleared"
    DRAWS = "the published inputs give the stored winners"
    PRIZES = "a prize has one holder at most, and its history leads to where it is"
    TRACKERS = "a player has one primary tracker at most, who left has none, and what is fetched has tokens"
    WEBHOOKS = "a webhook is due, delivered or given up, has its message, and its attempts are counted"
    FIGURES = "the figures kept of a day are those that its rows come to"
    AUDIT = "what was recorded in the audit log is what was sealed, and none of it is missing"


class Finding(NamedTuple):
    """One violation of `invariant`: by what, and how."""

    invariant: Invariant
    subject: str
    """The row's owner, such as `player <id>`."""
    sentence: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.sentence}"


def _without_rest() -> None:
    """Somebody waits for the result."""


class Report:
    """What was examined, what was found, what still waits to be done. `breathe` is called between rows."""

    def __init__(self, breathe: Callable[[], None] = _without_rest) -> None:
        self.breathe = breathe
        self.examined: Counter[Invariant] = Counter()
        """Rows looked at, by invariant."""
        self.violations: Counter[Invariant] = Counter()
        self.findings: list[Finding] = []
        self.refunds_waiting = 0
        """Refunds that are owed and not applied yet: no violation while the system works."""
        self.figures_from: date | None = None
        """The first day whose figures were counted again; earlier ones were not looked at."""

    @property
    def ok(self) -> bool:
        """Whether every invariant holds."""
        return not self.violations

    def add(self, findings: Iterable[Finding]) -> None:
        """Take in `findings`."""
        for finding in findings:
            self.violations[finding.invariant] += 1
            if self.violations[finding.invariant] <= FINDINGS_KEPT_MAX:
                self.findings.append(finding)

    def count(self, invariant: Invariant, rows: int) -> None:
        """`rows` more were examined for `invariant`."""
        self.examined[invariant] += rows


def player(user_id: UUID) -> str:
    """A player as the subject of a finding."""
    return f"player {user_id}"


def drawing(drawing_id: UUID) -> str:
    """A drawing as the subject of a finding."""
    return f"drawing {drawing_id}"

"""Alerts: what is not as it should be, raised once and cleared once. What is found comes from outside."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal, NamedTuple

from protocol.channel_events import OpsAlert
from protocol.shapes import instant

Severity = Literal["info", "warning", "critical"]

LOOP_LAG_S: Final = 0.25
"""Seconds by which the event loop is late when somebody should look: a quarter of what people notice."""

KEPT_UP_S: Final = 60.0
"""Seconds for which what happens now and then, such as a crash, stays an alert after the last time."""


class Finding(NamedTuple):
    """Something that is wrong at the moment, and what it is about."""

    code: str
    subject: str
    severity: Severity
    detail: str


class Alarms:
    """What is wrong at the moment, since when."""

    def __init__(self) -> None:
        self._standing: dict[tuple[str, str], OpsAlert] = {}

    @property
    def standing(self) -> list[OpsAlert]:
        """The alerts that are not cleared, the oldest first."""
        return list(self._standing.values())

    def update(self, found: Iterable[Finding], now: datetime) -> list[OpsAlert]:
        """What is to be told: alerts that are new, worse or better, and those that are over."""
        current = {(finding.code, finding.subject): finding for finding in found}
        told = [
            self._raise(key, finding, now) for key, finding in current.items() if self._is_news(key, finding)
        ]
        over = [key for key in self._standing if key not in current]
        return [*told, *(self._clear(key, now) for key in over)]

    def _is_news(self, key: tuple[str, str], finding: Finding) -> bool:
        known = self._standing.get(key)
        return known is None or known.severity != finding.severity

    def _raise(self, key: tuple[str, str], finding: Finding, now: datetime) -> OpsAlert:
        alert = OpsAlert(
            at=instant(now),
            severity=finding.severity,
            code=finding.code,
            detail=finding.detail,
            subject=finding.subject or None,
        )
        self._standing[key] = alert
        return alert

    def _clear(self, key: tuple[str, str], now: datetime) -> OpsAlert:
        former = self._standing.pop(key)
        return OpsAlert(
            at=instant(now),
            severity="info",
            code=former.code,
            detail="It is over.",
            subject=former.subject,
            cleared=True,
        )


class Recent:
    """What a counter says of the last minute: whether it has grown, and by how much."""

    def __init__(self) -> None:
        self._grown: dict[str, tuple[int, float]] = {}
        """By what is counted: how much it has grown since it last began to, and when it last did."""

    def note(self, name: str, growth: int, at: float) -> int:
        """By how much `name` has grown without a minute's rest, up to `at`; 0: it is quiet."""
        total, last = self._grown.get(name, (0, float("-inf")))
        if at - last > KEPT_UP_S:
            total = 0
        if growth > 0:
            total, last = total + growth, at
        self._grown[name] = (total, last)
        return total

"""Alerts: raised once, told again only when they change, cleared once."""

from datetime import UTC, datetime

from fittrack.ops.alarms import KEPT_UP_S, Alarms, Finding, Recent

NOON = datetime(2026, 6, 10, 16, tzinfo=UTC)
LATE = Finding("loop-lag", "", "warning", "Late")
DRAW = Finding("draw-failed", "a-drawing", "critical", "Not drawn")


def told(alarms: Alarms, *found: Finding) -> list[tuple[str, bool]]:
    return [(alert.code, alert.cleared) for alert in alarms.update(found, NOON)]


def test_an_alert_is_raised_once_and_cleared_once() -> None:
    alarms = Alarms()
    assert told(alarms, LATE, DRAW) == [("loop-lag", False), ("draw-failed", False)]
    assert told(alarms, LATE, DRAW) == []
    assert told(alarms, DRAW) == [("loop-lag", True)]
    assert [alert.code for alert in alarms.standing] == ["draw-failed"]
    assert told(alarms) == [("draw-failed", True)]
    assert alarms.standing == []


def test_the_same_of_two_drawings_are_two_alerts() -> None:
    alarms = Alarms()
    told(alarms, DRAW)
    assert told(alarms, DRAW, DRAW._replace(subject="another")) == [("draw-failed", False)]


def test_an_alert_that_gets_worse_is_told_again() -> None:
    alarms = Alarms()
    told(alarms, LATE)
    assert told(alarms, LATE._replace(detail="Later")) == []
    assert told(alarms, LATE._replace(severity="critical")) == [("loop-lag", False)]
    assert len(alarms.standing) == 1


def test_what_happened_now_and_then_adds_up_until_a_minute_without() -> None:
    recent = Recent()
    assert recent.note("crashes", 0, 0) == 0
    assert recent.note("crashes", 2, 10) == 2
    assert recent.note("crashes", 1, 10 + KEPT_UP_S) == 3
    assert recent.note("crashes", 0, 10 + 2 * KEPT_UP_S) == 3
    assert recent.note("crashes", 0, 11 + 2 * KEPT_UP_S) == 0
    assert recent.note("others", 1, 5) == 1

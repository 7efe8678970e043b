"""How often a drawing's countdown is told (PROTOCOL, "Ticks"). Pure.

Ticks without news fall on round remaining times (…, 20 s, 10 s, then every second), so that all
subscribers see the same steps and the step into a faster cadence is never missed.
"""

from datetime import datetime, timedelta

from fittrack.drawings.model import Drawing, DrawingStatus

MIN_TICK_GAP = timedelta(milliseconds=250)
"""At most four ticks a second, however much changes."""

IDLE_TICK_INTERVAL = timedelta(seconds=60)
"""The slowest cadence: a subscriber who hears nothing for longer is cut off."""

_CADENCES = (
    # (at most this long before the close or the draw, a tick at least every)
    (timedelta(minutes=1), timedelta(seconds=1)),
    (timedelta(hours=1), timedelta(seconds=10)),
)

TIMER_SLACK = timedelta(milliseconds=5)
"""A timer may fire this early; the step for which it was set then counts as reached."""

COUNTING_DOWN = frozenset({DrawingStatus.SCHEDULED, DrawingStatus.OPEN, DrawingStatus.CLOSED})
"""States in which there is a next tick."""


def next_tick_at(
    drawing: Drawing, now: datetime, *, last_tick_at: datetime | None = None, changed: bool = False
) -> datetime | None:
    """When the next tick is due, `None` when the drawing no longer counts down.

    `changed`: something happened that the last tick did not tell. The answer is not before `now`.
    """
    if drawing.status not in COUNTING_DOWN:
        return None
    not_before = now if last_tick_at is None else max(now, last_tick_at + MIN_TICK_GAP)
    if changed or last_tick_at is None:
        return not_before
    targets = drawing.ticket_sales_close, drawing.drawing_time
    return max(not_before, min(_next_step(target, now) for target in targets))


def next_tick_delay(
    drawing: Drawing, now: datetime, *, last_tick_at: datetime | None = None, changed: bool = False
) -> timedelta | None:
    """How long to wait from `now` for the next tick (see `next_tick_at`)."""
    due_at = next_tick_at(drawing, now, last_tick_at=last_tick_at, changed=changed)
    return None if due_at is None else due_at - now


def tick_interval(remaining: timedelta) -> timedelta:
    """The longest wait between two ticks, `remaining` before a close or a draw."""
    if remaining > timedelta(0):
        for within, interval in _CADENCES:
            if remaining <= within:
                return interval
    return IDLE_TICK_INTERVAL


def _next_step(target: datetime, now: datetime) -> datetime:
    """The first round remaining time before `target` that is not yet reached."""
    remaining = target - now - TIMER_SLACK
    if remaining <= timedelta(0):
        return now + IDLE_TICK_INTERVAL
    interval = tick_interval(remaining)
    steps_left = -(-remaining // interval) - 1  # whole intervals strictly below what remains
    return target - steps_left * interval

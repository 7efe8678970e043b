"""What an activity may look like on the wire, before any rule has a say."""

from datetime import UTC, datetime

import msgspec
import pytest

from protocol.limits import METRICS_MAX, QUANTITY_MAX
from protocol.shapes import ActivityInput, instant
from tests.protocol.examples import A_WALK


def read(**changes: object) -> ActivityInput:
    """As it arrives in MessagePack, which can say what JSON cannot."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode({**A_WALK, **changes}), type=ActivityInput)


def test_instants_become_utc_in_whole_milliseconds() -> None:
    activity = read(start_time="2026-03-01T06:00:00.123987-05:00")
    assert activity.start_time == datetime(2026, 3, 1, 11, 0, 0, 123_000, tzinfo=UTC)
    assert activity.start_time.tzinfo is UTC
    assert instant(activity.start_time) == "2026-03-01T11:00:00.123Z"


def test_a_manual_entry_needs_no_foreign_ids_and_no_intensity() -> None:
    activity = msgspec.convert(
        {name: value for name, value in A_WALK.items() if name not in ("external_id", "metrics")},
        ActivityInput,
    )
    assert (activity.external_id, activity.device_id, activity.intensity) == (None, None, None)
    assert activity.metrics == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"start_time": "2026-03-01T11:00:00"},
        {"start_time": "0001-01-01T00:00:00+14:00"},
        {"end_time": "9999-12-31T23:59:59-14:00"},
        {"duration_minutes": -1},
        {"duration_minutes": QUANTITY_MAX + 1},
        {"duration_minutes": float("nan")},
        {"duration_minutes": float("inf")},
        {"duration_minutes": True},
        {"metrics": {"steps": float("nan")}},
        {"metrics": {"steps": "3200"}},
        {"metrics": {f"m{number}": 1 for number in range(METRICS_MAX + 1)}},
        {"source": "Fitbit"},
        {"source": "fitbit\n"},
        {"external_id": ""},
        {"external_id": "walk-1\n"},
        {"external_id": "walk\x001"},
        {"external_id": "x" * 129},
        {"activity_type": "nap"},
        {"points_earned": 50},
    ],
    ids=str,
)
def test_what_is_no_activity_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(**changes)

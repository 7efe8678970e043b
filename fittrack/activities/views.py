"""Activities as they are shown."""

from fittrack.activities import schemas
from fittrack.activities.model import Activity
from protocol.shapes import instant


def activity_out(activity: Activity) -> schemas.ActivityOut:
    """One activity, as lists give it."""
    return schemas.ActivityOut(
        activity_id=activity.activity_id,
        activity_type=activity.activity_type.value,
        start_time=instant(activity.start_time),
        end_time=instant(activity.end_time),
        duration_minutes=activity.duration_minutes,
        intensity=activity.intensity.value,
        metrics=activity.metrics,
        source=activity.source,
        external_id=activity.external_id,
        device_id=activity.device_id,
        duplicate_of=activity.duplicate_of,
        flags=list(activity.flags),
        received_at=instant(activity.received_at),
    )

"""From activities as the wire's types hold them to the command: the same for REST and the WebSocket."""

from fittrack.activities.commands import LogActivities
from fittrack.activities.model import Unreadable, activity_input
from fittrack.activities.outcome import ItemStatus
from fittrack.activities.processing import BatchItem
from fittrack.activities.schemas import LoggedActivities
from protocol.inbound import ActivityBatch, UnreadableActivity
from protocol.outbound import ActivitiesLogged
from protocol.shapes import ActivityInput, RejectedItem


def log_activities(batch: ActivityBatch) -> LogActivities:
    """The command. What could not be read keeps its place and is rejected alone."""
    return LogActivities([_item(item) for item in batch.items])


def activities_logged(answer: LoggedActivities) -> ActivitiesLogged:
    """The answer as the WebSocket gives it: numbers, and what was rejected."""
    statuses = [item.status for item in answer.activities]
    return ActivitiesLogged(
        accepted=statuses.count(ItemStatus.ACCEPTED.value),
        duplicates=statuses.count(ItemStatus.DUPLICATE.value),
        flagged=sum(1 for item in answer.activities if item.flags),
        rejected=[
            RejectedItem(index=index, code=item.code or "")
            for index, item in enumerate(answer.activities)
            if item.status == ItemStatus.REJECTED.value
        ],
        points=answer.points_earned,
        balance=answer.balance,
    )


def _item(item: ActivityInput | UnreadableActivity) -> BatchItem:
    if isinstance(item, UnreadableActivity):
        return Unreadable(item.code, item.digest)
    return activity_input(item)

"""What the audit log says of second factors: that something was done, never what is secret of it."""

from fittrack.audit.action import Action
from fittrack.kit.ids import UserId


def about(name: str, user_id: UserId) -> Action:
    """Something was done to an account's second factor."""
    return Action(name=name, subject_type="user", subject_id=user_id)

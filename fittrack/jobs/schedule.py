"""Reminds the schedule each minute of drawings that are to be made. Reminding twice is harmless."""

from typing import Final

from actors.runtime import Registry
from fittrack.schedule.messages import SCHEDULE, SCHEDULE_ID, KeepSchedule

EACH: Final = {"minute": "*"}
"""A change of a template is followed at once; this is for new days, and for what could not be made."""


async def keep_schedule(registry: Registry) -> None:
    """Have the drawings made that are due."""
    registry.ref(SCHEDULE, SCHEDULE_ID).tell(KeepSchedule())

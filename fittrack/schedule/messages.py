"""What is said to the actor of the schedule, and by it to drawings."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final
from uuid import UUID

from msgspec import Struct

from fittrack.drawings.model import Drawing
from fittrack.kit.ids import TemplateId
from fittrack.kit.origin import Origin
from fittrack.schedule.model import Template
from fittrack.server.etags import Versions
from fittrack.server.once import Once
from protocol import shapes

SCHEDULE: Final = "schedule"
"""Its kind, as the registry knows it."""

SCHEDULE_ID: Final = UUID(int=0)
"""There is one schedule, so there is one actor."""


@dataclass(frozen=True, slots=True)
class KeepSchedule:
    """Make the drawings that are due. Saying it again is harmless. Answers how many were made."""


@dataclass(frozen=True, slots=True)
class CreateTemplate:
    template: Template
    once: Once
    origin: Origin


@dataclass(frozen=True, slots=True)
class EditTemplate:
    template_id: TemplateId
    changes: dict[str, Any]
    wanted: Versions
    origin: Origin


@dataclass(frozen=True, slots=True)
class DeleteTemplate:
    template_id: TemplateId
    wanted: Versions
    origin: Origin


@dataclass(frozen=True, slots=True)
class MakeDrawing:
    """Have a drawing come into being, scheduled, as the template planned it for its day."""

    drawing: Drawing
    template_id: TemplateId
    day: date
    edition: int
    ANSWER: ClassVar[type[Struct]] = shapes.Drawing

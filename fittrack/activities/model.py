"""Activities as clients send them and as they are kept (SPEC 3)."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from fittrack.kit.ids import ActivityId

MANUAL_SOURCE: Final = "manual"
"""The source of what players type in themselves; every other source is a tracker."""


EXTERNAL_ID_LENGTH_MAX: Final = 200
"""Characters."""


def manual_id(source: str, external_id: str) -> str:
    """What a manual entry that a tracker tells of is called; its source is `manual`, like others'."""
    name = f"{source}:{external_id}"
    return name if len(name) <= EXTERNAL_ID_LENGTH_MAX else hashlib.sha256(name.encode()).hexdigest()


class ActivityType(StrEnum):
    """What was tracked. A workout is atomic; steps and active minutes are samples."""

    STEPS = "steps"
    WORKOUT = "workout"
    ACTIVE_MINUTES = "active_minutes"


class Intensity(StrEnum):
    """How hard it was, by heart rate relative to the maximum."""

    LIGHT = "light"
    MODERATE = "moderate"
    VIGOROUS = "vigorous"


class ActivityInput(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An activity as a client sends it. It never says what it earned.

    `duration_minutes` is how long the player exercised within the interval; without it, the whole
    interval. `external_id` is the source's own name of the activity; only manual entries may lack it.
    """

    activity_type: ActivityType
    start_time: datetime
    end_time: datetime
    source: str
    duration_minutes: float | None = None
    intensity: Intensity | None = None
    metrics: Mapping[str, float] = {}
    external_id: str | None = None
    device_id: str | None = None


class SentActivity(Protocol):
    """An activity as the wire's types hold it: the same fields, closed sets as plain strings."""

    @property
    def activity_type(self) -> str: ...
    @property
    def start_time(self) -> datetime: ...
    @property
    def end_time(self) -> datetime: ...
    @property
    def duration_minutes(self) -> float | None: ...
    @property
    def intensity(self) -> str | None: ...
    @property
    def metrics(self) -> Mapping[str, float]: ...
    @property
    def source(self) -> str: ...
    @property
    def external_id(self) -> str | None: ...
    @property
    def device_id(self) -> str | None: ...
    @property
    def user_entered(self) -> bool: ...


def activity_input(sent: SentActivity) -> ActivityInput:
    """`sent` in the domain's words. Its closed sets were validated when it was decoded.

    What was typed into a tracker's app is a manual entry, whatever tells of it.
    """
    source, external_id = sent.source, sent.external_id
    if sent.user_entered and source != MANUAL_SOURCE:
        external_id = None if external_id is None else manual_id(source, external_id)
        source = MANUAL_SOURCE
    return ActivityInput(
        activity_type=ActivityType(sent.activity_type),
        start_time=sent.start_time,
        end_time=sent.end_time,
        duration_minutes=sent.duration_minutes,
        intensity=Intensity(sent.intensity) if sent.intensity is not None else None,
        metrics=sent.metrics,
        source=source,
        external_id=external_id,
        device_id=sent.device_id,
    )


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A provider's word that an activity was deleted at its source."""

    source: str
    external_id: str


class Unreadable(msgspec.Struct, frozen=True, gc=False):
    """The place of a batch's item that could not be read: rejected with `code`, the others stand."""

    code: str
    digest: bytes = b""
    """Identifies what was sent."""


class Activity(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An accepted activity, as it is stored.

    `day` is the platform's day of `start_time`. `intensity` is resolved (stated, derived or light).
    `duplicate_of` names the activity of another source that counts in its place. `revision` is 1 when
    first received and grows with each content its source sent. `flags` say what is unlikely about it.
    """

    activity_id: ActivityId
    activity_type: ActivityType
    start_time: datetime
    end_time: datetime
    duration_minutes: float
    intensity: Intensity
    metrics: Mapping[str, float]
    source: str
    external_id: str
    device_id: str | None
    day: date
    received_at: datetime
    revision: int = 1
    duplicate_of: ActivityId | None = None
    flags: tuple[str, ...] = ()

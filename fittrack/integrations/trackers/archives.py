"""Answers of the Fitbit Web API and of Google Fit's REST API, which people kept, as activities. Pure.

Both APIs are gone; what they answered last is still on phones and in exports. The sources are called
`…_archive`, so that what a live connection tells of the same exercise counts once.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec
from msgspec import Raw, Struct

from fittrack.integrations.trackers.google_health_data import FITBIT, GOOGLE_FIT
from fittrack.integrations.trackers.provider import Tracked, Withdrawn

StartOfDay = Callable[[date], datetime]
Items = Iterator[Tracked | Withdrawn]

FITBIT_ARCHIVE: Final = "fitbit_archive"
GOOGLE_FIT_ARCHIVE: Final = "google_fit_archive"

_LEVELS: Final = {
    "activities-minutesLightlyActive": "light",
    "activities-minutesFairlyActive": "moderate",
    "activities-minutesVeryActive": "vigorous",
}
_METRES: Final = {"kilometer": 1000.0, "mile": 1609.344, "meter": 1.0}
_NO_SESSIONS: Final = frozenset({0, 3, 4, 5, 72, 109, 110, 111, 112})
"""Google Fit's types that are no exercise: in a vehicle, still, unknown, tilting, asleep."""
_USER_INPUT: Final = "user_input"
"""What the name of a data source ends with that a person typed into."""


class NoArchive(Exception):  # noqa: N818 - says what happened
    """The document is none of those that are known."""


class _Point(Struct, rename={"date_time": "dateTime"}):
    date_time: date
    value: float


class _Log(Struct, rename="camel"):
    log_id: int
    start_time: datetime
    duration: float
    """Milliseconds, pauses included."""
    active_duration: float | None = None
    log_type: str = ""
    steps: float | None = None
    calories: float | None = None
    distance: float | None = None
    distance_unit: str = "Kilometer"
    average_heart_rate: float | None = None


class _Value(Struct, rename={"int_val": "intVal", "fp_val": "fpVal"}):
    int_val: int | None = None
    fp_val: float | None = None


class _FitPoint(Struct, rename="camel"):
    start_time_nanos: int
    end_time_nanos: int
    data_type_name: str = ""
    origin_data_source_id: str = ""
    value: list[_Value] = []


class _Session(Struct, rename="camel"):
    id: str
    start_time_millis: int
    end_time_millis: int
    active_time_millis: int | None = None
    activity_type: int = 0


def read_archive(
    provider: str, document: bytes, start_of: StartOfDay, now: datetime
) -> tuple[list[Tracked | Withdrawn], int]:
    """The activities in a document, and how many entries of it could not be read. Raises `NoArchive`."""
    try:
        parts = msgspec.json.decode(document, type=dict[str, Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NoArchive("It is no JSON object") from error
    reader = {FITBIT: _fitbit, GOOGLE_FIT: _google_fit}.get(provider)
    if reader is None:
        raise NoArchive("There are no archives of this provider")
    found = _Found(start_of, now)
    if not reader(parts, found):
        raise NoArchive("It holds nothing that this provider's API ever answered")
    return found.items, found.unreadable


class _Found:
    """What was read so far."""

    def __init__(self, start_of: StartOfDay, now: datetime) -> None:
        self.start_of = start_of
        self.now = now
        self.items: list[Tracked | Withdrawn] = []
        self.unreadable = 0

    def take(
        self,
        entries: Raw,
        shape: type[Struct],
        make: Callable[..., Iterable[Tracked | Withdrawn]],
        *more: object,
    ) -> None:
        """What `make` says of each entry; one that cannot be read is counted, the others stand."""
        try:
            raws = msgspec.json.decode(entries, type=list[Raw])
        except (msgspec.DecodeError, RecursionError):
            self.unreadable += 1
            return
        for raw in raws:
            try:
                self.items += make(msgspec.json.decode(raw, type=shape, strict=False), *more)
            except (msgspec.DecodeError, ValueError, OverflowError, RecursionError):
                self.unreadable += 1

    def day(self, day: date) -> tuple[datetime, datetime]:
        """The instants of a day, as far as it went."""
        return self.start_of(day), min(self.start_of(day + timedelta(days=1)), self.now)


# --- Fitbit -----------------------------------------------------------------------------------------------


def _fitbit(parts: dict[str, Raw], found: _Found) -> bool:
    known = False
    for name, entries in parts.items():
        if name == "activities-steps":
            found.take(entries, _Point, _fitbit_steps, found)
        elif name in _LEVELS:
            found.take(entries, _Point, _fitbit_minutes, found, _LEVELS[name])
        elif name == "activities":
            found.take(entries, _Log, _fitbit_log)
        else:
            continue
        known = True
    return known


def _fitbit_steps(point: _Point, found: _Found) -> Items:
    start, end = found.day(point.date_time)
    if point.value > 0 and start < end:
        yield Tracked(
            name=f"steps:{point.date_time}",
            activity_type="steps",
            start=start,
            end=end,
            duration_minutes=(end - start).total_seconds() / 60,
            source=FITBIT_ARCHIVE,
            metrics={"steps": point.value},
        )


def _fitbit_minutes(point: _Point, found: _Found, intensity: str) -> Items:
    start, end = found.day(point.date_time)
    if point.value > 0 and start < end:
        yield Tracked(
            name=f"active_minutes:{point.date_time}:{intensity}",
            activity_type="active_minutes",
            start=start,
            end=end,
            duration_minutes=min(point.value, (end - start).total_seconds() / 60),
            source=FITBIT_ARCHIVE,
            intensity=intensity,
        )


def _fitbit_log(log: _Log) -> Items:
    if log.start_time.tzinfo is None:
        raise ValueError("an instant without a zone")
    metres = _METRES.get(log.distance_unit.lower())
    yield Tracked(
        name=f"exercise:{log.log_id}",
        activity_type="workout",
        start=log.start_time,
        end=log.start_time + timedelta(milliseconds=log.duration),
        duration_minutes=min(log.active_duration or log.duration, log.duration) / 60_000,
        source=FITBIT_ARCHIVE,
        metrics=_told(
            steps=log.steps,
            calories=log.calories,
            distance_meters=None if metres is None or log.distance is None else log.distance * metres,
            heart_rate_avg=log.average_heart_rate,
        ),
        manual=log.log_type == "manual",
    )


# --- Google Fit -------------------------------------------------------------------------------------------


class _Dataset(Struct):
    point: Raw = Raw(b"[]")


class _Bucket(Struct):
    dataset: list[_Dataset] = []


def _google_fit(parts: dict[str, Raw], found: _Found) -> bool:
    known = False
    if "bucket" in parts:
        known = True
        found.take(parts["bucket"], _Bucket, _buckets, found)
    if "session" in parts:
        known = True
        found.take(parts["session"], _Session, _session)
    if "deletedSession" in parts:
        known = True
        found.take(parts["deletedSession"], _Session, _deleted)
    return known


def _buckets(bucket: _Bucket, found: _Found) -> Items:
    for dataset in bucket.dataset:
        found.take(dataset.point, _FitPoint, _fit_point)
    yield from ()


def _fit_point(point: _FitPoint) -> Items:
    start, end = _instant(point.start_time_nanos / 1e6), _instant(point.end_time_nanos / 1e6)
    amount = float(sum(value.int_val or value.fp_val or 0 for value in point.value))
    if amount <= 0 or end <= start:
        return
    manual = point.origin_data_source_id.endswith(_USER_INPUT)
    span = (end - start).total_seconds() / 60
    match point.data_type_name:
        case "com.google.step_count.delta":
            yield Tracked(
                name=f"steps:{start:%Y-%m-%dT%H:%M:%S}",
                activity_type="steps",
                start=start,
                end=end,
                duration_minutes=span,
                source=GOOGLE_FIT_ARCHIVE,
                metrics={"steps": amount},
                manual=manual,
            )
        case "com.google.active_minutes":
            yield Tracked(
                name=f"active_minutes:{start:%Y-%m-%dT%H:%M:%S}",
                activity_type="active_minutes",
                start=start,
                end=end,
                duration_minutes=min(amount, span),
                source=GOOGLE_FIT_ARCHIVE,
                manual=manual,
            )


def _session(session: _Session) -> Items:
    if session.activity_type in _NO_SESSIONS:
        return
    start, end = _instant(session.start_time_millis), _instant(session.end_time_millis)
    elapsed = (end - start).total_seconds()
    active = elapsed if session.active_time_millis is None else session.active_time_millis / 1000
    yield Tracked(
        name=f"session:{session.id}",
        activity_type="workout",
        start=start,
        end=end,
        duration_minutes=min(active, elapsed) / 60,
        source=GOOGLE_FIT_ARCHIVE,
    )


def _deleted(session: _Session) -> Items:
    yield Withdrawn(name=f"session:{session.id}", source=GOOGLE_FIT_ARCHIVE)


def _instant(millis: float) -> datetime:
    return datetime.fromtimestamp(millis / 1000, UTC)


def _told(**metrics: float | None) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if value}

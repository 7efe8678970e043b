"""An aggregator that pushes what it reads of many trackers, Apple's among them, in signed messages (Terra).

Unlike a notification, what it says is believed: HMAC-SHA256 over the instant and the body, with a secret
that only both sides know. A message is good for five minutes; told again it changes nothing, since
activities are known by their names.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec
from msgspec import Struct

from fittrack.integrations.trackers.provider import (
    Authorized,
    Availability,
    Deauthorized,
    HookEvent,
    Provider,
    Pushed,
    Tracked,
    Withdrawn,
)
from fittrack.integrations.trackers.trouble import HookRefused, HookUnreadable

TERRA: Final = "terra"
SIGNATURE: Final = "terra-signature"

REPLAY_WINDOW: Final = timedelta(minutes=5)
"""Between the instant that is signed and its arrival, either way."""

MANUAL, DELETED = 2, 4
"""Types of uploads: typed in by the person; deleted at the source."""

ITEMS_MAX: Final = 1_000
"""Activities in one message; a body of 1 MiB holds no more."""

_SIGNED: Final = re.compile(r"t=(\d{1,12})((?:,v\d=[0-9a-f]{64})+)")


def make(secret: str) -> Provider:
    """The provider; without the secret nobody can be believed."""
    return Provider(
        name=TERRA,
        title="Terra",
        service=TERRA,
        availability=Availability.ACTIVE if secret else Availability.DISABLED,
        hook=TerraHook(secret) if secret else None,
        why="" if secret else "the signing secret is missing",
    )


class _User(Struct):
    user_id: str
    reference_id: str | None = None


class _Metadata(Struct):
    start_time: datetime
    end_time: datetime
    summary_id: str | None = None
    upload_type: int | None = None


class _Movement(Struct):
    steps: int | None = None
    distance_meters: float | None = None


class _DistanceData(Struct):
    steps: int | None = None
    summary: _Movement = msgspec.field(default_factory=_Movement)


class _CaloriesData(Struct):
    total_burned_calories: float | None = None


class _HeartRates(Struct):
    avg_hr_bpm: float | None = None


class _HeartRateData(Struct):
    summary: _HeartRates = msgspec.field(default_factory=_HeartRates)


class _Durations(Struct):
    activity_seconds: float | None = None
    low_intensity_seconds: float | None = None
    moderate_intensity_seconds: float | None = None
    vigorous_intensity_seconds: float | None = None


class _Entry(Struct):
    """One workout of `activity`, or one day of `daily`."""

    metadata: _Metadata
    distance_data: _DistanceData = msgspec.field(default_factory=_DistanceData)
    calories_data: _CaloriesData = msgspec.field(default_factory=_CaloriesData)
    heart_rate_data: _HeartRateData = msgspec.field(default_factory=_HeartRateData)
    active_durations_data: _Durations = msgspec.field(default_factory=_Durations)


class _Message(Struct):
    type: str
    user: _User | None = None
    status: str | None = None
    data: list[msgspec.Raw] = []


class TerraHook:
    """Reads the aggregator's messages (see `provider.Hook`)."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def handshake(self, challenge: str) -> bool:
        """See `Hook`; there is none."""
        del challenge
        return False

    def read(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Sequence[HookEvent]:
        """See `Hook`."""
        self._verify(headers.get(SIGNATURE, ""), body, now)
        try:
            message = msgspec.json.decode(body, type=_Message)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise HookUnreadable("It is no message of the aggregator") from error
        return list(_events(message, now))

    def _verify(self, signature: str, body: bytes, now: datetime) -> None:
        signed = _SIGNED.fullmatch(signature.strip())
        if signed is None:
            raise HookRefused("It is not signed")
        if abs(now.timestamp() - int(signed[1])) > REPLAY_WINDOW.total_seconds():
            raise HookRefused("It was signed too long ago, or by a wrong clock")
        expected = hmac.new(self._secret, signed[1].encode() + b"." + body, hashlib.sha256).hexdigest()
        given = [part.partition("=") for part in signed[2].split(",") if part]
        if not any(name == "v1" and hmac.compare_digest(value, expected) for name, _, value in given):
            raise HookRefused("Its signature is not ours")


def _events(message: _Message, now: datetime) -> Iterable[HookEvent]:
    user = message.user
    if user is None:
        return  # news about the aggregator itself
    match message.type:
        case "auth":
            if message.status == "success" and user.reference_id:
                yield Authorized(user.user_id, user.reference_id)
        case "deauth" | "access_revoked" | "connection_error":
            yield Deauthorized(user.user_id)
        case "activity":
            yield _pushed(user.user_id, message.data[:ITEMS_MAX], _workout)
        case "daily":
            yield _pushed(user.user_id, message.data[:ITEMS_MAX], partial(_day, now=now))


def _pushed(
    account: str, entries: Sequence[msgspec.Raw], tells: Callable[[_Entry], Iterable[Tracked | Withdrawn]]
) -> Pushed:
    """What each entry `tells`; one that cannot be read is left out, the others stand."""
    items: list[Tracked | Withdrawn] = []
    unreadable = 0
    for raw in entries:
        entry = _read(raw)
        if entry is None:
            unreadable += 1
        else:
            items += tells(entry)
    return Pushed(account, items, unreadable)


def _read(raw: msgspec.Raw) -> _Entry | None:
    try:
        entry = msgspec.json.decode(raw, type=_Entry, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    has_zone = entry.metadata.start_time.tzinfo is not None and entry.metadata.end_time.tzinfo is not None
    return entry if has_zone else None


def _workout(entry: _Entry) -> Iterable[Tracked | Withdrawn]:
    metadata, durations = entry.metadata, entry.active_durations_data
    name = f"activity:{metadata.summary_id or metadata.start_time.isoformat()}"
    if metadata.upload_type == DELETED:
        yield Withdrawn(name=name, source=TERRA)
        return
    elapsed = (metadata.end_time - metadata.start_time).total_seconds()
    movement = entry.distance_data.summary
    yield Tracked(
        name=name,
        activity_type="workout",
        start=metadata.start_time,
        end=metadata.end_time,
        duration_minutes=min(durations.activity_seconds or elapsed, elapsed) / 60,
        source=TERRA,
        metrics=_told(
            steps=movement.steps,
            distance_meters=movement.distance_meters,
            calories=entry.calories_data.total_burned_calories,
            heart_rate_avg=entry.heart_rate_data.summary.avg_hr_bpm,
        ),
        manual=metadata.upload_type == MANUAL,
    )


def _day(entry: _Entry, now: datetime) -> Iterable[Tracked]:
    """A day's sums so far. That a day ends at midnight is known before it is over: none of it is to come."""
    metadata, durations = entry.metadata, entry.active_durations_data
    start, day = metadata.start_time, metadata.start_time.date()
    end = min(metadata.end_time, now)
    if end < start:
        return
    span = (end - start).total_seconds() / 60
    manual = metadata.upload_type == MANUAL
    if steps := entry.distance_data.steps or entry.distance_data.summary.steps:
        yield Tracked(
            name=f"steps:{day}",
            activity_type="steps",
            start=start,
            end=end,
            duration_minutes=span,
            source=TERRA,
            metrics={"steps": float(steps)},
            manual=manual,
        )
    levels = {
        "light": durations.low_intensity_seconds,
        "moderate": durations.moderate_intensity_seconds,
        "vigorous": durations.vigorous_intensity_seconds,
    }
    for intensity, seconds in levels.items():
        if seconds:
            yield Tracked(
                name=f"active_minutes:{day}:{intensity}",
                activity_type="active_minutes",
                start=start,
                end=end,
                duration_minutes=min(seconds / 60, span),
                source=TERRA,
                intensity=intensity,
                manual=manual,
            )


def _told(**metrics: float | None) -> dict[str, float]:
    return {name: float(value) for name, value in metrics.items() if value}

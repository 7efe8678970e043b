"""When a connection is synced, what of it is asked for, and what of the answer is new. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from fittrack.activities.model import (
    MANUAL_SOURCE,
    ActivityInput,
    ActivityType,
    Intensity,
    Withdrawal,
    manual_id,
)
from fittrack.activities.rules import ADMISSIBLE_AGE
from fittrack.integrations.trackers.provider import Fetched, Tracked, Window, Withdrawn
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import whole_milliseconds

SYNC_EVERY: Final = timedelta(minutes=15)
"""SPEC 7."""
SPREAD: Final = 0.1
"""The part of the interval over which syncs are spread: after an outage not all are due at once for ever."""

LOOK_BACK: Final = timedelta(days=2)
"""A watch that was out of reach of its phone tells of yesterday today."""
WHOLE_EVERY: Final = timedelta(hours=6)
"""How often every day that can still count is read again: watches lie in drawers for days."""

AHEAD: Final = timedelta(days=1)
"""What somebody waits for, such as the first sync, goes before any backlog that is younger than this."""

RETRY_FIRST: Final = timedelta(seconds=30)
RETRY_MAX: Final = timedelta(hours=1)
"""However long a provider's outage lasts, syncs follow its end within the hour."""

REFRESH_AHEAD: Final = timedelta(minutes=5)
"""How long before its end a token is refreshed: longer than a sync lasts, and clocks differ."""
TOKEN_LIFETIME_UNKNOWN: Final = timedelta(hours=1)
"""For how long a token is taken to be good whose provider does not say."""
TOKEN_LIFETIME_MAX: Final = timedelta(days=3650)
"""What a provider says beyond that is no lifetime, and might not fit the calendar."""

NAME_LENGTH_MAX: Final = 150
"""Characters of a provider's name of an activity; longer ones, and odd ones, are told by their hash."""


Told = ActivityInput | Withdrawal
"""What a provider told of an activity, as the player's actor takes it in."""


class SyncStatus(StrEnum):
    """How a connection is doing, as its player sees it."""

    PENDING = "pending"
    """Connected, nothing was read yet."""
    SYNCING = "syncing"
    IDLE = "idle"
    """All is well; the next sync comes by itself."""
    DELAYED = "delayed"
    """The last sync failed, another one will come."""
    RECONNECT = "reconnect"
    """Consent is gone: only the player can mend it."""


class Seen(Struct, frozen=True, array_like=True):
    """An activity that was told: when it began, and a digest of its content."""

    start: datetime
    digest: str


class Cursor(Struct, frozen=True, omit_defaults=True):
    """Where the next sync goes on. `seen` is by source and external id, of the days that can still count."""

    through: datetime | None = None
    whole_at: datetime | None = None
    """When last every day that counts was read."""
    seen: Mapping[str, Seen] = {}
    anchor: str | None = None
    """Where the phone's app goes on, in its own words."""


class Diff(NamedTuple):
    """What is new, and the cursor once it is stored."""

    items: list[Told]
    cursor: Cursor


def read_cursor(stored: bytes | None) -> Cursor:
    """The cursor as it is stored; an unreadable one begins anew, which only costs a longer sync."""
    if not stored:
        return Cursor()
    try:
        return msgspec.json.decode(stored, type=Cursor)
    except msgspec.DecodeError:
        return Cursor()


def stored(cursor: Cursor) -> bytes:
    """The cursor as it is stored."""
    return msgspec.json.encode(cursor)


def next_sync(now: datetime, draw: float) -> datetime:
    """When a connection that was synced is due again; `draw` from 0 to 1 spreads them."""
    return whole_milliseconds(now + SYNC_EVERY * (1 - SPREAD * draw))


def at_once(now: datetime) -> datetime:
    """Since when a connection counts as due that somebody waits for: before what is due by itself."""
    return now - AHEAD


def not_before(now: datetime, after_s: float | None) -> datetime | None:
    """Until when a provider wants to be left alone, if it said so."""
    return None if not after_s else whole_milliseconds(now + timedelta(seconds=after_s))


def retry_at(now: datetime, failures: int, draw: float, after_s: float | None) -> datetime:
    """When a failed sync is tried again: doubling with jitter, never before the provider wants it."""
    # Bounded before it is computed: after days of failures the power alone would overflow.
    doublings = min(failures, RETRY_MAX // RETRY_FIRST)
    delay = min(RETRY_FIRST * 2**doublings, RETRY_MAX) * (0.5 + draw / 2)
    return whole_milliseconds(now + max(delay, timedelta(seconds=(after_s or 0) * (1 + draw / 10))))


def window_of(cursor: Cursor, now: datetime, calendar: PlatformCalendar, *, first: bool = False) -> Window:
    """What to ask for: from some time before where the last sync ended; all that counts now and then, and
    the first time after connecting.
    """
    since = now - ADMISSIBLE_AGE
    if (
        not first
        and cursor.through is not None
        and cursor.whole_at is not None
        and now < cursor.whole_at + WHOLE_EVERY
    ):
        since = max(since, cursor.through - LOOK_BACK)
    return Window(calendar.day_of(since), calendar.day_of(now), since, now)


def is_whole(window: Window, now: datetime) -> bool:
    """Whether it holds everything that can still count."""
    return window.since <= now - ADMISSIBLE_AGE


def diff(cursor: Cursor, fetched: Fetched, window: Window, calendar: PlatformCalendar) -> Diff:
    """What of an answer is new, changed or gone, against what was told before.

    What began too long ago to count is left out, and forgotten.
    """
    now = window.until
    oldest = now - ADMISSIBLE_AGE
    items: list[Told] = []
    seen = {key: known for key, known in cursor.seen.items() if known.start >= oldest}
    found = {}
    for tracked in fetched.items:
        activity = activity_of(tracked)
        if activity.start_time < oldest:
            continue
        key = _key(activity.source, activity.external_id)
        found[key] = Seen(activity.start_time, digest(activity))
        if seen.get(key) != found[key]:
            items.append(activity)
    gone = _gone(seen, found, calendar.start_of(window.first)) if fetched.whole else []
    items += [_withdrawal(key) for key in gone]
    kept = {key: known for key, known in seen.items() if key not in gone}
    whole_at = now if is_whole(window, now) and fetched.whole else cursor.whole_at
    return Diff(items, Cursor(now, whole_at, {**kept, **found}, cursor.anchor))


def without(cursor: Cursor, rejected: Iterable[Told]) -> Cursor:
    """The cursor, as if these had not been told: they are told again."""
    keys = {_key(item.source, item.external_id) for item in rejected}
    return Cursor(
        cursor.through,
        cursor.whole_at,
        {key: seen for key, seen in cursor.seen.items() if key not in keys},
        cursor.anchor,
    )


def _gone(seen: Mapping[str, Seen], found: Mapping[str, Seen], since: datetime) -> list[str]:
    return [key for key, known in seen.items() if known.start >= since and key not in found]


def _key(source: str, external_id: str | None) -> str:
    return f"{source}|{external_id}"


def _withdrawal(key: str) -> Withdrawal:
    source, _, external_id = key.partition("|")
    return Withdrawal(source=source, external_id=external_id)


def activity_of(tracked: Tracked) -> ActivityInput:
    """`tracked` as the player's actor takes it in. What was typed in counts as such."""
    name = _external_id(tracked.name)
    return ActivityInput(
        activity_type=ActivityType(tracked.activity_type),
        start_time=whole_milliseconds(tracked.start.astimezone(UTC)),
        end_time=whole_milliseconds(tracked.end.astimezone(UTC)),
        duration_minutes=tracked.duration_minutes,
        intensity=None if tracked.intensity is None else Intensity(tracked.intensity),
        metrics=tracked.metrics,
        source=MANUAL_SOURCE if tracked.manual else tracked.source,
        external_id=manual_id(tracked.source, name) if tracked.manual else name,
    )


def withdrawal_of(withdrawn: Withdrawn) -> Withdrawal:
    """`withdrawn` as the player's actor takes it in."""
    return Withdrawal(source=withdrawn.source, external_id=_external_id(withdrawn.name))


def _external_id(name: str) -> str:
    if len(name) <= NAME_LENGTH_MAX and name.isascii() and name.isprintable():
        return name
    return f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


def digest(activity: ActivityInput) -> str:
    """What tells one content from another.

    The end of a day that is not over is no content: it comes with each sync. A workout's end is.
    """
    content: list[object] = [
        activity.activity_type.value,
        activity.start_time.isoformat(),
        activity.intensity.value if activity.intensity is not None else None,
        sorted((name, float(value)) for name, value in activity.metrics.items()),
    ]
    if activity.activity_type is not ActivityType.STEPS:
        content.append(round(activity.duration_minutes or 0, 3))
    if activity.activity_type is ActivityType.WORKOUT:
        content.append(activity.end_time.isoformat())
    return hashlib.blake2b(repr(content).encode(), digest_size=9).hexdigest()


def account_key(service: str, account: str) -> bytes:
    """Whose account it is at a service, 32 bytes: it earns for one player."""
    return hashlib.sha256(f"{service}\0{account}".encode()).digest()


def refresh_is_due(expires_at: datetime | None, now: datetime) -> bool:
    """Whether a token is refreshed before it is used."""
    return expires_at is not None and now >= expires_at - REFRESH_AHEAD


def token_ends(now: datetime, expires_in_s: float | None) -> datetime:
    """When a token ends that was just handed out."""
    if expires_in_s is None or not 0 < expires_in_s < TOKEN_LIFETIME_MAX.total_seconds():
        return now + TOKEN_LIFETIME_UNKNOWN
    return whole_milliseconds(now + timedelta(seconds=expires_in_s))

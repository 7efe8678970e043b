"""Days, weeks and months of the platform's time zone. Stored instants are UTC; days are the platform's."""

from calendar import month_name
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_NEVER = datetime.min.replace(tzinfo=UTC)


class PlatformCalendar:
    """The calendar in which the platform's days begin and end (`PLATFORM_TZ`)."""

    __slots__ = ("_day", "_from", "_until", "zone")

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        # The day asked for last: nearly every purchase asks for the same one.
        self._day, self._from, self._until = date.min, _NEVER, _NEVER

    def day_of(self, instant: datetime) -> date:
        """The platform's day on which `instant` (aware) falls."""
        if self._from <= instant < self._until:
            return self._day
        day = instant.astimezone(self.zone).date()
        if instant.tzinfo is UTC and day not in (date.min, date.max):
            self._day, self._from, self._until = day, self.start_of(day), self.end_of(day)
        return day

    def start_of(self, day: date) -> datetime:
        """The first instant of `day`, in UTC. A day may have 23 or 25 hours."""
        return self.at(day, time())

    def end_of(self, day: date) -> datetime:
        """The first instant after `day`, in UTC."""
        return self.start_of(day + timedelta(days=1))

    def at(self, day: date, local: time) -> datetime:
        """The instant, in UTC, at which the platform's clocks show `local` on `day`."""
        return datetime.combine(day, local, self.zone).astimezone(UTC)


def age_on(day: date, born: date) -> int:
    """Full years from `born` to `day`."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def in_words(day: date) -> str:
    """`day` as a letter writes it, e.g. `June 10, 2026`."""
    return f"{month_name[day.month]} {day.day}, {day.year}"


@lru_cache(maxsize=256)  # what happens in one millisecond is written with one instant
def rfc3339(instant: datetime) -> str:
    """`instant` as the contract writes it: UTC, milliseconds, `Z`."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

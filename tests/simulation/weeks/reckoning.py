"""What days of exercise are worth, reckoned from the table of SPEC 3 alone and as simply as can be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

RATES = {"light": 1, "moderate": 2, "vigorous": 3}


@dataclass(slots=True)
class TrueDay:
    """What somebody really did on a day, whoever recorded it and how often."""

    steps: int = 0
    workouts: list[tuple[int, str]] = field(default_factory=list)
    """Minutes and intensity of each."""
    active: dict[str, int] = field(default_factory=dict)
    """Minutes of each intensity outside of workouts."""

    def minutes(self, intensity: str) -> int:
        """Minutes that count: they are not paid twice."""
        trained = sum(minutes for minutes, how in self.workouts if how == intensity)
        return max(trained, self.active.get(intensity, 0))

    @property
    def is_active(self) -> bool:
        return sum(map(self.minutes, RATES)) >= 30

    @property
    def worth(self) -> int:
        """Points, without a streak's."""
        points = 10 * (min(self.steps, 20_000) // 1_000)
        points += 100 if self.steps >= 10_000 else 0
        points += sum(rate * self.minutes(intensity) for intensity, rate in RATES.items())
        points += 50 * min(3, sum(minutes >= 20 for minutes, _ in self.workouts))
        return min(points, 1_000)


def earnings(days: Mapping[date, TrueDay]) -> dict[date, int]:
    """What each day earns: every 7th day of an unbroken run of active ones brings 250 on top."""
    earned, run = {}, 0
    for day in sorted(days):
        follows = day - timedelta(days=1) in days
        run = (run if follows else 0) + 1 if days[day].is_active else 0
        earned[day] = days[day].worth + (250 if run and run % 7 == 0 else 0)
    return earned

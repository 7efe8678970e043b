"""What a benchmark reports: one row per figure."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Sense = Literal["at least", "at most"]


@dataclass(frozen=True, slots=True)
class Target:
    """The bound a figure should keep."""

    bound: float
    sense: Sense

    @classmethod
    def read(cls, text: object, unit: str) -> "Target | None":
        """From what a row says: a number, or a text such as `<= 1.2`. None where nothing was promised.

        A bare number is a least where the unit is a rate, a most where it is a duration or a size.
        """
        if text is None or text == "":
            return None
        if isinstance(text, str):
            sign, _, number = text.rpartition(" ")
            return cls(float(number.replace(",", "")), "at most" if sign.startswith("<") else "at least")
        assert isinstance(text, int | float), "a target is a number or a text"
        return cls(float(text), "at least" if unit.endswith("/s") or unit == "times" else "at most")

    def is_met(self, value: float) -> bool:
        return value >= self.bound if self.sense == "at least" else value <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.sense == 'at least' else '≤'} {shown(self.bound)}"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of a report."""

    benchmark: str
    name: str
    value: float
    unit: str
    target: Target | None = None
    baseline: str = ""
    """What it compares with, as `8.4 × sync peer`."""
    note: str = ""

    @classmethod
    def read(cls, benchmark: str, given: dict[str, Any]) -> "Row":
        """From the map that a benchmark's `run` returns."""
        return cls(
            benchmark,
            given["name"],
            float(given["value"]),
            given["unit"],
            Target.read(given.get("target"), given["unit"]),
            given.get("baseline", ""),
            given.get("note", ""),
        )

    def as_map(self) -> dict[str, Any]:
        """The row as JSON keeps it."""
        target = None if self.target is None else str(self.target)
        return {**asdict(self), "target": target, "is_met": self.is_met}

    @property
    def is_met(self) -> bool | None:
        """Whether the figure keeps its target; None without one."""
        return None if self.target is None else self.target.is_met(self.value)


def shown(value: float) -> str:
    """A figure as people read it: three digits or so, thousands apart."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"

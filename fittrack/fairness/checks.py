"""One thing checked, and all that was checked, in words for people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked. `sentence` says what was found."""

    name: str
    ok: bool
    sentence: str


def check(name: str, ok: bool, good: str, bad: str) -> Check:
    """A check that says `good` or `bad`."""
    return Check(name, ok, good if ok else bad)


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of verifying a record."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return all(check.ok for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """What is wrong."""
        return tuple(check for check in self.checks if not check.ok)

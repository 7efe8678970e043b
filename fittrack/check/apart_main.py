"""What the process of a check runs: `python -m fittrack.check.apart_main`."""

import os
import pickle
import sys
from typing import Final

import msgspec

from fittrack.check.apart import Found, Task
from fittrack.check.checking import examine
from fittrack.check.pace import Pace
from fittrack.db.engine import Access, make_engine, unhurried
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.sealing import Sealer

NICEST: Final = 19

SENTENCES_TOLD_MAX: Final = 50
"""Findings that are told in words; `fittrack check` tells them all."""


def main() -> None:
    """Check what standard input says."""
    os.nice(NICEST)
    task: Task = pickle.load(sys.stdin.buffer)  # noqa: S301 - of the node that started this
    engine = make_engine(unhurried(task.database), Access.READ)
    report = examine(
        engine,
        Sealer.from_text(task.token_keys),
        chains=task.chains,
        calendar=PlatformCalendar(task.zone),
        pace=Pace(),
    )
    engine.dispose()
    found = Found(
        examined=report.examined.total(),
        violations={invariant.name.lower(): count for invariant, count in report.violations.items()},
        sentences=[str(finding) for finding in report.findings[:SENTENCES_TOLD_MAX]],
    )
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()

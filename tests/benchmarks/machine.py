"""The machine under the figures: without it they say nothing."""

import os
import platform
from collections import defaultdict
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a run took place, and how busy it was with other things."""

    processor: str
    cores: int
    memory_gib: float
    kernel: str
    python: str
    load_before: float
    """Processes that wanted a core in the minute before: what else ran there."""

    def as_map(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"{self.processor}, {self.cores} cores, {self.memory_gib:.0f} GiB, Linux {self.kernel}, "
            f"Python {self.python}; load before the run {self.load_before:.1f}"
        )


def this_machine() -> Machine:
    """The machine, now."""
    return Machine(
        processor=_field("/proc/cpuinfo", "model name") or platform.processor() or "unknown processor",
        cores=os.cpu_count() or 1,
        memory_gib=int((_field("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 1024**2,
        kernel=platform.release(),
        python=platform.python_version(),
        load_before=os.getloadavg()[0],
    )


def _field(path: str, name: str) -> str | None:
    file = Path(path)
    if not file.exists():  # not Linux
        return None
    lines = (line.partition(":") for line in file.read_text().splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), None)


def cpu_seconds(pid: int) -> float:
    """User and system CPU seconds of a process and all that it started so far, all their threads together."""
    ticks = 0
    for each in (pid, *_descendants(pid)):
        fields = _stat(each)
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _descendants(pid: int) -> list[int]:
    children: defaultdict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):  # it has ended since it was listed
            children[int(_stat(int(entry.name))[1])].append(int(entry.name))
    found = children[pid]
    for each in found:  # it grows meanwhile
        found.extend(children[each])
    return found


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()

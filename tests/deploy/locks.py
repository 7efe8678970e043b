"""Lists of locked packages, as tests read them."""

import re
from pathlib import Path
from typing import NamedTuple

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

_HASH = re.compile(r"--hash=(\S+)")


class Locked(NamedTuple):
    """A package at one version."""

    name: NormalizedName
    version: Version
    marker: Marker | None
    hashes: tuple[str, ...]

    def is_for(self, python: str) -> bool:
        """Whether it is installed on Linux with this version of Python, such as 3.13."""
        there = {"python_version": python, "python_full_version": f"{python}.16", "sys_platform": "linux"}
        return self.marker is None or self.marker.evaluate(there)


def read_lock(path: Path) -> list[Locked]:
    """Everything that a lock names, in its order."""
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.lstrip().startswith("#")]
    return [_read(entry) for entry in "\n".join(lines).replace("\\\n", " ").splitlines()]


def _read(entry: str) -> Locked:
    requirement = Requirement(entry.partition(" --hash=")[0])
    (pin,) = requirement.specifier
    assert pin.operator == "==", f"{entry[:80]} is no exact version"
    name = canonicalize_name(requirement.name)
    return Locked(name, Version(pin.version), requirement.marker, tuple(_HASH.findall(entry)))

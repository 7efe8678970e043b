"""What the image installs is locked by version and hashes, and is what pyproject.toml asks for."""

import re
import sys
import tomllib
from importlib.metadata import requires, version
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from tests.deploy.locks import Locked, read_lock
from tests.docs.pages import ROOT, text_of

PYPROJECT: dict[str, Any] = tomllib.loads(text_of("pyproject.toml"))
OF_IMAGE: list[str] = [
    *PYPROJECT["project"]["dependencies"],
    *PYPROJECT["project"]["optional-dependencies"]["otel"],
]
"""Where nothing can be installed later, traces are there to be switched on."""
RUN = read_lock(ROOT / "deploy/requirements.lock")
BUILD = read_lock(ROOT / "deploy/build.lock")
VERSIONS = ("3.11", "3.12", "3.13")
RENEW = "run `make lock`"


@pytest.mark.parametrize(
    ("lock", "asked"),
    [(RUN, OF_IMAGE), (BUILD, PYPROJECT["build-system"]["requires"])],
    ids=["run", "build"],
)
def test_locked_versions_are_in_the_ranges_that_are_asked_for(lock: list[Locked], asked: list[str]):
    locked = {package.name: package for package in lock}
    for requirement in map(Requirement, asked):
        package = locked.get(canonicalize_name(requirement.name))
        assert package is not None, f"{requirement.name} is not locked: {RENEW}"
        assert package.version in requirement.specifier, f"{package.version} is locked: {RENEW}"


def test_what_packages_need_is_locked():
    """As the installed ones say of each other, where the very version that is locked is installed."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    locked = {package.name: package.version for package in RUN if package.is_for(python)}
    asked = [Requirement(each) for each in OF_IMAGE]
    seen = set[tuple[NormalizedName, frozenset[str]]]()
    while asked:
        requirement = asked.pop()
        name = canonicalize_name(requirement.name)
        assert name in locked, f"{requirement} is needed, and not locked: {RENEW}"
        if (name, frozenset(requirement.extras)) not in seen and Version(version(name)) == locked[name]:
            asked += needs_of(requirement)
        seen.add((name, frozenset(requirement.extras)))


def test_every_locked_package_is_there_for_another():
    """A line says for whom it is; each chain of those ends with the project itself."""
    text = text_of("deploy/requirements.lock")
    wanted_by = dict(re.findall(r"^([\w.-]+)==(?:.*\\\n)+.*\n +# via (.+)$", text, re.MULTILINE))
    assert set(wanted_by) == {package.name for package in RUN}
    for name, others in wanted_by.items():
        assert set(others.split(", ")) <= {*wanted_by, "fittrack (pyproject.toml)"}, name


@pytest.mark.parametrize("python", VERSIONS)
def test_every_package_is_locked_at_one_version(python: str):
    names = [package.name for package in RUN if package.is_for(python)]
    assert len(names) == len(set(names))


def test_every_package_is_locked_by_its_hashes():
    for package in RUN + BUILD:
        assert package.hashes, package.name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in package.hashes), package.name


def test_no_registry_is_named():
    for name in ("requirements.lock", "build.lock"):
        assert "://" not in text_of(f"deploy/{name}")


def needs_of(requirement: Requirement) -> list[Requirement]:
    """What an installed package needs on this machine, when it is asked for with these extras."""
    below = map(Requirement, requires(requirement.name) or ())
    extras = ("", *requirement.extras)
    return [
        each
        for each in below
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in extras)
    ]

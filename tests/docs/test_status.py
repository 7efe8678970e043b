"""What the documents say is not there is not there, and what they rely on is."""

import re
import tomllib

import pytest

from tests.docs.pages import ROOT, bare, rows, text_of

PROJECT = tomllib.loads(text_of("pyproject.toml"))["project"]
DECISIONS = "".join(page.read_text("utf-8") for page in (ROOT / "docs/decisions").glob("0*.md"))
SOURCES = {
    path: path.read_text("utf-8")
    for top in ("fittrack", "actors", "protocol")
    for path in ROOT.glob(f"{top}/**/*.py")
}

ATTRIBUTES = {"FITBIT": "fitbit", "GOOGLE": "google", "APPLE": "apple"}
"""What the settings that nothing uses yet are called in `Settings`, by the beginning of their names."""


def unused_settings() -> list[str]:
    table = rows(text_of("docs/environment.md"), "setting")
    return [bare(name) for name, _, meaning in table if re.search(r"not used yet", meaning)]


@pytest.mark.parametrize("name", unused_settings())
def test_a_setting_that_is_told_not_to_be_used_yet_is_used_nowhere(name: str):
    attribute = next(value for prefix, value in ATTRIBUTES.items() if name.startswith(prefix))
    users = [
        path
        for path, text in SOURCES.items()
        if re.search(rf"settings\.{attribute}\b", text) and "fittrack/config/" not in path.as_posix()
    ]
    assert not users, "docs/environment.md says that it is not used"


def test_every_dependency_has_its_reason():
    for requirement in PROJECT["dependencies"]:
        name = re.split(r"[<>=\[; ]", requirement)[0]
        assert re.search(rf"\b{re.escape(name)}\b", DECISIONS), f"no decision says why {name} is here"


def test_the_versions_of_python_are_the_same_everywhere():
    low, high = re.findall(r"3\.(\d+)", PROJECT["requires-python"])
    versions = [f"3.{minor}" for minor in range(int(low), int(high))]
    assert re.findall(r'"(3\.\d+)"', text_of(".github/workflows/ci.yml")) == versions
    assert re.search(r"^ARG PYTHON=(3\.\d+)$", text_of("Dockerfile"), re.M)[1] in versions  # type: ignore[index]
    for page in ("README.md", "docs/development.md"):
        assert set(re.findall(r"\b3\.\d{2}\b", text_of(page))) == set(versions)

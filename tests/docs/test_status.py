"""What the documents rely on is there."""

import re
import tomllib

from tests.docs.pages import ROOT, text_of

PROJECT = tomllib.loads(text_of("pyproject.toml"))["project"]
DECISIONS = "".join(page.read_text("utf-8") for page in (ROOT / "docs/decisions").glob("0*.md"))


def test_every_dependency_has_its_reason():
    for requirement in PROJECT["dependencies"]:
        name = re.split(r"[<>=\[; ]", requirement)[0]
        assert re.search(rf"\b{re.escape(name)}\b", DECISIONS), f"no decision says why {name} is here"


def test_the_versions_of_python_are_the_same_everywhere():
    low, high = re.findall(r"3\.(\d+)", PROJECT["requires-python"])
    versions = [f"3.{minor}" for minor in range(int(low), int(high))]
    assert re.findall(r'"(3\.\d+)"', text_of(".github/workflows/ci.yml")) == versions
    assert re.search(r"^ARG PYTHON=(3\.\d+)\.\d+$", text_of("Dockerfile"), re.M)[1] in versions  # type: ignore[index]
    for page in ("README.md", "docs/development.md"):
        assert set(re.findall(r"\b3\.\d{2}\b", text_of(page))) == set(versions)


def test_the_changelog_begins_with_the_present_version():
    versions = re.findall(r"^## (\S+?),? ", text_of("CHANGELOG.md"), re.M)
    assert versions[0] == PROJECT["version"]

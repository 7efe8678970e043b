"""Links lead somewhere, and what the documents name is there."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, code, links, name_of

KNOWN_HOSTS = re.compile(
    r"(127\.0\.0\.1(:\d+)?|api\.drand\.sh|accounts\.google\.com|www\.googleapis\.com|appleid\.apple\.com"
    r"|health\.googleapis\.com|oauth2\.googleapis\.com|([a-z0-9-]+\.)*example)"
)
"""Whom the documents may name: this machine, names that nobody has, the public beacon, those whose ID tokens
sign people in, those who know of trackers."""

PATHS_OF_CONTAINERS = ("/srv/fittrack", "/opt/fittrack")
FOLDERS = ("actors", "deploy", "docs", "fittrack", "protocol", "tests")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_to_a_file_and_to_a_heading_in_it(page: Path):
    for link in links(page.read_text(encoding="utf-8")):
        target = urlsplit(link)
        assert not target.scheme, f"{link}: the documents stand by themselves"
        file = (page.parent / target.path).resolve() if target.path else page
        assert file.exists(), f"{link} leads nowhere"
        if target.fragment:
            assert target.fragment in anchors(file.read_text(encoding="utf-8")), f"{link} has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_that_is_named_by_its_path_is_there(page: Path):
    for words in code(page.read_text(encoding="utf-8")):
        for path in re.findall(rf"(?<![\w./])((?:{'|'.join(FOLDERS)})/[a-z_][\w./-]*\w)", words):
            assert is_there(path), f"{path} is named, but not there"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_module_that_is_named_in_short_is_there(page: Path):
    areas = "|".join(path.name for path in (ROOT / "fittrack").iterdir() if (path / "__init__.py").exists())
    for words in code(page.read_text(encoding="utf-8")):
        for path in re.findall(rf"^(?:{areas})/[\w/.]+", words):
            module = path if path.endswith(".py") or is_there(f"fittrack/{path}") else path.rpartition(".")[0]
            assert is_there(f"fittrack/{module}"), f"{path} is named, but not there"


def is_there(path: str) -> bool:
    """Whether there is such a file, folder or module."""
    return (ROOT / path).exists() or (ROOT / f"{path}.py").exists()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_documents_name_no_machine_and_no_address_of_others(page: Path):
    text = page.read_text(encoding="utf-8")
    for host in re.findall(r"(?:https?|wss?)://([^/\s`'\");,]+)", text):
        assert KNOWN_HOSTS.fullmatch(host), f"{host} is nobody that the product needs"
    for path in re.findall(r"(?<![\w:/.])/(?:home|root|tmp|usr|work|srv|opt|Users)/[\w./-]+", text):
        assert path.startswith(PATHS_OF_CONTAINERS), f"{path} is a path of somebody's machine"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_nothing_is_left_to_be_written(page: Path):
    assert not re.search(r"\b(TODO|TBD|FIXME|XXX)\b", page.read_text(encoding="utf-8"))


def test_every_decision_is_listed():
    index = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    notes = {note.name for note in (ROOT / "docs/decisions").glob("0*.md")}
    assert set(links(index)) == notes


def test_the_index_has_a_line_for_every_document_and_for_each_but_one():
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    listed = [(ROOT / "docs" / link).resolve() for link in links(index)]
    assert len(listed) == len(set(listed))
    documents = {*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "protocol/js/README.md"}
    documents |= set(ROOT.glob("docs/*/README.md"))
    assert set(listed) == documents - {ROOT / "README.md", ROOT / "docs/README.md"}


def test_every_page_can_be_reached_from_the_readme():
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        targets = {(page.parent / urlsplit(link).path).resolve() for link in links(page.read_text("utf-8"))}
        waiting += [target for target in targets if target.suffix == ".md" and target not in seen]
    assert seen >= set(PAGES)

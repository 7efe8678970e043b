"""The table of settings is complete and true."""

import re
from pathlib import Path

import pytest

from fittrack.config import load_settings, masked
from tests.docs.pages import PAGES, ROOT, bare, code, name_of, rows, text_of

PAGE = text_of("docs/environment.md")
DOCUMENTED = {bare(cells[0]): cells[1] for cells in rows(PAGE, "setting")}


@pytest.fixture(scope="module")
def in_force(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of a fresh machine, as `fittrack config` shows them."""
    return masked(load_settings({}, tmp_path_factory.mktemp("fresh") / ".env"))


def test_every_setting_is_documented_and_every_documented_one_exists(in_force: dict[str, str]):
    assert set(DOCUMENTED) == set(in_force)


def test_the_documented_defaults_are_those_of_a_fresh_machine(in_force: dict[str, str]):
    shown = {name: "" if default == "none" else bare(default) for name, default in DOCUMENTED.items()}
    assert {name: shown[name] for name in in_force} == in_force


def test_every_name_that_the_configuration_reads_is_a_documented_one():
    loading = (ROOT / "fittrack/config/loading.py").read_text(encoding="utf-8")
    read = set(re.findall(r'reader\.\w+\(\s*"([A-Z_]+)"', loading))
    assert read <= set(DOCUMENTED)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_other_pages_name_no_setting_that_does_not_exist(page: Path):
    prefixes = (
        "WS_",
        "TRUSTED_",
        "FORWARDED_",
        "ORACLE_",
        "JWT_",
        "RATE_LIMIT_",
        "DRAWINGS_WITHOUT",
        "DRAND_",
        "SMTP_",
        "TOKEN_KEYS",
    )
    for words in code(page.read_text(encoding="utf-8")):
        for name in re.findall(r"\b[A-Z][A-Z_]+\b", words):
            assert not name.startswith(prefixes) or name in DOCUMENTED, f"{name} is no setting"

"""The infrastructure is written as Terraform has it: every name leads somewhere, nothing is left over.

Whether the provider agrees, `terraform validate` says in the workflow.
"""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import hcl2
import pytest

from tests.docs.pages import ROOT, text_of

FOLDER = ROOT / "deploy/terraform"
FILES = sorted(FOLDER.glob("*.tf"))
Body = dict[str, Any]


def blocks(kind: str) -> list[Body]:
    """All blocks of a kind, without what the parser notes beside them."""
    return [block for file in FILES for block in parsed(file).get(kind, [])]


def parsed(file: Path) -> Body:
    with file.open(encoding="utf-8") as text:
        return hcl2.load(text)


def bare(name: str) -> str:
    return name.strip('"')


def named(kind: str) -> dict[str, Body]:
    """Blocks with one label: variables, outputs."""
    return {bare(name): body for block in blocks(kind) for name, body in block.items() if is_name(name)}


def is_name(key: str) -> bool:
    return not key.startswith("__")


def addresses(kind: str) -> set[str]:
    """Blocks with two labels, as expressions name them."""
    return {
        f"{bare(of)}.{bare(name)}"
        for block in blocks(kind)
        for of, bodies in block.items()
        if is_name(of)
        for name in bodies
        if is_name(name)
    }


def code_of(file: Path) -> str:
    """The text without comments, which stand on lines of their own."""
    return re.sub(r"^\s*#.*$", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)


CODE = "\n".join(map(code_of, FILES))
VARIABLES = named("variable")
RESOURCES, DATA = addresses("resource"), addresses("data")
LOCALS = {name for block in blocks("locals") for name in block if is_name(name)}


def test_every_name_leads_somewhere():
    assert set(re.findall(r"\bvar\.(\w+)", CODE)) <= set(VARIABLES)
    assert set(re.findall(r"\blocal\.(\w+)", CODE)) <= LOCALS
    assert set(re.findall(r"\bdata\.(oci_\w+\.\w+)", CODE)) <= DATA
    assert set(re.findall(r"(?<![\w.\"])(oci_\w+\.\w+)", CODE)) <= RESOURCES


def test_nothing_is_left_over():
    used = re.sub(r'^variable "\w+" \{.*?^\}', "", CODE, flags=re.MULTILINE | re.DOTALL)
    assert set(VARIABLES) == set(re.findall(r"\bvar\.(\w+)", used))
    assert set(re.findall(r"\blocal\.(\w+)", CODE)) == LOCALS
    assert set(re.findall(r"\bdata\.(oci_\w+\.\w+)", CODE)) == DATA


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_says_what_it_is(name: str):
    assert VARIABLES[name]["description"] and VARIABLES[name]["type"]


def test_every_output_says_what_it_is():
    assert all(output["description"] for output in named("output").values())


def test_the_example_sets_what_has_no_default():
    example = hcl2.loads(text_of("deploy/terraform/terraform.tfvars.example"))
    needed = {name for name, variable in VARIABLES.items() if "default" not in variable}
    secret = {name for name, variable in VARIABLES.items() if "sensitive" in variable}
    assert {name for name in example if is_name(name)} == needed - secret


def test_secrets_are_marked_as_such():
    for name, variable in VARIABLES.items():
        if re.search("password|secret", name):
            assert variable["sensitive"] is True


def test_only_oracles_provider_is_used_at_versions_that_are_bounded():
    (terraform,) = blocks("terraform")
    (providers,) = terraform["required_providers"]
    assert {name for name in providers if is_name(name)} == {"oci"}
    assert "<" in providers["oci"]["version"] and "<" in terraform["required_version"]
    assert not blocks("module")


def test_what_holds_data_is_not_destroyed_by_a_plan():
    for kind in ("oci_database_autonomous_database", "oci_kms_vault", "oci_kms_key"):
        (block,) = re.findall(rf'^resource "{kind}".*?^}}', CODE, re.MULTILINE | re.DOTALL)
        assert "prevent_destroy = true" in block


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_files_are_formatted(file: Path):
    """Two spaces a level, equals signs of neighbours in one column, no blanks at the end."""
    lines = file.read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if line != line.rstrip() or "\t" in line]
    assert not [line for line in lines if (len(line) - len(line.lstrip())) % 2]
    for above, below in pairwise(lines):
        columns = [re.match(r"( *)(\w+ *)= \S", line) for line in (above, below)]
        single = not above.endswith(("{", "[", "("))
        if all(columns) and columns[0][1] == columns[1][1] and single and not below.endswith(("{", "[", "(")):  # type: ignore[index]
            assert columns[0].end(2) == columns[1].end(2), below  # type: ignore[union-attr]

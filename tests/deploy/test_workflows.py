"""The workflows run only code that is pinned, with no more rights than they need, on what is there."""

import re
from typing import Any

import pytest
import yaml

from tests.docs.pages import ROOT, text_of

FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
WORKFLOWS: dict[str, dict[Any, Any]] = {
    file.name: yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES
}
JOBS = [(name, job, body) for name, flow in WORKFLOWS.items() for job, body in flow["jobs"].items()]
OWN_JOBS = [each for each in JOBS if "uses" not in each[2]]
"""The others are a whole workflow, whose own jobs are looked at where they stand."""
STEPS = [step for _, _, job in OWN_JOBS for step in job["steps"]]
SCRIPTS = [step["run"] for step in STEPS if "run" in step]
RELEASE = WORKFLOWS["release.yml"]
EVENTS = True
"""What YAML reads `on` as."""


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_to_a_commit_and_say_which_version_that_is(name: str):
    for line in re.findall(r"uses: (?!\./)(.+)", text_of(f".github/workflows/{name}")):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+(\.\d+)*", line), line


def test_actions_are_githubs_own():
    used = {step["uses"].partition("/")[0] for step in STEPS if "uses" in step}
    assert used == {"actions"}


def test_programs_come_in_images_of_a_version():
    for script in SCRIPTS:
        for image in re.findall(r"(?<![\w/$])((?:[\w.-]+/)+[\w-]+|haproxy):", script):
            assert re.search(rf"{re.escape(image)}:v?\d+\.\d+|{re.escape(image)}:qemu-v\d", script), image


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_step_ends_with_the_first_program_that_fails(name: str):
    assert WORKFLOWS[name]["defaults"] == {"run": {"shell": "bash"}}, "else pipes hide what fails in them"


def test_no_step_goes_on_after_what_must_not_be():
    for script in SCRIPTS:
        assert not re.search(r"^\s*! ", script, re.MULTILINE), "what `!` turns round ends no shell"


@pytest.mark.parametrize(
    ("name", "job", "body"), OWN_JOBS, ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_job_ends_and_leaves_no_credentials(name: str, job: str, body: dict[str, Any]):
    assert body["timeout-minutes"] <= (120 if name == "nightly.yml" else 60)
    for step in body["steps"]:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_only_a_release_writes_and_each_of_its_jobs_only_what_it_makes():
    assert WORKFLOWS["ci.yml"]["permissions"] == {"contents": "read"}
    assert WORKFLOWS["nightly.yml"]["permissions"] == {"contents": "read"}
    assert not any("permissions" in body for name, _, body in JOBS if name != "release.yml")
    assert RELEASE["permissions"] == {}
    rights = {job: body["permissions"] for job, body in RELEASE["jobs"].items()}
    assert rights == {
        "ci": {"contents": "read"},
        "build": {"contents": "read"},
        "image": {"contents": "read", "packages": "write"},
        "release": {"contents": "write"},
    }


def test_a_release_follows_a_tag_alone_and_nobody_elses_branch_runs_with_rights():
    assert RELEASE[EVENTS] == {"push": {"tags": ["v*"]}}
    assert set(WORKFLOWS["ci.yml"][EVENTS]) == {"push", "pull_request", "workflow_call"}


def test_nothing_leaves_before_it_has_passed_what_a_change_must_pass():
    assert RELEASE["jobs"]["ci"]["uses"] == "./.github/workflows/ci.yml"
    writes = {job for job, body in RELEASE["jobs"].items() if "write" in body["permissions"].values()}
    assert writes
    assert all("ci" in _before(job) for job in writes), writes


def _before(job: str) -> set[str]:
    """The jobs that this one waits for, and those that these wait for."""
    needs = RELEASE["jobs"][job].get("needs", [])
    waited = {needs} if isinstance(needs, str) else set(needs)
    return waited.union(*map(_before, waited))


def test_what_others_write_is_no_part_of_a_script():
    for script in SCRIPTS:
        assert not re.search(r"\$\{\{ *github\.(event|head_ref|ref_name)", script)


def test_what_the_workflows_name_is_there():
    targets = set(re.findall(r"^([a-z][a-z-]*):", text_of("Makefile"), re.MULTILINE))
    for script in SCRIPTS:
        assert set(re.findall(r"\bmake ([a-z-]+)", script)) <= targets
        for path in re.findall(r"(?<![\w/.])((?:deploy|tests|fittrack)/[\w./-]*\w)", script):
            assert (ROOT / path).exists(), path


def test_the_changelog_has_what_a_release_says_of_itself():
    assert re.search(r"^## \d+\.\d+\.\d+", text_of("CHANGELOG.md"), re.MULTILINE)

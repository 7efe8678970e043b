"""Alert rules: each can be answered, says whom it wakes, and has its runbook. What they say of made-up
histories, `promtool test rules deploy/grafana/alerts_test.yml` finds in the workflow."""

import re
from typing import Any

import pytest
import yaml

from tests.deploy.promql import assert_can_be_answered, selections
from tests.docs.pages import ROOT, blocks, table, text_of

RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load(text_of("deploy/grafana/alerts.yml"))["groups"]
    for rule in group["rules"]
]
TESTS = yaml.safe_load(text_of("deploy/grafana/alerts_test.yml"))
RUNBOOKS = sorted(path for path in (ROOT / "docs/runbooks").glob("*.md") if path.name != "README.md")
SECTIONS = ("**What it means.**", "**What a player notices.**", "## Look", "## Do", "## Wake somebody")
DURATION = re.compile(r"\d+[smh]")

of_each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
of_each_runbook = pytest.mark.parametrize("runbook", RUNBOOKS, ids=[path.stem for path in RUNBOOKS])


def test_each_alert_has_a_name_of_its_own():
    names = [rule["alert"] for rule in RULES]
    assert len(names) == len(set(names))


@of_each_rule
def test_an_alert_asks_for_what_nodes_export(rule: dict[str, Any]):
    assert_can_be_answered(rule["expr"], rule["alert"])


@of_each_rule
def test_an_alert_says_how_bad_it_is_and_what_to_read(rule: dict[str, Any]):
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert DURATION.fullmatch(rule.get("for", "0m"))
    notes = rule["annotations"]
    assert notes["summary"].endswith(".")
    assert notes["description"].endswith(".")
    assert notes["runbook_url"] == f"docs/runbooks/{rule['alert']}.md"
    assert (ROOT / notes["runbook_url"]).is_file()


def test_every_runbook_is_of_an_alert():
    assert [path.stem for path in RUNBOOKS] == sorted(rule["alert"] for rule in RULES)


@of_each_runbook
def test_a_runbook_says_what_one_wants_to_know_in_the_night(runbook):
    text = runbook.read_text(encoding="utf-8")
    assert text.startswith(f"# {runbook.stem}: ")
    places = [text.find(section) for section in SECTIONS]
    assert -1 not in places
    assert places == sorted(places)


@of_each_runbook
def test_a_runbook_shows_queries_that_can_be_answered(runbook):
    for block in blocks(runbook.read_text(encoding="utf-8")):
        for query in block.text.strip().splitlines():
            assert_can_be_answered(query.strip(), runbook.stem)


def test_the_list_of_runbooks_is_that_of_the_alerts():
    listed = {
        row["alert"].partition("]")[0].lstrip("["): row["severity"]
        for row in table(text_of("docs/runbooks/README.md"), "alert")
    }
    assert listed == {rule["alert"]: rule["labels"]["severity"] for rule in RULES}


def test_made_up_histories_are_of_what_nodes_export():
    alerts = {rule["alert"] for rule in RULES}
    for test in TESTS["tests"]:
        for series in test["input_series"]:
            for selection in selections(series["series"]):
                assert_can_be_answered(series["series"], test["name"])
                assert selection.name
        assert {case["alertname"] for case in test["alert_rule_test"]} <= alerts


def test_every_alert_that_wakes_somebody_is_tried_on_a_made_up_history():
    tried = {
        case["alertname"] for test in TESTS["tests"] for case in test["alert_rule_test"] if case["exp_alerts"]
    }
    critical = {rule["alert"] for rule in RULES if rule["labels"]["severity"] == "critical"}
    assert critical <= tried

"""Dashboards: what Grafana expects of one, and that every panel can be answered."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest
import yaml

from tests.deploy.promql import assert_can_be_answered, exported, selections
from tests.docs.pages import ROOT, text_of

DASHBOARDS = sorted((ROOT / "deploy/grafana/dashboards").glob("*.json"))
DATASOURCES = yaml.safe_load(text_of("deploy/grafana/provisioning/datasources/prometheus.yml"))["datasources"]
UNITS = {"none", "short", "s", "bytes", "percentunit", "reqps", "ops"}
COLUMNS = 24
NOT_SHOWN = {
    "fittrack_node_info",  # what the variable of the dashboard is made of
    "fittrack_job_done_timestamp_seconds",  # alerts watch it
    "fittrack_rate_limits_redis_lost_total",  # as the links to Redis are
    "process_start_time_seconds",  # the annotation of starts
}

of_each = pytest.mark.parametrize("path", DASHBOARDS, ids=[path.stem for path in DASHBOARDS])


def read(path) -> dict[str, Any]:
    dashboard: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return dashboard


def panels(dashboard: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
    return [panel for panel in dashboard["panels"] if panel["type"] in kinds]


@of_each
def test_a_dashboard_is_what_grafana_expects(path):
    dashboard = read(path)
    assert dashboard["uid"] and len(dashboard["uid"]) <= 40
    assert dashboard["title"]
    assert dashboard["schemaVersion"] >= 36
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    assert {panel["type"] for panel in dashboard["panels"]} <= {"row", "timeseries", "stat"}


@of_each
def test_panels_do_not_lie_upon_each_other(path):
    taken: set[tuple[int, int]] = set()
    for panel in read(path)["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < COLUMNS
        assert not cells & taken, panel["title"]
        taken |= cells


@of_each
def test_every_panel_asks_for_what_nodes_export(path):
    uids = {datasource["uid"] for datasource in DATASOURCES}
    for panel in panels(read(path), "timeseries", "stat"):
        assert panel["title"] and panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
        names = [target["refId"] for target in panel["targets"]]
        assert names and len(names) == len(set(names))
        for target in panel["targets"]:
            assert target["datasource"]["uid"] in uids
            assert_can_be_answered(target["expr"], panel["title"])


@of_each
def test_every_row_has_panels(path):
    for panel, following in pairwise([*read(path)["panels"], {"type": "row"}]):
        assert panel["type"] != "row" or following["type"] != "row", panel["title"]


def test_annotations_and_variables_can_be_answered():
    dashboard = read(DASHBOARDS[0])
    for annotation in dashboard["annotations"]["list"]:
        assert_can_be_answered(annotation["expr"], annotation["name"])
    for variable in dashboard["templating"]["list"]:
        metric = variable["definition"].removeprefix("label_values(").partition(",")[0]
        assert_can_be_answered(metric, variable["name"])


def test_dashboards_are_provisioned_where_they_are_mounted():
    [provider] = yaml.safe_load(text_of("deploy/grafana/provisioning/dashboards/fittrack.yml"))["providers"]
    assert provider["options"]["path"] == "/var/lib/grafana/dashboards"
    [datasource] = DATASOURCES
    assert datasource["isDefault"]


def test_prometheus_reads_the_alerts_and_finds_the_nodes():
    settings = yaml.safe_load(text_of("deploy/prometheus/prometheus.yml"))
    assert settings["rule_files"] == ["alerts.yml"]
    [nodes] = settings["scrape_configs"]
    assert nodes["job_name"] == "fittrack"
    assert nodes["metrics_path"] == "/metrics"


def test_everything_that_nodes_count_is_shown_somewhere():
    shown = {
        name
        for path in DASHBOARDS
        for panel in panels(read(path), "timeseries", "stat")
        for target in panel["targets"]
        for name, _ in selections(target["expr"])
    }
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown}
    counted = {re.sub(r"_(bucket|sum|count)$", "", name) for name in exported()}
    assert counted - families - {"up"} <= NOT_SHOWN

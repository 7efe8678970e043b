"""With every file of values the chart renders into what Kubernetes takes, and keeps what is promised."""

import re
from typing import Any

import helm_python
import kubernetes_validate
import pytest
import yaml
from helm_python import HelmError

from fittrack import __version__
from fittrack.server.drain import DRAIN_MAX_S
from tests.deploy.charts import CHART, Manifest, Rendered, render, values_of
from tests.docs.pages import bare, rows, text_of

KUBERNETES = "1.34"
VARIANTS = {
    "defaults": values_of(),
    "production": values_of("production"),
    "blue": values_of("production", "blue"),
    "green": values_of("production", "green"),
    "fixed": values_of("production", autoscaling={"enabled": False}, walletSecret="wallet"),
}
VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
OF_OPERATORS = ("monitoring.coreos.com/v1", "external-secrets.io/v1")


@pytest.fixture(scope="module", params=VARIANTS)
def made(request: pytest.FixtureRequest) -> Rendered:
    return render(VARIANTS[request.param])


@pytest.fixture(scope="module")
def production() -> Rendered:
    return render(VARIANTS["production"])


def test_helm_finds_no_fault():
    assert helm_python.lint(str(CHART))["errors"] == []


def test_kubernetes_takes_every_manifest(made: Rendered):
    names = [(manifest["kind"], manifest["metadata"]["name"]) for manifest in made.manifests]
    assert len(names) == len(set(names))
    for manifest in made.manifests:
        if manifest["apiVersion"] not in OF_OPERATORS:
            kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_every_value_is_used_and_documented():
    templates = "".join(each.read_text("utf-8") for each in CHART.rglob("templates/**/*") if each.is_file())
    used = set(re.findall(r"\.Values\.(\w+)", templates))
    assert used == set(VALUES)
    for group, fields in VALUES.items():
        if isinstance(fields, dict) and group not in ("blueGreen", "config", "resources"):
            wholly = re.search(rf"\.Values\.{group}\b(?!\.)", templates)
            for field in fields:
                assert wholly or f".Values.{group}.{field}" in templates, f"{group}.{field} does nothing"


def test_every_setting_is_one_of_the_products(made: Rendered):
    documented = {bare(cells[0]) for cells in rows(text_of("docs/environment.md"), "setting")}
    assert set(made.the("ConfigMap")["data"]) <= documented
    for secret in made.of("ExternalSecret"):
        assert {each["secretKey"] for each in secret["spec"]["data"]} <= documented
    (migration,) = made.the("Job")["spec"]["template"]["spec"]["containers"]
    assert {each["name"] for each in migration["env"]} <= documented


def test_the_chart_is_for_this_version():
    assert yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))["appVersion"] == __version__


def test_no_pod_may_do_more_than_it_needs(made: Rendered):
    for pod in pods(made):
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"]:
            security = container["securityContext"]
            assert security["readOnlyRootFilesystem"] is True
            assert security["allowPrivilegeEscalation"] is False
            assert security["capabilities"] == {"drop": ["ALL"]}


def test_a_node_gets_longer_to_stop_than_its_drain_lasts(made: Rendered):
    for deployment in made.of("Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        waits = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert pod["terminationGracePeriodSeconds"] > waits + DRAIN_MAX_S + 20


def test_a_node_is_sent_no_requests_before_it_was_ready_and_is_restarted_only_if_dead(made: Rendered):
    for deployment in made.of("Deployment"):
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        asked = {probe: container[f"{probe}Probe"]["httpGet"]["path"] for probe in ("startup", "readiness")}
        assert sorted(asked.values()) == ["/health/live", "/health/ready"]
        assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"


def test_in_production_no_loss_that_all_nodes_share_takes_them_all_away(production: Rendered):
    (deployment,) = production.of("Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["startupProbe"]["httpGet"]["path"] == "/health/ready"
    assert container["readinessProbe"]["httpGet"]["path"] == "/health/live"


def test_services_and_budgets_find_their_nodes_and_no_other_pods(made: Rendered):
    nodes = [each["spec"]["template"]["metadata"]["labels"] for each in made.of("Deployment")]
    others = [made.the("Job")["spec"]["template"]["metadata"]["labels"]]
    others += [each["metadata"]["labels"] for each in made.of("Pod")]
    selectors = [each["spec"]["selector"] for each in made.of("Service")]
    selectors += [each["spec"]["selector"]["matchLabels"] for each in made.of("PodDisruptionBudget")]
    assert all(sum(fits(selector, labels) for labels in nodes) == 1 for selector in selectors)
    assert not any(fits(selector, labels) for selector in selectors for labels in others)


@pytest.mark.parametrize(("active", "idle"), [("blue", "green"), ("green", "blue")])
def test_the_switch_moves_the_service_alone(active: str, idle: str):
    made = render(VARIANTS[active])
    assert made.the("Service", "fittrack")["spec"]["selector"]["fittrack/color"] == active
    assert made.the("Service", "fittrack-preview")["spec"]["selector"]["fittrack/color"] == idle
    assert made.of("Deployment") == render(VARIANTS[idle]).of("Deployment")


def test_a_set_that_does_not_run_gets_no_connections():
    values = values_of("blue", blueGreen={"blue": {"running": False}})
    with pytest.raises(HelmError, match="blue, which does not run"):
        render(values)


def test_the_migration_is_that_of_the_coming_nodes():
    tags = {"blue": {"tag": "1"}, "green": {"tag": "2"}}
    beside = render(values_of("production", "blue", blueGreen=tags))
    assert (migrating(beside), tried(beside)) == ("2", "1")
    alone = render(values_of("production", "green", blueGreen=tags | {"blue": {"running": False}}))
    assert (migrating(alone), tried(alone)) == ("2", "2")


def test_mail_leaves_to_public_servers_and_nothing_public_leads_inside(production: Rendered):
    public = production.the("NetworkPolicy")["spec"]["egress"][-1]
    assert {each["port"] for each in public["ports"]} == {443, 587}
    assert "100.64.0.0/10" in public["to"][0]["ipBlock"]["except"]


def test_the_owner_migrates_and_nodes_have_fewer_rights(production: Rendered):
    (container,) = production.the("Job")["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["migrate", "--grants", "FITTRACK_APP"]
    assert [each["secretRef"]["name"] for each in container["envFrom"]] == ["fittrack", "fittrack-owner"]
    assert "ORACLE_SCHEMA" not in {each["name"] for each in container["env"]}
    assert production.the("ConfigMap")["data"]["ORACLE_SCHEMA"]


def test_nodes_come_and_go_with_processors_memory_and_connections(production: Rendered):
    scaling = production.the("HorizontalPodAutoscaler")["spec"]
    assert (scaling["minReplicas"], scaling["maxReplicas"]) == (2, 10)
    looked_at = [each["resource"]["name"] for each in scaling["metrics"] if each["type"] == "Resource"]
    (of_pods,) = [each["pods"] for each in scaling["metrics"] if each["type"] == "Pods"]
    assert looked_at == ["cpu", "memory"]
    assert f"`{of_pods['metric']['name']}`" in text_of("docs/metrics.md")


def test_metrics_are_for_those_who_run_it(production: Rendered):
    public, inner = production.the("Ingress", "fittrack"), production.the("Ingress", "fittrack-metrics")
    (path,) = inner["spec"]["rules"][0]["http"]["paths"]
    assert (path["path"], path["pathType"]) == ("/metrics", "Exact")
    assert inner["metadata"]["annotations"] == {"haproxy.org/allow-list": "127.0.0.1/32"}
    assert inner["spec"]["rules"][0]["host"] == public["spec"]["rules"][0]["host"]


def test_alerts_are_those_of_the_repository(production: Rendered):
    assert production.the("PrometheusRule")["spec"] == yaml.safe_load(text_of("deploy/grafana/alerts.yml"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"replicas": 0},
        {"unknown": True},
        {"config": {"SECRET_KEY": "in plain sight"}},
        {"config": {"WS_CONNECTIONS_MAX": 18000}},
        {"terminationGracePeriodSeconds": 30},
        {"blueGreen": {"active": "red"}},
        {"ingress": {"metricsAnnotations": None}},
    ],
    ids=str,
)
def test_values_that_cannot_be_meant_are_refused(wrong: dict[str, Any]):
    with pytest.raises(HelmError):
        render(wrong)


def migrating(made: Rendered) -> str:
    """The tag of the image that migrates."""
    (container,) = made.the("Job")["spec"]["template"]["spec"]["containers"]
    return str(container["image"]).rpartition(":")[2]


def tried(made: Rendered) -> str:
    """The tag of the image with which `helm test` asks."""
    (container,) = made.the("Pod")["spec"]["containers"]
    return str(container["image"]).rpartition(":")[2]


def pods(made: Rendered) -> list[Manifest]:
    """The specifications of all pods that there will be."""
    owners = made.of("Deployment") + made.of("Job")
    return [each["spec"]["template"]["spec"] for each in owners] + [each["spec"] for each in made.of("Pod")]


def fits(selector: dict[str, str], labels: dict[str, str]) -> bool:
    return selector.items() <= labels.items()

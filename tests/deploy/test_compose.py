"""Compose starts what the documents say, is waited for until it is healthy, and grants what is needed."""

import re
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from fittrack.server.drain import DRAIN_MAX_S
from tests.docs.pages import ROOT, text_of

COMPOSE: dict[str, Any] = yaml.safe_load(text_of("deploy/compose.yaml"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "seed", "app")
DURATION = {"type": "string", "pattern": r"^(\d+(ms|s|m|h))+$"}
WORDS = {"type": "array", "items": {"type": "string"}}
HEALTHCHECK = {
    "type": "object",
    "required": ["test", "interval", "timeout", "retries"],
    "additionalProperties": False,
    "properties": {
        "test": {"minItems": 2, "prefixItems": [{"enum": ["CMD", "CMD-SHELL"]}], **WORDS},
        "interval": DURATION,
        "timeout": DURATION,
        "start_period": DURATION,
        "start_interval": DURATION,
        "retries": {"type": "integer", "minimum": 1},
    },
}
CONDITIONS = ["service_healthy", "service_completed_successfully"]
# What the compose specification says of the parts that are used.
SCHEMA = {
    "type": "object",
    "required": ["name", "services"],
    "additionalProperties": False,
    "patternProperties": {"^x-": {}},
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"},
        "volumes": {"type": "object", "additionalProperties": {"type": ["object", "null"]}},
        "services": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["image", "healthcheck", "stop_grace_period"],
                "additionalProperties": False,
                "properties": {
                    "image": {"type": "string", "pattern": r"^[a-z0-9./-]+:[\w.-]+$"},
                    "build": {"type": "object", "properties": {"context": {"const": ".."}}},
                    "profiles": WORDS,
                    "command": WORDS,
                    "user": {"type": "string"},
                    "env_file": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "properties": {"path": {"type": "string"}, "required": {"type": "boolean"}},
                        },
                    },
                    "environment": {"type": "object", "additionalProperties": {"type": "string"}},
                    "ports": {
                        "type": "array",
                        "items": {"type": "string", "pattern": r"^127\.0\.0\.1:\d+:\d+$"},
                    },
                    "volumes": {
                        "type": "array",
                        "items": {"type": "string", "pattern": r"^[\w./]+:/[\w/.-]+(:ro)?$"},
                    },
                    "tmpfs": WORDS,
                    "read_only": {"const": True},
                    "cap_drop": {"const": ["ALL"]},
                    "security_opt": {"const": ["no-new-privileges:true"]},
                    "restart": {"const": "unless-stopped"},
                    "deploy": {"type": "object", "properties": {"replicas": {"type": "integer"}}},
                    "depends_on": {
                        "type": "object",
                        "additionalProperties": {
                            "type": "object",
                            "required": ["condition"],
                            "additionalProperties": False,
                            "properties": {"condition": {"enum": CONDITIONS}},
                        },
                    },
                    "shm_size": {"type": "string", "pattern": r"^\d+[kmg]b?$"},
                    "stop_grace_period": DURATION,
                    "healthcheck": {"oneOf": [HEALTHCHECK, {"const": {"disable": True}}]},
                },
            },
        },
    },
}


def test_the_file_is_one_of_compose() -> None:
    faults = [error.message for error in Draft202012Validator(SCHEMA).iter_errors(COMPOSE)]
    assert faults == []


def test_what_is_mounted_is_declared_or_there() -> None:
    mounted = {each.split(":")[0] for service in SERVICES.values() for each in service.get("volumes", ())}
    files = {each for each in mounted if each.startswith("./")}
    assert mounted - files == set(COMPOSE["volumes"])
    assert all((ROOT / "deploy" / each).exists() for each in files)


def test_without_a_profile_the_databases_start_alone() -> None:
    assert {name for name, service in SERVICES.items() if "profiles" not in service} == {"oracle", "redis"}


def test_nobody_waits_for_what_no_profile_of_his_starts() -> None:
    for name, service in SERVICES.items():
        for other in service.get("depends_on", ()):
            theirs = SERVICES[other].get("profiles")
            assert theirs is None or set(service["profiles"]) <= set(theirs), f"{name} waits for {other}"


def test_two_nodes_serve_once_the_schema_is_there() -> None:
    app = SERVICES["app"]
    assert app["deploy"]["replicas"] == 2
    assert app["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["balancer"]["depends_on"]["app"] == {"condition": "service_healthy"}


@pytest.mark.parametrize("service", [name for name in SERVICES if name != "oracle"])
def test_all_but_the_database_have_no_more_rights_than_they_need(service: str) -> None:
    held = SERVICES[service]
    assert held["read_only"] and held["cap_drop"] == ["ALL"] and held["security_opt"]


@pytest.mark.parametrize("service", OURS)
def test_a_node_gets_longer_to_stop_than_its_drain_lasts(service: str) -> None:
    assert int(SERVICES[service]["stop_grace_period"].removesuffix("s")) > DRAIN_MAX_S + 20


def test_the_balancer_deals_out_to_the_port_that_nodes_serve_on() -> None:
    proxy = text_of("deploy/haproxy/haproxy.cfg")
    assert "server-template node 1-10 app:8000" in proxy
    assert "option httpchk GET /health/ready" in proxy
    assert "use_backend living if { nbsrv(nodes) eq 0 }" in proxy
    assert "option httpchk GET /health/live" in proxy
    assert SERVICES["balancer"]["ports"] == ["127.0.0.1:8000:8000"]


@pytest.mark.parametrize("service", ["oracle", "redis"])
def test_the_guides_addresses_are_the_ports_that_are_opened(service: str) -> None:
    (port,) = SERVICES[service]["ports"]
    address, _, _ = port.rpartition(":")
    assert address in text_of("docs/oracle.md")


def test_the_guides_account_is_the_one_that_is_made() -> None:
    environment = SERVICES["oracle"]["environment"]
    user, password = environment["APP_USER"], environment["APP_USER_PASSWORD"]
    default = re.search(r":-(\w+)", password)
    assert default is not None
    assert f"ORACLE_USER={user} ORACLE_PASSWORD={default[1]}" in text_of("docs/oracle.md")

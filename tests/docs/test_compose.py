"""The compose file starts what the documents say, and is waited for until it is healthy."""

import re
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.docs.pages import ROOT, text_of

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))
DURATION = {"type": "string", "pattern": r"^(\d+(ms|s|m|h))+$"}
# What the compose specification says of the parts that are used.
SCHEMA = {
    "type": "object",
    "required": ["name", "services"],
    "additionalProperties": False,
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
                    "command": {"type": "array", "items": {"type": "string"}},
                    "environment": {"type": "object", "additionalProperties": {"type": "string"}},
                    "ports": {
                        "type": "array",
                        "items": {"type": "string", "pattern": r"^127\.0\.0\.1:\d+:\d+$"},
                    },
                    "volumes": {"type": "array", "items": {"type": "string", "pattern": r"^\w+:/[\w/]+$"}},
                    "shm_size": {"type": "string", "pattern": r"^\d+[kmg]b?$"},
                    "stop_grace_period": DURATION,
                    "healthcheck": {
                        "type": "object",
                        "required": ["test", "interval", "timeout", "retries"],
                        "additionalProperties": False,
                        "properties": {
                            "test": {
                                "type": "array",
                                "minItems": 2,
                                "prefixItems": [{"enum": ["CMD", "CMD-SHELL"]}],
                                "items": {"type": "string"},
                            },
                            "interval": DURATION,
                            "timeout": DURATION,
                            "start_period": DURATION,
                            "retries": {"type": "integer", "minimum": 1},
                        },
                    },
                },
            },
        },
    },
}


def test_the_file_is_one_of_compose() -> None:
    faults = [error.message for error in Draft202012Validator(SCHEMA).iter_errors(COMPOSE)]
    assert faults == []


def test_every_volume_that_is_mounted_is_declared() -> None:
    mounted = {
        v.partition(":")[0] for service in COMPOSE["services"].values() for v in service.get("volumes", ())
    }
    assert mounted == set(COMPOSE["volumes"])


@pytest.mark.parametrize("service", ["oracle", "redis"])
def test_the_guides_addresses_are_the_ports_that_are_opened(service: str) -> None:
    (port,) = COMPOSE["services"][service]["ports"]
    address, _, _ = port.rpartition(":")
    assert address in text_of("docs/oracle.md")


def test_the_guides_account_is_the_one_that_is_made() -> None:
    environment = COMPOSE["services"]["oracle"]["environment"]
    user, password = environment["APP_USER"], environment["APP_USER_PASSWORD"]
    default = re.search(r":-(\w+)", password)
    assert default is not None
    assert f"ORACLE_USER={user} ORACLE_PASSWORD={default[1]}" in text_of("docs/oracle.md")

"""The published document is whole, and what goes over the wire is what it says."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from protocol.asyncapi import asyncapi
from protocol.errors import catalogue
from protocol.inbound import INBOUND
from protocol.outbound import OUTBOUND
from tests.protocol.golden import VECTORS

DOCUMENT: Any = json.loads(
    msgspec.json.encode(asyncapi(version="1.2.3", host="localhost:8000", secure=False, problems=catalogue()))
)
GOLDEN: list[dict[str, str]] = json.loads(VECTORS.read_text(encoding="utf-8"))
REGISTRY: Registry[Any] = Registry().with_resource(
    "urn:document", Resource.from_contents(DOCUMENT, DRAFT202012)
)


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def resolve(reference: str) -> Any:
    part = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        part = part[step]
    return part


def test_every_reference_leads_somewhere() -> None:
    assert all(resolve(reference) for reference in references(DOCUMENT))


def test_every_schema_is_one() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_message_of_the_protocol_is_in_a_channel() -> None:
    published = {name for channel in DOCUMENT["channels"].values() for name in channel["messages"]}
    assert published == {message.__name__ for message in (*INBOUND, *OUTBOUND)}


def test_every_request_has_an_operation_with_its_replies() -> None:
    operations = [one for one in DOCUMENT["operations"].values() if one["action"] == "receive"]
    assert len(operations) == len(INBOUND)
    assert all(len(one["reply"]["messages"]) == 2 for one in operations)


def test_it_lists_problems_and_close_codes() -> None:
    assert {"busy", "outcome-unknown"} <= {problem["code"] for problem in DOCUMENT["x-problems"]}
    assert {4001, 4500} <= {close["code"] for close in DOCUMENT["x-close-codes"]}


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: row["name"])
def test_a_golden_frame_is_what_the_document_says(row: dict[str, str]) -> None:
    schema = {"$ref": f"urn:document#/components/messages/{row['name']}/payload"}
    frame = json.loads(row["json"])
    validator = Draft202012Validator(schema, registry=REGISTRY)
    validator.validate(frame)
    assert not validator.is_valid({**frame, "t": "other"})

"""The documents are whole, and their examples are true to their schemas."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from tests.generated.conftest import Served
from tests.generated.tools import TOGETHER, done, run

pytestmark = TOGETHER

Json = dict[str, Any]


@pytest.fixture(scope="module")
def document(served: Served) -> Json:
    found: Json = json.loads(served.openapi.read_bytes())
    return found


def operations(document: Json) -> Iterator[tuple[str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def contents(operation: Json) -> Iterator[Json]:
    yield from operation.get("requestBody", {}).get("content", {}).values()
    for response in operation["responses"].values():
        yield from response.get("content", {}).values()


def test_the_document_is_valid(document: Json) -> None:
    validate(document, cls=OpenAPIV31SpecValidator)


def test_every_example_is_what_its_schema_allows(document: Json) -> None:
    wrong = []
    for name, operation in operations(document):
        for content in contents(operation):
            validator = Draft202012Validator({**content["schema"], "components": document["components"]})
            named = [each["value"] for each in content.get("examples", {}).values()]
            for example in [*named, *([content["example"]] if "example" in content else [])]:
                wrong += [f"{name}: {error.message}" for error in validator.iter_errors(example)]
    assert not wrong


def test_a_stranger_is_told_of_everything(document: Json) -> None:
    silent = []
    for name, operation in operations(document):
        bodies = [content for content in contents(operation) if content["schema"] != {"type": "string"}]
        if not all("example" in content or "examples" in content for content in bodies):
            silent.append(f"{name}: something has no example")
        if not operation["description"] or not operation["summary"]:
            silent.append(f"{name}: no description")
        if not any(int(status) >= 400 for status in operation["responses"]):
            silent.append(f"{name}: no error")
    assert not silent
    assert all(tag["description"] != tag["name"] for tag in document["tags"])


def test_programs_are_told_the_scope_that_lets_them_in(document: Json) -> None:
    scopes = document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"]
    asked = [
        scope
        for _, operation in operations(document)
        for way in operation["security"]
        for scope in way.get("oauth2", [])
    ]
    assert set(asked) == set(scopes)


def test_what_an_answer_names_is_linked(document: Json) -> None:
    made = document["paths"]["/api/v1/drawings"]["post"]["responses"]["201"]["links"]
    assert made["get_drawing"]["operationId"] == "get_drawings_by_id"
    assert made["get_drawing"]["parameters"] == {"id": "$response.body#/drawing_id"}


@pytest.mark.parametrize("name", ["openapi", "asyncapi"])
def test_spectral_finds_nothing(served: Served, node_folder: Path, name: str) -> None:
    spectral = node_folder / "node_modules/.bin/spectral"
    found = run(
        spectral, "lint", getattr(served, name), "--ruleset", node_folder / "spectral.yaml",
        "--fail-severity=hint", cwd=node_folder,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout[-5_000:] + found.stderr[-2_000:]


def test_the_program_of_the_live_page_can_be_read(served: Served) -> None:
    assert not done("node", "--check", Path("fittrack/server/static/live.js").resolve(), cwd=served.folder)

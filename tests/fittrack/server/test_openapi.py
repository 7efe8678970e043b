"""The OpenAPI document says what the server does."""

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from fittrack.server.openapi import openapi_document
from tests.fittrack.server import shop

SHOE = "/api/v1/shoes/0190b5b0-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def document() -> dict:
    return openapi_document(shop.ROUTES, title="Shop", version="1", description="Shoes")


def test_the_document_is_valid(document):
    validate(document, cls=OpenAPIV31SpecValidator)


def test_every_route_has_an_operation_with_an_id_of_its_own(document):
    operations = [op for path in document["paths"].values() for op in path.values()]
    assert len(operations) == len(shop.ROUTES)
    assert len({op["operationId"] for op in operations}) == len(shop.ROUTES)


def test_access_is_told(document):
    def security(path: str) -> list:
        return document["paths"][f"/api/v1/{path}"]["get"]["security"]

    assert security("me") == [{"bearer": []}]
    assert security("greeting") == [{}, {"bearer": []}, {"oauth2": []}]
    assert security("shoes") == []


def test_parameters_come_from_the_structs_that_validate_them(document):
    operation = document["paths"]["/api/v1/shoes"]["get"]
    parameters = {each["name"]: each for each in operation["parameters"]}
    assert parameters["limit"]["schema"]["maximum"] == 100
    assert not parameters["color"]["required"]
    by_color = document["paths"]["/api/v1/shoes/by-color/{color}"]["get"]["parameters"][0]
    assert by_color["schema"] == {"enum": ["black", "red"]}
    by_id = document["paths"]["/api/v1/shoes/{id}"]["get"]["parameters"][0]
    assert by_id["schema"] == {"type": "string", "format": "uuid"}


def test_posts_take_a_key_and_guarded_routes_a_version(document):
    paths = document["paths"]
    assert {"$ref": "#/components/parameters/IdempotencyKey"} in paths["/api/v1/shoes"]["post"]["parameters"]
    assert {"$ref": "#/components/parameters/IfMatch"} in paths["/api/v1/shoes/{id}"]["patch"]["parameters"]


def test_what_is_on_its_way_out_says_so(document):
    operation = document["paths"]["/api/v1/shoes/former"]["get"]
    assert operation["deprecated"]
    assert operation["x-deprecation"]["sunset"] == "2027-01-01"
    assert "deprecated" not in document["paths"]["/api/v1/shoes"]["get"]


def test_registration_documents_its_400(document):
    responses = document["paths"]["/api/v1/register"]["post"]["responses"]
    examples = responses["400"]["content"]["application/problem+json"]["examples"]
    assert set(examples) == {"malformed", "validation"}
    examples = responses["422"]["content"]["application/problem+json"]["examples"]
    assert set(examples) == {"idempotency-mismatch"}


@pytest.mark.parametrize(
    ("request_line", "body", "status"),
    [
        ("GET /api/v1/shoes?limit=3", None, 200),
        ("GET /api/v1/shoes?limit=0", None, 400),
        (f"GET {SHOE}", None, 200),
        ("POST /api/v1/shoes/batch", {"name": "Ok", "size": 40}, 201),
        ("POST /api/v1/shoes/batch", {"name": "Ok"}, 422),
        ("POST /api/v1/shoes/buy", None, 409),
        ("GET /api/v1/me", None, 401),
        ("GET /api/v1/stumble", None, 500),
    ],
)
async def test_answers_are_what_the_document_says(client, document, request_line, body, status):
    method, path = request_line.split()
    response = await client.request(method, path, json=body)
    assert response.status == status
    template = path.partition("?")[0].replace(SHOE, "/api/v1/shoes/{id}")
    documented = document["paths"][template][method.lower()]["responses"][str(status)]
    schema = documented["content"][response.content_type]["schema"]
    validator = Draft202012Validator({**schema, "components": document["components"]})
    validator.validate(await response.json(content_type=None))

"""The OpenAPI 3.1 document, generated from the routes' declarations and the structs they validate with."""

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import msgspec

from fittrack.kit.idempotency import KEY_LENGTH_MAX
from fittrack.kit.problems import Problem
from fittrack.server.access import SCOPES, Access
from fittrack.server.idempotency import HEADER, KEY_PATTERN
from fittrack.server.parse import FORM
from fittrack.server.render import JSON, PROBLEM_JSON, PROBLEM_TYPE_BASE, ProblemDocument
from fittrack.server.routes import TOKEN_PATH, Route

Json = dict[str, Any]

_REF: Final = "#/components/schemas/{name}"
_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_PROBLEM_SCHEMA: Final = {"$ref": _REF.format(name=ProblemDocument.__name__)}
_HEADERS: Final[Json] = {
    "IdempotencyKey": {
        "name": HEADER,
        "in": "header",
        "description": "Chosen once per intention and kept over repetitions: the same key and body give "
        "the same answer without a second effect, for 7 days.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": KEY_LENGTH_MAX,
            "pattern": f"^{KEY_PATTERN}$",
        },
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The `ETag` that was read; `412` if the resource changed since.",
        "schema": {"type": "string"},
    },
}


def openapi_document(routes: Iterable[Route], *, title: str, version: str, description: str) -> Json:
    """The document that describes `routes`."""
    documented = [route for route in routes if route.documented]
    described = _Schemas(documented)
    paths: dict[str, Json] = {}
    for route in documented:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, described)
    document = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": description},
        "tags": [{"name": tag} for tag in sorted({route.tag for route in documented})],
        "paths": paths,
        "components": {
            "schemas": described.components,
            "parameters": _HEADERS,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The `access_token` of a person: `POST /api/v1/auth/login`.",
                },
                "oauth2": {
                    "type": "oauth2",
                    "description": "The access token of a program, for its client credentials.",
                    "flows": {
                        "clientCredentials": {
                            "tokenUrl": TOKEN_PATH,
                            "scopes": {scope.value: told for scope, told in SCOPES.items()},
                        }
                    },
                },
            },
        },
    }
    # Defaults are still Python's (tuples, enums): what is returned is what is sent.
    sent: Json = msgspec.json.decode(msgspec.json.encode(document))
    return sent


class _Schemas:
    """JSON Schemas of everything that is declared, each struct once."""

    def __init__(self, routes: Sequence[Route]) -> None:
        types: dict[int, Any] = {id(ProblemDocument): ProblemDocument}
        for route in routes:
            for declared in _types_of(route):
                types[id(declared)] = declared
        schemas, self.components = msgspec.json.schema_components(types.values(), ref_template=_REF)
        self._by_type = dict(zip(types, schemas, strict=True))
        # Query structs are shown as parameters; nothing refers to them as a whole.
        self._queries = {
            id(route.query): self.components.pop(self._name(route.query), None)
            for route in routes
            if route.query is not None and self._name(route.query) in self.components
        }

    def of(self, declared: Any) -> Json:
        """The schema of a declared type, usually a reference."""
        return self._by_type[id(declared)]

    def properties(self, query: Any) -> tuple[Json, set[str]]:
        """The parameters in a query struct, and which of them are required."""
        schema = self._queries[id(query)]
        return schema.get("properties", {}), set(schema.get("required", ()))

    def _name(self, declared: Any) -> str:
        return str(self.of(declared).get("$ref", "")).rpartition("/")[2]


def _types_of(route: Route) -> Iterable[Any]:
    yield from route.bodies
    if route.form is not None:
        yield route.form
    yield from (answer for answer in route.answers.values() if answer is not None)
    yield from route.path_types.values()
    yield UUID
    if route.query is not None:
        yield route.query


def _operation(route: Route, schemas: _Schemas) -> Json:
    operation: Json = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "tags": [route.tag],
        "security": list(_security(route)),
        "parameters": list(_parameters(route, schemas)),
        "responses": {**_successes(route, schemas), **_refusals(route)},
        "x-access": route.access.value,
        "x-step-up": route.step_up,
    }
    if route.deprecation is not None:
        operation["deprecated"] = True
        operation["x-deprecation"] = {
            "since": route.deprecation.since,
            "sunset": route.deprecation.sunset,
            "successor": route.deprecation.successor,
        }
    if route.handler.__doc__:
        operation["description"] = route.handler.__doc__.strip()
    if route.bodies:
        options = [schemas.of(body) for body in route.bodies]
        schema = options[0] if len(options) == 1 else {"oneOf": options}
        operation["requestBody"] = _body(schema)
    elif route.form is not None:
        operation["requestBody"] = _body(schemas.of(route.form), FORM)
    elif route.foreign_body:
        operation["requestBody"] = _body({"type": "object"})
    return operation


def _security(route: Route) -> Iterable[Json]:
    """What may be shown: any one of them."""
    if route.access is Access.ANYONE:
        return
    if route.access is Access.OPTIONAL:
        yield {}
    yield {"bearer": []}
    if route.scope is not None or route.access is Access.OPTIONAL:
        yield {"oauth2": [] if route.scope is None else [route.scope.value]}


def _body(schema: Json, media_type: str = JSON) -> Json:
    return {"required": True, "content": {media_type: {"schema": schema}}}


def _operation_id(route: Route) -> str:
    path = _PARAMETER.sub(r"by_\1", route.path.removeprefix("/api/v1"))
    return re.sub(r"\W+", "_", f"{route.method.lower()}{path}")


def _parameters(route: Route, schemas: _Schemas) -> Iterable[Json]:
    for name in _PARAMETER.findall(route.path):
        schema = schemas.of(route.path_types.get(name, UUID))
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    if route.query is not None:
        properties, required = schemas.properties(route.query)
        for name, schema in properties.items():
            yield {"name": name, "in": "query", "required": name in required, "schema": schema}
    if route.takes_key:
        yield {"$ref": "#/components/parameters/IdempotencyKey"}
    if route.guarded:
        yield {"$ref": "#/components/parameters/IfMatch"}


def _successes(route: Route, schemas: _Schemas) -> Json:
    responses: Json = {}
    for status, answer in route.answers.items():
        response: Json = {"description": HTTPStatus(status).phrase}
        if answer is not None:
            response["content"] = {
                media_type: {"schema": schemas.of(answer) if media_type == JSON else {"type": "string"}}
                for media_type in route.media_types
            }
        responses[str(status)] = response
    return responses


def _refusals(route: Route) -> Json:
    """The problems of a route, those of one status together."""

    def status_of(problem: type[Problem]) -> int:
        return route.validation_status if problem.code == "validation" else problem.status

    responses: Json = {}
    for status, group in groupby(sorted(route.all_problems, key=status_of), status_of):
        problems = list(group)
        responses[str(status)] = {
            "description": ". ".join(problem.title for problem in problems),
            "content": {
                PROBLEM_JSON: {
                    "schema": _PROBLEM_SCHEMA,
                    "examples": {problem.code: {"value": _example(problem, status)} for problem in problems},
                }
            },
        }
    return responses


def _example(problem: type[Problem], status: int) -> Json:
    return {
        "type": PROBLEM_TYPE_BASE + problem.code,
        "title": problem.title,
        "status": status,
        "detail": problem.title,
        "instance": "/api/v1/…",
        "code": problem.code,
        "request_id": "0199e0a2-7b1c-7c3d-9a53-0242ac120002",
        "retryable": problem.retryable,
    }

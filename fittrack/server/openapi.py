"""The OpenAPI 3.1 document, made from the routes' declarations and the structs they validate with."""

import inspect
import re
from collections.abc import Iterable
from http import HTTPStatus
from itertools import groupby
from typing import Final
from uuid import UUID

import msgspec

from fittrack.kit.idempotency import KEY_LENGTH_MAX
from fittrack.kit.problems import Problem
from fittrack.server.access import SCOPES, Access
from fittrack.server.idempotency import HEADER, KEY_PATTERN
from fittrack.server.openapi_examples import example_of
from fittrack.server.openapi_prose import INTRODUCTION, TAGS, WHO
from fittrack.server.openapi_schemas import REF, Json, Schemas
from fittrack.server.parse import FORM
from fittrack.server.render import JSON, PROBLEM_JSON, PROBLEM_TYPE_BASE, ProblemDocument
from fittrack.server.routes import TOKEN_PATH, Route

_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_PROBLEM_SCHEMA: Final = {"$ref": REF.format(name=ProblemDocument.__name__)}
_AS_TEXT: Final = {"schema": {"type": "string"}}
_WITH_RETRY_AFTER: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_ANSWER_HEADERS: Final[Json] = {
    name: {"description": description, "schema": {"type": "string"}}
    for name, description in {
        "X-Request-ID": "Names the request in our log: what was sent under this name, or the trace id of "
        "`traceparent`, or a new one.",
        "RateLimit": "How many requests are left (`r`), and for how many seconds (`t`).",
        "RateLimit-Policy": "How many requests (`q`) in how many seconds (`w`).",
        "Retry-After": "Seconds to wait.",
        "Idempotent-Replayed": "`true`: this is the former answer under the same key.",
        "ETag": "The version, for `If-Match`.",
    }.items()
}
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


def openapi_document(
    routes: Iterable[Route], *, title: str, version: str, description: str = INTRODUCTION
) -> Json:
    """The document that describes `routes`."""
    documented = [route for route in routes if route.documented]
    described = Schemas(documented)
    paths: dict[str, Json] = {}
    for route in documented:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, described)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version,
            "description": description,
            "contact": {"name": title},
        },
        "servers": [{"url": "/", "description": "This server"}],
        "tags": [
            {"name": tag, "description": TAGS.get(tag, tag)}
            for tag in sorted({route.tag for route in documented})
        ],
        "paths": paths,
        "components": {
            "schemas": described.components,
            "parameters": _HEADERS,
            "headers": _ANSWER_HEADERS,
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
    _add_links(document)
    # Defaults are still Python's (tuples, enums): what is returned is what is sent.
    sent: Json = msgspec.json.decode(msgspec.json.encode(document))
    return sent


def _operation(route: Route, schemas: Schemas) -> Json:
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
    operation["description"] = "\n\n".join(_told_of(route))
    if route.bodies:
        options = [schemas.of(body) for body in route.bodies]
        schema = options[0] if len(options) == 1 else {"oneOf": options}
        operation["requestBody"] = _body(schema, schemas)
    elif route.form is not None:
        operation["requestBody"] = _body(schemas.of(route.form), schemas, FORM)
    elif route.foreign_body:
        operation["requestBody"] = _body({"type": "object"}, schemas)
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


def _told_of(route: Route) -> Iterable[str]:
    """What a stranger must know before using it."""
    if route.handler.__doc__:
        yield inspect.cleandoc(route.handler.__doc__)
    who = [WHO[route.access]]
    if route.step_up:
        who.append("The session must have shown its second factor within the last ten minutes.")
    if route.scope is not None:
        who.append(f"Programs need the scope `{route.scope}`.")
    yield " ".join(who)


def _body(schema: Json, schemas: Schemas, media_type: str = JSON) -> Json:
    content = {"schema": schema, "example": example_of(schema, schemas.components)}
    return {"required": True, "content": {media_type: content}}


_THINGS: Final = {
    "client_id": "/api/v1/admin/clients/{id}",
    "drawing_id": "/api/v1/drawings/{id}",
    "fulfillment_id": "/api/v1/fulfillments/{id}",
    "notification_id": "/api/v1/notifications/{id}",
    "review_id": "/api/v1/admin/reviews/{id}",
    "sponsor_id": "/api/v1/sponsors/{id}",
    "template_id": "/api/v1/drawing-templates/{id}",
    "user_id": "/api/v1/users/{id}/public",
}
"""Where the thing is that an id in an answer names."""


def _add_links(document: Json) -> None:
    """Say of each answer with the id of a thing what can be done with it next."""
    paths, schemas = document["paths"], document["components"]["schemas"]
    for operations in paths.values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {}).get(JSON)
                links = _links(content["schema"], schemas, paths) if content else {}
                if links and status.startswith("2"):
                    response["links"] = links


def _links(schema: Json, schemas: Json, paths: Json) -> Json:
    fields, at = _fields(schema, schemas), ""
    if "items" in fields and "pagination" in fields:
        fields, at = _fields(fields["items"].get("items", {}), schemas), "items/0/"
    return {
        f"{method}_{name.removesuffix('_id')}": {
            "operationId": operation["operationId"],
            "parameters": {"id": f"$response.body#/{at}{name}"},
        }
        for name, path in _THINGS.items()
        if name in fields
        for method, operation in paths.get(path, {}).items()
    }


def _fields(schema: Json, schemas: Json) -> Json:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Json = (schemas[name] if name else schema).get("properties", {})
    return found


def _operation_id(route: Route) -> str:
    path = _PARAMETER.sub(r"by_\1", route.path.removeprefix("/api/v1"))
    return re.sub(r"\W+", "_", f"{route.method.lower()}{path}")


def _parameters(route: Route, schemas: Schemas) -> Iterable[Json]:
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


def _successes(route: Route, schemas: Schemas) -> Json:
    responses: Json = {}
    for status, answer in route.answers.items():
        response: Json = {"description": HTTPStatus(status).phrase, "headers": _headers_of(route, status)}
        if answer is not None:
            response["content"] = {
                media_type: _content(schemas.of(answer), schemas) if media_type == JSON else _AS_TEXT
                for media_type in route.media_types
            }
        responses[str(status)] = response
    return responses


def _content(schema: Json, schemas: Schemas) -> Json:
    return {"schema": schema, "example": example_of(schema, schemas.components)}


def _headers_of(route: Route, status: int) -> Json:
    """The headers of an answer that a program may go by."""
    names = ["X-Request-ID"]
    if route.counted:
        names += ["RateLimit", "RateLimit-Policy"]
    if status in _WITH_RETRY_AFTER:
        names.append("Retry-After")
    if status < HTTPStatus.BAD_REQUEST:
        if route.takes_key:
            names.append("Idempotent-Replayed")
        if route.guarded:
            names.append("ETag")
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _refusals(route: Route) -> Json:
    """The problems of a route, those of one status together."""

    def status_of(problem: type[Problem]) -> int:
        return route.validation_status if problem.code == "validation" else problem.status

    responses: Json = {}
    for status, group in groupby(sorted(route.all_problems, key=status_of), status_of):
        problems = list(group)
        responses[str(status)] = {
            "description": ". ".join(problem.title for problem in problems),
            "headers": _headers_of(route, status),
            "content": {
                PROBLEM_JSON: {
                    "schema": _PROBLEM_SCHEMA,
                    "examples": {
                        problem.code: {
                            "summary": problem.title,
                            "value": _example(problem, status, route.path),
                        }
                        for problem in problems
                    },
                }
            },
        }
    return responses


def _example(problem: type[Problem], status: int, path: str) -> Json:
    return {
        "type": PROBLEM_TYPE_BASE + problem.code,
        "title": problem.title,
        "status": status,
        "detail": problem.title,
        "instance": path,
        "code": problem.code,
        "request_id": "0199e0a2-7b1c-7c3d-9a53-0242ac120002",
        "retryable": problem.retryable,
    }

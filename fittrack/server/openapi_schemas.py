"""JSON Schemas of everything that is declared, as other people's tools read them."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from fittrack.server.render import ProblemDocument
from fittrack.server.routes import Route

Json = dict[str, Any]

REF: Final = "#/components/schemas/{name}"

_PYTHON_ONLY: Final = {r"\A": "^", r"\Z": "$"}
"""Ends of a text in Python's patterns, and in those of JSON Schema (ECMA 262)."""


class Schemas:
    """The schemas of the types in `routes`, each struct once."""

    def __init__(self, routes: Sequence[Route]) -> None:
        types: dict[int, Any] = {id(ProblemDocument): ProblemDocument}
        for route in routes:
            for declared in _types_of(route):
                types[id(declared)] = declared
        schemas, components = msgspec.json.schema_components(types.values(), ref_template=REF)
        self._names = {name: _plain(name) for name in components}
        self._by_type = dict(zip(types, map(self._portable, schemas), strict=True))
        self.components: dict[str, Json] = {
            self._names[name]: {**self._portable(each), "title": self._names[name]}
            for name, each in components.items()
        }
        # Query structs are shown as parameters; nothing refers to them as a whole.
        self._queries = {
            id(route.query): self.components.pop(self._name(route.query), None)
            for route in routes
            if route.query is not None and self._name(route.query) in self.components
        }

    def of(self, declared: Any) -> Json:
        """The schema of a declared type, usually a reference."""
        schema: Json = self._by_type[id(declared)]
        return schema

    def properties(self, query: Any) -> tuple[Json, set[str]]:
        """The parameters in a query struct, and which of them are required."""
        schema = self._queries[id(query)] or {}
        return schema.get("properties", {}), set(schema.get("required", ()))

    def _portable(self, schema: Any) -> Any:
        """`schema` without what only Python, or only few tools, understand."""
        if isinstance(schema, list | tuple):
            return [self._portable(each) for each in schema]
        if not isinstance(schema, dict):
            return schema
        made = {name: self._portable(value) for name, value in schema.items()}
        if isinstance(made.get("pattern"), str):
            for here, there in _PYTHON_ONLY.items():
                made["pattern"] = made["pattern"].replace(here, there)
        if isinstance(made.get("$ref"), str):
            made["$ref"] = REF.format(name=self._names[made["$ref"].rpartition("/")[2]])
        if made.get("items") is False:  # a tuple: as many as it has, said in a way that generators read
            made["items"] = {"anyOf": made["prefixItems"]}
        return made

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


def _plain(name: str) -> str:
    """A name that generators make a type of: two structs of one name are told apart by their slices."""
    *module, struct = name.split(".")
    if not module:
        return re.sub(r"\W", "_", name)
    slice_name = module[1] if module[0] == "fittrack" else module[0]
    return slice_name.capitalize() + struct

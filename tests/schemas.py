"""From JSON schemas that the product publishes to values that fit, almost fit, or do not fit at all."""

import math
from collections.abc import Mapping
from typing import Any

import hypothesis.strategies as st

JsonSchema = Mapping[str, Any]

ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
"""Any JSON value."""

ITEMS_MAX = 4
"""Items of lists and of maps with free keys."""

TEXT_MAX = 40
"""Characters of texts without a bound of their own."""

FORMATS: Mapping[str, st.SearchStrategy[str]] = {
    "uuid": st.uuids().map(str),
    "date": st.dates().map(str),
    "date-time": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
}


class Schemas:
    """Strategies for the schemas of one document, whose `$ref`s they follow."""

    def __init__(self, document: JsonSchema) -> None:
        self._document = document

    def fitting(self, schema: JsonSchema) -> st.SearchStrategy[Any]:
        """Values that `schema` allows, as far as it says."""
        if "$ref" in schema:
            return st.deferred(lambda: self.fitting(self._at(str(schema["$ref"]))))
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(list(schema["enum"]))
        for alternatives in ("anyOf", "oneOf"):
            if alternatives in schema:
                return st.one_of([self.fitting(each) for each in schema[alternatives]])
        kind = schema.get("type")
        if isinstance(kind, list):
            return st.one_of([self.fitting({**schema, "type": each}) for each in kind])
        return self._of_kind(kind, schema)

    def nearly_fitting(self, schema: JsonSchema) -> st.SearchStrategy[Any]:
        """Values that fit, and such with one place spoiled."""
        return self.fitting(schema) | st.builds(_spoiled, self.fitting(schema), ANYTHING, st.randoms())

    def _at(self, ref: str) -> JsonSchema:
        found: Any = self._document
        for step in ref.removeprefix("#/").split("/"):
            found = found[step]
        return found  # type: ignore[no-any-return]

    def _of_kind(self, kind: object, schema: JsonSchema) -> st.SearchStrategy[Any]:
        match kind:
            case "object":
                return self._objects(schema)
            case "array":
                inner = self.fitting(schema.get("items", {}))
                return st.lists(inner, min_size=min(schema.get("minItems", 0), ITEMS_MAX), max_size=ITEMS_MAX)
            case "string":
                return _texts(schema)
            case "integer":
                return st.integers(schema.get("minimum"), schema.get("maximum"))
            case "number":
                return _numbers(schema)
            case "boolean":
                return st.booleans()
            case "null":
                return st.none()
            case _:
                return ANYTHING

    def _objects(self, schema: JsonSchema) -> st.SearchStrategy[dict[str, Any]]:
        known = {name: self.fitting(each) for name, each in schema.get("properties", {}).items()}
        needed = set(schema.get("required", ()))
        if not known:
            return st.dictionaries(st.text(max_size=10), ANYTHING, max_size=ITEMS_MAX)
        return st.fixed_dictionaries(
            {name: known[name] for name in known if name in needed},
            optional={name: known[name] for name in known if name not in needed},
        )


def _texts(schema: JsonSchema) -> st.SearchStrategy[str]:
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]] | st.text(max_size=TEXT_MAX)
    low = int(schema.get("minLength", 0))
    return st.text(min_size=low, max_size=max(low, min(int(schema.get("maxLength", TEXT_MAX)), TEXT_MAX)))


def _numbers(schema: JsonSchema) -> st.SearchStrategy[float]:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -math.inf))
    high = schema.get("maximum", schema.get("exclusiveMaximum", math.inf))
    bounds = [None if math.isinf(bound) else bound for bound in (low, high)]
    return st.floats(*bounds, allow_nan=False, allow_infinity=False)


def _spoiled(value: Any, poison: Any, rng: Any) -> Any:
    """`value` with something at some depth replaced by `poison`, or added."""
    match value:
        case dict() if value and rng.random() < 0.8:
            name = rng.choice(sorted(value))
            return {**value, name: _spoiled(value[name], poison, rng)}
        case dict():
            return {**value, "surprise": poison}
        case [*items] if items and rng.random() < 0.8:
            place = rng.randrange(len(items))
            return [*items[:place], _spoiled(items[place], poison, rng), *items[place + 1 :]]
        case _:
            return poison

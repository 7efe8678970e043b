"""Examples made from schemas: plausible by a field's name, valid by its schema, the same each time."""

import re
from collections.abc import Mapping
from typing import Any, Final

Json = dict[str, Any]

_DEPTH_MAX: Final = 8

_DIGITS: Final = "0123456789abcdef"

NAMED: Final[Mapping[str, Any]] = {
    "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2lnbmF0dXJl",
    "action": "drawing.open",
    "actor_email": "admin@fittrack.example",
    "address": "203.0.113.7",
    "attempts": 2,
    "biological_sex": "female",
    "carrier": "UPS",
    "city": "Austin",
    "client_secret": "ftc_V2hhdCB0aGUgcHJvZ3JhbSBrbm93cyBhbmQgbm9ib2R5IGVsc2U",
    "code": "123456",
    "contact_email": "partners@acme.example",
    "contact_name": "Ada Miller",
    "current_password": "Correct-Horse-7-Battery",
    "date_of_birth": "1990-05-17",
    "detail": "Some fields are not right",
    "device_id": "pixel-8",
    "display_name": "Ada M.",
    "drawing_name": "November Marathon",
    "email": "player@fittrack.example",
    "end_time": "2026-06-10T12:30:00.000Z",
    "error_description": "Unknown client, or wrong secret",
    "event_type": "tickets.purchased",
    "evidence": "Envelope 2026-114, postmark Austin TX",
    "external_id": "run-2026-06-10",
    "from": "2026-06-01",
    "goals": "Run a 10K in spring",
    "image_url": "https://cdn.example/mug.png",
    "ip_address": "203.0.113.7",
    "last_error": "It answered 500.",
    "last_status_code": 500,
    "limit": 20,
    "logo_url": "https://cdn.example/acme.svg",
    "name": "Acme",
    "new_password": "Correct-Horse-8-Battery",
    "next_cursor": "tHiYB0MHyBKT1_83jTEAawhDd9kkMDFhMjE4NDc",
    "notes": "Keep it dry",
    "page": 1,
    "password": "Correct-Horse-7-Battery",
    "period_end": "2026-06-07",
    "period_start": "2026-06-01",
    "pointer": "/quantity",
    "prize_name": "Enamel mug",
    "provider": "fitbit",
    "quantity": 3,
    "reason": "Asked for by post",
    "recipient": "Ada Miller",
    "reference_id": "0190b5b0-2c4e-7a31-8d5f-3b6a9c0e1f42",
    "reference_type": "drawing",
    "refresh_token": "ftr_V2hhdCBvcGVucyB0aGUgbmV4dCBob3VyIG9mIGEgc2Vzc2lvbg",
    "request_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "route": "/api/v1/users",
    "scope": "users:read",
    "secret_id": "e70602b4e5daeee2",
    "seq": 12,
    "signature": "a1" * 48,
    "source": "fitbit",
    "sponsor": "Acme",
    "start_time": "2026-06-10T12:00:00.000Z",
    "state": "TX",
    "state_of_residence": "TX",
    "statement": "It was my sister who used the phone",
    "step": 1,
    "street": "1 Main St",
    "tier_code": "F-30-39-INT",
    "tier_name": "Female 30-39 Intermediate",
    "to": "2026-06-30",
    "token": "fte_V2hhdCBzdG9vZCBpbiB0aGUgbGV0dGVyIHRoYXQgd2Ugc2VudA",
    "total_items": 42,
    "total_pages": 3,
    "tracking_number": "1Z999AA10123456784",
    "transaction_type": "spend",
    "url": "https://partner.example/fittrack",
    "user_agent": "FitTrack/2.1 (Android 16)",
    "value_usd": "50.00",
    "website_url": "https://acme.example",
    "zip_code": "78701",
}
"""Values of fields by their names, where they fit the schema."""

_TEXTS: Final[Mapping[str, str]] = {
    "date": "2026-06-10",
    "date-time": "2026-06-10T16:00:00.000Z",
    "uuid": "0190b5b0-2c4e-7a31-8d5f-3b6a9c0e1f42",
    "decimal": "50.00",
}


def example_of(schema: Json, components: Mapping[str, Json]) -> Any:
    """A value that `schema` allows."""
    return _Maker(components).make(schema, "", 0)


class _Maker:
    def __init__(self, components: Mapping[str, Json]) -> None:
        self._components = components

    def make(self, schema: Json, name: str, depth: int) -> Any:
        if name in NAMED and self._fits(NAMED[name], schema):
            return NAMED[name]
        if "$ref" in schema:
            return self.make(self._components[schema["$ref"].rpartition("/")[2]], name, depth + 1)
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                return self._choose(schema[choice], name, depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return next(each for each in schema["enum"] if each is not None)
        if "default" in schema and schema["default"] not in (None, [], {}):
            return schema["default"]
        return self._by_type(schema, name, depth)

    def _fits(self, value: Any, schema: Json) -> bool:
        """Whether a field of this schema may be a named value, a text or a whole number."""
        if "$ref" in schema:
            return self._fits(value, self._components[schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            return any(self._fits(value, each) for each in schema["anyOf"])
        if "enum" in schema or "const" in schema:
            return value in schema.get("enum", [schema.get("const")])
        if isinstance(value, int):
            return schema.get("type") == "integer"
        return (
            schema.get("type") == "string"
            and schema.get("format", "date") in ("date", "date-time")
            and re.search(schema.get("pattern", ""), value) is not None
            and schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        )

    def _choose(self, options: list[Json], name: str, depth: int) -> Any:
        something = [each for each in options if each.get("type") != "null"]
        return None if depth > _DEPTH_MAX or not something else self.make(something[0], name, depth)

    def _by_type(self, schema: Json, name: str, depth: int) -> Any:
        kind = schema.get("type")
        match kind[0] if isinstance(kind, list) else kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "integer":
                return int(_number(schema))
            case "number":
                return _number(schema)
            case "boolean":
                return True
            case "string":
                return _text(schema)
            case _:
                return None

    def _object(self, schema: Json, depth: int) -> Json:
        fields = schema.get("properties", {})
        return {name: self.make(field, name, depth + 1) for name, field in fields.items()}

    def _array(self, schema: Json, name: str, depth: int) -> list[Any]:
        if "prefixItems" in schema:
            return [self.make(each, "", depth + 1) for each in schema["prefixItems"]]
        if depth > _DEPTH_MAX and not schema.get("minItems"):
            return []
        return [self.make(schema.get("items", {}), name.removesuffix("s"), depth + 1)]


def _number(schema: Json) -> float:
    lowest: Any = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    highest: Any = schema.get("maximum", schema.get("exclusiveMaximum", lowest + 100))
    return float((lowest + min(highest, lowest + 100)) / 2)


def _text(schema: Json) -> str:
    if schema.get("format") in _TEXTS:
        return _TEXTS[schema["format"]]
    shortest: int = schema.get("minLength", 0)
    longest: int = schema.get("maxLength", 1_000)
    for candidate in _candidates(schema.get("pattern", "")):
        fitting = candidate * -(-max(shortest, 1) // len(candidate))
        if shortest <= len(fitting) <= longest:
            return fitting[:longest]
    return "x" * shortest


def _candidates(pattern: str) -> list[str]:
    """Texts that patterns of ours allow, by what they begin with."""
    for beginning, text in (
        ("^[0-9a-f]{32}", _DIGITS * 2),
        ("^[0-9a-f]{64}", _DIGITS * 4),
        ("^[0-9a-f]{16}", _DIGITS),
        ("^[0-9a-f]{96}", _DIGITS * 6),
        ("^[0-9a-f]{8}", _TEXTS["uuid"]),
        ("^[0-9a-f]", _DIGITS),
        (r"^\d{4}-\d\d-\d\dT", _TEXTS["date-time"]),
        (r"^\d{4}-\d{2}-\d{2}", _TEXTS["date"]),
        ("^[0-9]{1,8}", "50.00"),
        ("^https?://", "https://acme.example/fittrack"),
    ):
        if pattern.startswith(beginning):
            return [text]
    return ["a text", "text"]

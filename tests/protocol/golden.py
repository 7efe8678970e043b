"""The golden frames: one of each type in both encodings, for every implementation to read.

`python -m tests.protocol.golden` writes them anew, which is a change of the protocol and needs a reason.
"""

import inspect
import json
import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

import protocol
from protocol.codec import JSON, MSGPACK
from protocol.frames import Frame, Payload, frame
from protocol.inbound import COMMANDS, INBOUND, Request, Subscribe, Unsubscribe
from protocol.outbound import CHANNEL_EVENTS, OUTBOUND, SNAPSHOTS, STREAMS

VECTORS = Path(protocol.__file__).parent / "vectors" / "frames.json"
KEY = "0195b8f0-0000-7000-8000-00000000000a"
CHANNEL = "drawing:0195b8f0-0000-7000-8000-000000000001"

_VALUES: dict[str, object] = {
    "amount": -300,
    "balance": 700,
    "balance_after": 700,
    "code": "insufficient-points",
    "description": "3 tickets",
    "detail": "Not enough points: 300 needed, 120 there",
    "display_name": "Zoë 🏃",
    "email": "player@fittrack.example",
    "external_id": "walk-1",
    "name": "Daily Draw",
    "pointer": "/quantity",
    "proof_url": "/api/v1/drawings/0195b8f0-0000-7000-8000-000000000001/proof",
    "source": "fitbit",
    "status": None,
    "tier_code": "F-30-39-INT",
    "tier_name": "Female 30-39 Intermediate",
    "token": "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl",
    "value_usd": "50.00",
}


def example(type: Any, name: str = "") -> Any:
    """A value of `type`, the same every time; `name` is the field's, for those that deserve a real one."""
    if isinstance(type, types.UnionType) or get_origin(type) is Union:
        return example(get_args(type)[0], name)
    if get_origin(type) is Literal:
        return get_args(type)[0]
    if get_origin(type) is list:
        return [example(get_args(type)[0])]
    if inspect.isclass(type) and issubclass(type, msgspec.Struct):
        hints = get_type_hints(type)
        return type(**{field: example(hints[field], field) for field in type.__struct_fields__})
    if (known := _VALUES.get(name)) is not None and isinstance(known, type if inspect.isclass(type) else str):
        return known
    return _plain_example(type, name)


def _plain_example(type: Any, name: str) -> Any:
    if get_origin(type) is dict:
        return {"steps": 3200, "distance_meters": 2410.5}
    if getattr(type, "__name__", "") == "WireInstant":
        return "2026-03-01T21:00:00.000Z"
    if name in ("start_time", "end_time"):
        return msgspec.convert(f"2026-03-01T11:{'00' if name == 'start_time' else '30'}:00Z", type)
    return {bool: True, int: 3, float: 0.25, str: f"a {name}", UUID: UUID(CHANNEL.split(":")[1])}[type]


def outbound_frame(payload: type[Payload]) -> Frame:
    """The golden frame of something the server says."""
    data = example(payload)
    if payload in STREAMS:
        return frame(data, seq=41)
    if payload in CHANNEL_EVENTS or payload in SNAPSHOTS:
        return frame(data, ch=CHANNEL, seq=41)
    return frame(data, id=7)


def inbound_frame(request: type[Request]) -> dict[str, object]:
    """The golden frame of something a client says."""
    plain: dict[str, object] = {"t": request.TYPE, "id": 7}
    if request in COMMANDS:
        plain["key"] = KEY
    if request in (Subscribe, Unsubscribe):
        plain["ch"] = CHANNEL
    elif data := msgspec.to_builtins(example(request)):
        plain["d"] = data
    return plain


def vectors() -> list[dict[str, str]]:
    """All golden frames: name, direction, the JSON text, the MessagePack bytes in hexadecimal."""
    rows = []
    for request in INBOUND:
        plain = inbound_frame(request)
        rows.append(
            _row(request.__name__, "client", msgspec.json.encode(plain), msgspec.msgpack.encode(plain))
        )
    for payload in OUTBOUND:
        whole = outbound_frame(payload)
        rows.append(_row(payload.__name__, "server", JSON.encode(whole), MSGPACK.encode(whole)))
    return rows


def _row(name: str, sender: str, text: bytes, packed: bytes) -> dict[str, str]:
    return {"name": name, "from": sender, "json": text.decode(), "msgpack": packed.hex()}


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

"""The protocol as an AsyncAPI 3 document, made from the structs that the server reads and writes with."""

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import msgspec

from fittrack.kit.problems import Problem
from protocol import inbound, outbound
from protocol.close_codes import CloseCode, may_reconnect
from protocol.codec import JSON, MSGPACK
from protocol.frames import Payload
from protocol.inbound import INBOUND, Request
from protocol.limits import FRAMES_PER_MESSAGE_MAX
from protocol.outbound import OUTBOUND, Err, Ok

Json = dict[str, object]
Message = type[Request] | type[Payload]

_SCHEMAS: Final = "#/components/schemas/"
_ADDRESS: Final = "/ws"


@dataclass(frozen=True, slots=True)
class _Topic:
    """A part of the protocol: what is said, in reply to what. All of them share one WebSocket."""

    summary: str
    requests: Mapping[type[Request], tuple[type[Payload], ...]] = field(default_factory=dict)
    events: tuple[type[Payload], ...] = ()
    channel: str | None = None


_TOPICS: Final[Mapping[str, _Topic]] = {
    "session": _Topic(
        "Who is there, for how long, and whether the line is alive",
        {
            inbound.Auth: (outbound.Welcome, Err),
            inbound.Refresh: (outbound.Refreshed, Err),
            inbound.Ping: (outbound.Pong, Err),
        },
        (outbound.Hello, outbound.Expiring, outbound.GoAway),
    ),
    "subscriptions": _Topic(
        "Channels carry state: ok, then a snapshot, then events; seq only grows",
        {inbound.Subscribe: (Ok, Err), inbound.Unsubscribe: (Ok, Err)},
    ),
    "commands": _Topic(
        "Commands carry a key, chosen once per intention; the same key gives the same answer",
        {
            inbound.LogActivities: (outbound.ActivitiesLogged, Err),
            inbound.BuyTickets: (outbound.TicketsBought, Err),
            inbound.ReadInbox: (outbound.InboxRead, Err),
        },
    ),
    "ledger": _Topic("Stream of points: one event per ledger entry", events=(outbound.PointsChanged,)),
    "inbox": _Topic("Stream of notifications", events=(outbound.Notification,)),
    "player": _Topic(
        "Unnumbered, coalescible news of the player",
        events=(
            outbound.InboxChanged,
            outbound.StreakChanged,
            outbound.RankChanged,
            outbound.TicketsChanged,
        ),
    ),
    "drawings": _Topic(
        "Drawings added, opened, closed, completed, cancelled",
        events=(
            outbound.DrawingsSnapshot,
            outbound.DrawingAdded,
            outbound.DrawingOpened,
            outbound.DrawingClosed,
            outbound.DrawingCompleted,
            outbound.DrawingCancelled,
        ),
        channel="drawings",
    ),
    "drawing": _Topic(
        "One drawing's countdown, closing and result",
        events=(
            outbound.DrawingSnapshot,
            outbound.DrawingTick,
            outbound.DrawingOpened,
            outbound.DrawingClosed,
            outbound.DrawingResult,
            outbound.DrawingCancelled,
        ),
        channel="drawing:{id}",
    ),
    "leaderboard": _Topic(
        "The top 100 of a period and tier, at most once a second",
        events=(outbound.LeaderboardSnapshot, outbound.Leaderboard),
        channel="leaderboard:{period}:{tier}",
    ),
    "ops": _Topic(
        "Live figures, what admins do and look at, alerts; for admins",
        events=(
            outbound.OpsSnapshot,
            outbound.OpsLive,
            outbound.OpsAction,
            outbound.OpsLooking,
            outbound.OpsAlert,
        ),
        channel="ops",
    ),
}


def asyncapi(*, version: str, host: str, secure: bool, problems: Iterable[type[Problem]]) -> Json:
    """The document: `version` of the product, `host` with port, `problems` those that `err` may carry."""
    everything: tuple[Message, ...] = (*INBOUND, *OUTBOUND)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "FitTrack live",
            "version": version,
            "description": _DESCRIPTION,
            "contact": {"name": "FitTrack"},
            "tags": [{"name": name, "description": topic.summary} for name, topic in _TOPICS.items()],
        },
        "defaultContentType": "application/msgpack",
        "servers": {"live": _server(host, secure)},
        "channels": {name: _channel(topic) for name, topic in _TOPICS.items()},
        "operations": {
            id: operation for name, topic in _TOPICS.items() for id, operation in _operations(name, topic)
        },
        "components": {
            "messages": {message.__name__: _message(message) for message in everything},
            "schemas": _schemas(),
        },
        "x-close-codes": [
            {"code": code.value, "reason": code.reason, "reconnect": may_reconnect(code)}
            for code in CloseCode
        ],
        "x-problems": [
            {
                "code": problem.code,
                "status": problem.status,
                "title": problem.title,
                "retryable": problem.retryable,
            }
            for problem in problems
        ],
    }


@cache
def _schemas() -> Json:
    # The messages never change: that nodes begin quickly, this is made but once.
    _, schemas = msgspec.json.schema_components((*INBOUND, *OUTBOUND), ref_template=_SCHEMAS + "{name}")
    return schemas


def _server(host: str, secure: bool) -> Json:
    return {
        "host": host,
        "protocol": "wss" if secure else "ws",
        "description": f"Subprotocol {MSGPACK.subprotocol} (binary) or {JSON.subprotocol} (text)",
    }


def _channel(topic: _Topic) -> Json:
    replies = {reply for replies in topic.requests.values() for reply in replies}
    messages: set[Message] = {*topic.requests, *replies, *topic.events}
    channel: Json = {
        "address": _ADDRESS,
        "summary": topic.summary,
        "messages": {
            name: {"$ref": f"#/components/messages/{name}"}
            for name in sorted(message.__name__ for message in messages)
        },
        "bindings": {"ws": {"method": "GET"}},
    }
    if topic.channel is not None:
        channel["x-channel"] = topic.channel
    return channel


def _operations(name: str, topic: _Topic) -> Iterable[tuple[str, Json]]:
    channel = {"$ref": f"#/channels/{name}"}
    for request, replies in topic.requests.items():
        yield (
            f"{name}.{request.__name__}",
            {
                "action": "receive",
                "channel": channel,
                "summary": _summary(request),
                "description": _told(request),
                "tags": [{"name": name}],
                "messages": [_within(name, request)],
                "reply": {"channel": channel, "messages": [_within(name, reply) for reply in replies]},
            },
        )
    if topic.events:
        events = [_within(name, event) for event in topic.events]
        yield (
            f"{name}.events",
            {
                "action": "send",
                "channel": channel,
                "summary": topic.summary,
                "description": _sent_when(topic),
                "tags": [{"name": name}],
                "messages": events,
            },
        )


def _within(channel: str, message: Message) -> Json:
    return {"$ref": f"#/channels/{channel}/messages/{message.__name__}"}


def _message(message: Message) -> Json:
    return {
        "name": message.TYPE,
        "title": message.__name__,
        "summary": _summary(message),
        "description": _told(message),
        "payload": _frame_schema(message),
    }


def _frame_schema(message: Message) -> Json:
    properties: Json = {"t": {"const": message.TYPE}, "id": {"type": ["integer", "string"]}}
    required = ["t"]
    if issubclass(message, Payload):
        properties |= {"ch": {"type": "string"}, "seq": {"type": "integer", "minimum": 0}}
        required.append("d")
    elif message in inbound.COMMANDS:
        properties["key"] = {"type": "string", "format": "uuid"}
        required += ["key", "d"]
    elif message in (inbound.Subscribe, inbound.Unsubscribe):
        properties["ch"] = {"type": "string"}
        required.append("ch")
    elif message is not inbound.Ping:
        required.append("d")
    properties["d"] = {"$ref": _SCHEMAS + message.__name__}
    return {"type": "object", "properties": properties, "required": required}


def _told(message: Message) -> str:
    return inspect.cleandoc(message.__doc__ or "")


def _sent_when(topic: _Topic) -> str:
    if topic.channel is not None:
        return f"Sent to whoever subscribed to the channel `{topic.channel}`."
    return "Sent by itself to whoever signed in."


def _summary(message: Message) -> str:
    return (message.__doc__ or "").split("\n\n", maxsplit=1)[0].replace("\n    ", " ").strip()


_DESCRIPTION: Final = (
    f"A WebSocket message is one frame or a list of up to {FRAMES_PER_MESSAGE_MAX} of them. A frame is a "
    "map: `t` type, `id` correlation id, `ch` channel, `seq` position, `d` data. Instants are RFC 3339 "
    "strings, ids UUID strings, in both encodings. Clients ignore keys they do not know; unknown keys inside "
    "a command's `d` are refused."
)

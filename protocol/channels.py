"""Channel names: `drawings`, `drawing:{id}`, `leaderboard:{period}:{tier}`, `ops`."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import cast, get_args
from uuid import UUID

from fittrack.kit.ids import DrawingId
from fittrack.kit.problems import FieldError, Validation
from protocol.shapes import Period

_CACHED_CHANNELS = 4_096
"""Parsed names kept: a name and its channel are then one object for all its subscribers (300 bytes each)."""

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = re.compile(
    rf"(?P<kind>drawings|ops|drawing:(?P<drawing>{_UUID})"
    rf"|leaderboard:(?P<period>{'|'.join(get_args(Period))}):(?P<tier>[A-Z0-9][A-Z0-9+-]{{0,15}}))"
)


@dataclass(frozen=True, slots=True)
class DrawingsChannel:
    """Drawings added, opened, closed, completed, cancelled."""

    def __str__(self) -> str:
        return "drawings"


@dataclass(frozen=True, slots=True)
class DrawingChannel:
    """One drawing: its countdown, its closing, its result."""

    drawing_id: DrawingId

    def __str__(self) -> str:
        return f"drawing:{self.drawing_id}"


@dataclass(frozen=True, slots=True)
class LeaderboardChannel:
    """The top 100 of one period and tier (or `OPEN`). Whether the tier exists is for the server to say."""

    period: Period
    tier_code: str

    def __str__(self) -> str:
        return f"leaderboard:{self.period}:{self.tier_code}"


@dataclass(frozen=True, slots=True)
class OpsChannel:
    """Live figures, for admins."""

    def __str__(self) -> str:
        return "ops"


Channel = DrawingsChannel | DrawingChannel | LeaderboardChannel | OpsChannel


@lru_cache(_CACHED_CHANNELS)
def parse_channel(name: str) -> Channel:
    """The channel called `name`. Only the canonical spelling is one, so that events bear the name asked for.

    Raises `Validation` for anything else.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise Validation("There is no such channel", errors=(FieldError("/ch", "Is not a channel's name"),))
    if match["drawing"]:
        return DrawingChannel(DrawingId(UUID(match["drawing"])))
    if match["period"]:
        return LeaderboardChannel(cast(Period, match["period"]), match["tier"])
    return OpsChannel() if match["kind"] == "ops" else DrawingsChannel()

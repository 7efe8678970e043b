"""Snapshots: the whole state of a channel, right after the `ok` of `sub`."""

from typing import ClassVar

from protocol.channel_events import (
    DrawingClosed,
    DrawingResult,
    DrawingTick,
    Leaderboard,
    OpsAction,
    OpsAlert,
    OpsLive,
)
from protocol.frames import Payload
from protocol.shapes import Drawing


class DrawingsSnapshot(Payload, frozen=True, kw_only=True):
    """State of `drawings`: those scheduled, open and closed, and the latest completed."""

    TYPE: ClassVar[str] = "snapshot"
    drawings: list[Drawing]


class DrawingSnapshot(Payload, frozen=True, kw_only=True):
    """State of `drawing:{id}`: the drawing, its countdown, one's own odds, results if any."""

    TYPE: ClassVar[str] = "snapshot"
    drawing: Drawing
    tick: DrawingTick
    odds: float | None
    closed: DrawingClosed | None = None
    result: DrawingResult | None = None


class LeaderboardSnapshot(Payload, frozen=True, kw_only=True):
    """State of `leaderboard:{period}:{tier}`."""

    TYPE: ClassVar[str] = "snapshot"
    board: Leaderboard


class OpsSnapshot(Payload, frozen=True, kw_only=True):
    """State of `ops`: the latest figures, alerts that stand, and the latest actions, the newest first."""

    TYPE: ClassVar[str] = "snapshot"
    live: OpsLive | None
    alerts: list[OpsAlert]
    actions: list[OpsAction]

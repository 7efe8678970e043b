"""What the server says: every payload, by name. `OUTBOUND` lists them all."""

from protocol.answers import (
    ActivitiesLogged,
    Err,
    ErrorField,
    InboxRead,
    Ok,
    Refreshed,
    TicketsBought,
)
from protocol.channel_events import (
    DrawingAdded,
    DrawingCancelled,
    DrawingClosed,
    DrawingCompleted,
    DrawingOpened,
    DrawingResult,
    DrawingTick,
    Leaderboard,
    OpsAction,
    OpsAlert,
    OpsLive,
    OpsLooking,
)
from protocol.frames import Payload
from protocol.session_frames import (
    Expiring,
    GoAway,
    Hello,
    Pong,
    Welcome,
)
from protocol.snapshots import (
    DrawingSnapshot,
    DrawingsSnapshot,
    LeaderboardSnapshot,
    OpsSnapshot,
)
from protocol.stream_events import (
    InboxChanged,
    Notification,
    NotificationType,
    PointsChanged,
    RankChanged,
    StreakChanged,
    TicketsChanged,
)

SESSION: tuple[type[Payload], ...] = (Hello, Welcome, Pong, Expiring, GoAway)
ANSWERS: tuple[type[Payload], ...] = (Ok, ActivitiesLogged, TicketsBought, InboxRead, Refreshed, Err)
STREAMS: tuple[type[Payload], ...] = (
    PointsChanged,
    Notification,
    InboxChanged,
    StreakChanged,
    RankChanged,
    TicketsChanged,
)
CHANNEL_EVENTS: tuple[type[Payload], ...] = (
    DrawingTick,
    DrawingAdded,
    DrawingOpened,
    DrawingClosed,
    DrawingResult,
    DrawingCompleted,
    DrawingCancelled,
    Leaderboard,
    OpsLive,
    OpsAction,
    OpsLooking,
    OpsAlert,
)
SNAPSHOTS: tuple[type[Payload], ...] = (DrawingsSnapshot, DrawingSnapshot, LeaderboardSnapshot, OpsSnapshot)
OUTBOUND: tuple[type[Payload], ...] = (*SESSION, *ANSWERS, *STREAMS, *CHANNEL_EVENTS, *SNAPSHOTS)
"""Every payload the server sends. Several share a type: answers are `ok`, snapshots `snapshot`."""

__all__ = [
    "ANSWERS",
    "CHANNEL_EVENTS",
    "OUTBOUND",
    "SESSION",
    "SNAPSHOTS",
    "STREAMS",
    "ActivitiesLogged",
    "DrawingAdded",
    "DrawingCancelled",
    "DrawingClosed",
    "DrawingCompleted",
    "DrawingOpened",
    "DrawingResult",
    "DrawingSnapshot",
    "DrawingTick",
    "DrawingsSnapshot",
    "Err",
    "ErrorField",
    "Expiring",
    "GoAway",
    "Hello",
    "InboxChanged",
    "InboxRead",
    "Leaderboard",
    "LeaderboardSnapshot",
    "Notification",
    "NotificationType",
    "Ok",
    "OpsAction",
    "OpsAlert",
    "OpsLive",
    "OpsLooking",
    "OpsSnapshot",
    "PointsChanged",
    "Pong",
    "RankChanged",
    "Refreshed",
    "StreakChanged",
    "TicketsBought",
    "TicketsChanged",
    "Welcome",
]

"""Drawings and players for the tests, ordinary unless told otherwise."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from fittrack.drawings.model import Drawing, DrawingStatus, DrawingType, Player, Prize
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.ids import DrawingId, PrizeId, UserId, uuid7
from fittrack.kit.standing import AccountStatus, Role

CALENDAR = PlatformCalendar(ZoneInfo("America/New_York"))
EXCLUDED_STATES = frozenset({"NY", "FL", "RI"})

NOON = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
CLOSE = NOON + timedelta(hours=8, minutes=55)
DRAW = NOON + timedelta(hours=9)
MS = timedelta(milliseconds=1)


def a_prize(**changes: Any) -> Prize:
    prize = Prize(prize_id=PrizeId(uuid7()), rank=1, name="Gift card", value_usd=Decimal("50.00"))
    return replace(prize, **changes)


def a_drawing(status: DrawingStatus = DrawingStatus.OPEN, **changes: Any) -> Drawing:
    drawing = Drawing(
        drawing_id=DrawingId(uuid7()),
        drawing_type=DrawingType.DAILY,
        name="Daily draw",
        ticket_cost_points=100,
        ticket_sales_close=CLOSE,
        drawing_time=DRAW,
        prizes=(a_prize(),),
        status=status,
    )
    return replace(drawing, **changes)


def a_player(**changes: Any) -> Player:
    player = Player(
        user_id=UserId(uuid7()),
        role=Role.USER,
        status=AccountStatus.ACTIVE,
        email_verified=True,
        date_of_birth=date(1990, 1, 1),
        state="TX",
        profile_complete=True,
        created_at=NOON - timedelta(days=30),
    )
    return replace(player, **changes)

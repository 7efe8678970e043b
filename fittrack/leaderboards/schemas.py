"""Leaderboards as REST gives them (SPEC 10)."""

from typing import Annotated

from msgspec import Meta

from fittrack.server.schemas import Answer, Input, PageQuery, Pagination
from protocol.shapes import Instant, Period, Ranking

TIER_LENGTH_MAX = 12
"""Characters of a tier's code."""

TierCode = Annotated[
    str, Meta(max_length=TIER_LENGTH_MAX, description="A tier's code or `OPEN`; by default one's own tier")
]


class BoardQuery(Input, frozen=True, kw_only=True):
    """Which tier's board."""

    tier: TierCode | None = None


class PageOfBoardQuery(PageQuery, frozen=True, kw_only=True):
    """Which tier's board, and which page of it."""

    tier: TierCode | None = None


class Me(Answer, frozen=True, kw_only=True):
    """Where one stands oneself; `rank` is null without points."""

    rank: int | None
    points_earned: int
    display_name: str | None


class OwnStanding(Answer, frozen=True, kw_only=True):
    """`GET leaderboards/{period}/me`: `me.rank` of `total_players`, and those up to ten ranks away."""

    period: Period
    tier_code: str
    tier_name: str
    total_players: int
    reset_time: Instant | None
    me: Me
    around_me: list[Ranking]


class Board(OwnStanding, frozen=True, kw_only=True):
    """`GET leaderboards/{period}`: a page of the board, and where one stands oneself."""

    rankings: list[Ranking]
    pagination: Pagination

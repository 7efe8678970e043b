"""When a refresh token is good, and when its use says that it was stolen (SPEC 1; RFC 9700, 4.14.2). Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from fittrack.kit.ids import SessionId, UserId

SESSION_LIFETIME: Final = timedelta(days=30)
"""Of a session that is not used; each refresh begins it anew."""

REFRESH_GRACE: Final = timedelta(seconds=10)
"""A device may repeat a refresh whose answer got lost for this long."""


class Verdict(Enum):
    """What to do about a refresh."""

    ROTATE = "rotate"
    """Take the token out of use and give its successor."""
    REPEAT = "repeat"
    """The same device asks again: give the same successor again."""
    REPLAYED = "replayed"
    """Two have had this token. One of them is a thief: end the session."""
    REFUSE = "refuse"
    """The session ended, or the token's time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedToken:
    """A refresh token as the database knows it, with its session."""

    session_id: SessionId
    user_id: UserId
    user_agent: str | None
    """Of the session's last use: what tells one device from another."""
    session_ended: bool
    expires_at: datetime
    used_at: datetime | None = None
    successor_used: bool = False


def judge_refresh(token: PresentedToken, user_agent: str | None, now: datetime) -> Verdict:
    """What a refresh with `token`, by a client that calls itself `user_agent`, comes to at `now`."""
    if token.session_ended or now >= token.expires_at:
        return Verdict.REFUSE
    if token.used_at is None:
        return Verdict.ROTATE
    lost_answer = now - token.used_at <= REFRESH_GRACE and not token.successor_used
    if lost_answer and token.user_agent == user_agent:
        return Verdict.REPEAT
    return Verdict.REPLAYED

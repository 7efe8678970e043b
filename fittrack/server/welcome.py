"""From what the product knows of a player to the `welcome` of a session."""

from fittrack.kit.clock import Clock
from fittrack.server.ports import OpenedPlayer
from fittrack.server.principal import Principal
from protocol.inbound import Resume
from protocol.limits import Limits
from protocol.outbound import Welcome
from protocol.shapes import instant
from protocol.streams import Start, start_from


def welcome_of(
    principal: Principal, player: OpenedPlayer, resume: Resume | None, limits: Limits
) -> tuple[Welcome, Start]:
    """The frame, and where the session's streams start: both say the same of what was missed."""
    heads = player.heads
    start = start_from(
        resume, ledger_head=heads.ledger, inbox_head=heads.inbox, replay_max=limits.replay_events
    )
    welcome = Welcome(
        session_id=principal.session_id,
        user=player.user,
        balance=player.balance,
        ledger_seq=heads.ledger,
        inbox_seq=heads.inbox,
        unread=player.unread,
        streak=player.streak,
        today=player.today,
        expires_at=instant(principal.expires_at),
        limits=limits,
        resumed=start.resumed,
    )
    return welcome, start


def token_ends(principal: Principal, clock: Clock) -> float:
    """The end of the token on the monotonic clock, as far as the wall clock tells now."""
    return clock.monotonic() + (principal.expires_at - clock.now()).total_seconds()

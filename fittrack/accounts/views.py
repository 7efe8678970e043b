"""The account as its owner, and as others, see it."""

from datetime import date

from fittrack.accounts import queries, schemas
from fittrack.accounts.queries import Overview
from fittrack.db.handles import Connection
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.ids import SessionId, UserId
from fittrack.kit.problems import NotFound
from fittrack.points import queries as points
from fittrack.profiles import queries as profiles
from fittrack.profiles.schemas import Profile
from fittrack.sessions.queries import LiveSession
from protocol.shapes import instant


def me(conn: Connection, user_id: UserId, today: date) -> schemas.Me:
    """`GET users/me`, in one snapshot. Raises `NotFound`."""
    overview = queries.overview(conn, user_id)
    if overview is None:
        raise NotFound("There is no such account")
    balance = points.head(conn, user_id).balance
    earned = points.total_earned(conn, user_id)
    return _me(user_id, overview, profiles.find(conn, user_id, today), balance, earned)


def public(
    conn: Connection, user_id: UserId, today: date, calendar: PlatformCalendar, rank: int | None
) -> schemas.PublicProfile:
    """`GET users/{id}/public`: what everybody signed in may know. Raises `NotFound`."""
    joined, profile = queries.joined_at(conn, user_id), profiles.find(conn, user_id, today)
    if joined is None or profile is None:
        raise NotFound("There is no such player")
    return schemas.PublicProfile(
        user_id=user_id,
        display_name=profile.display_name,
        tier_code=profile.tier_code,
        tier_name=profile.tier_name,
        rank=rank,
        member_since=f"{calendar.day_of(joined):%Y-%m}",
    )


def _me(
    user_id: UserId, overview: Overview, profile: Profile | None, balance: int, earned: int
) -> schemas.Me:
    expires = overview.premium_expires_at
    return schemas.Me(
        user_id=user_id,
        email=overview.email,
        status=overview.status,
        role=overview.role,
        premium_expires_at=None if expires is None else instant(expires),
        email_verified=overview.email_verified,
        point_balance=balance,
        profile=profile,
        connections=[_connection(tracker) for tracker in overview.connections],
        stats=schemas.Stats(
            total_points_earned=earned,
            drawings_entered=overview.drawings_entered,
            prizes_won=overview.prizes_won,
        ),
        created_at=instant(overview.created_at),
    )


def _connection(tracker: queries.ConnectedTracker) -> schemas.Connection:
    return schemas.Connection(
        provider=tracker.provider,
        is_primary=tracker.is_primary,
        sync_status=tracker.sync_status,
        last_sync_at=None if tracker.last_sync_at is None else instant(tracker.last_sync_at),
    )


def session_view(session: LiveSession, current: SessionId | None) -> schemas.Session:
    """A live session; `current` is that of who looks."""
    return schemas.Session(
        session_id=session.session_id,
        device_id=session.device_id,
        user_agent=session.user_agent,
        ip_address=session.ip_address,
        created_at=instant(session.created_at),
        last_used_at=instant(session.last_used_at),
        expires_at=instant(session.expires_at),
        current=session.session_id == current,
    )
